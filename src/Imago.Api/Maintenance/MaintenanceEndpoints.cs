using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Admission;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;

namespace Imago.Api.Maintenance;

/// <summary>Maintenance configurations (AZ-26, AZ-27, EV-77). They are no long operations: the answer is the end of it.</summary>
internal sealed class MaintenanceEndpoints(Scopes scopes, Commits commits) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", ClusterRoutes.Configurations, "MaintenanceConfigurations_ListByManagedCluster", VersionSet.ContainerService, ListAsync)
        {
            Summary = "All maintenance configurations of a cluster.", AnswerSchema = "MaintenanceConfigurationListResult",
        },
        new("GET", ClusterRoutes.Configuration, "MaintenanceConfigurations_Get", VersionSet.ContainerService, GetAsync)
        {
            Summary = "One maintenance configuration.", AnswerSchema = "MaintenanceConfiguration",
        },
        new("PUT", ClusterRoutes.Configuration, "MaintenanceConfigurations_CreateOrUpdate", VersionSet.ContainerService, PutAsync)
        {
            Summary = "Makes or replaces a maintenance configuration.",
            Body = BodyUse.Required,
            BodySchema = "MaintenanceConfiguration",
            AnswerSchema = "MaintenanceConfiguration",
            Successes = [200, 201],
            Operation = OperationNames.MaintenanceWrite,
        },
        new("DELETE", ClusterRoutes.Configuration, "MaintenanceConfigurations_Delete", VersionSet.ContainerService, DeleteAsync)
        {
            Summary = "Deletes a maintenance configuration.", Successes = [200, 204], Operation = OperationNames.MaintenanceDelete,
        },
    ];

    private async ValueTask<ApiAnswer> ListAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? Paging.Answer(request, [.. cluster!.Configurations.OrderBy(c => c.Key, StringComparer.Ordinal)], c => Wire(request, c));
    }

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? (cluster!.Configuration(request["configuration"]) is { } stored
            ? ApiAnswer.Ok(Wire(request, stored)).WithETag(ETags.Of(stored))
            : Problems.ResourceNotFound($"{ResourceTypes.ManagedCluster}/{request.Cluster}/maintenanceConfigurations/{request["configuration"]}", request.Group));
    }

    private ValueTask<ApiAnswer> PutAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var stored = cluster!.Configuration(request["configuration"]);
        if (Preconditions.RefusalOf(request, stored) is { } failed)
        {
            return Attempt.Only(failed);
        }

        var parent = ResourceId.Parse(cluster.Cluster.Id).Id!;
        var (admitted, refused) = MaintenanceAdmission.Admit(
            parent.Child("maintenanceConfigurations", request["configuration"]), stored, request.Body!, request.ApiVersion!.Value, request.Now);
        if (refused is not null)
        {
            return Attempt.Only(Problems.Of(refused));
        }

        if (stored is not null && !admitted!.DocumentChanged)
        {
            return Attempt.Only(ApiAnswer.Ok(Wire(request, stored)).WithETag(ETags.Of(stored)));
        }

        return Write(request, cluster.Cluster, stored, admitted!);
    });

    // AZ-27: 200 with an empty body; 204 for what is not there.
    private ValueTask<ApiAnswer> DeleteAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var stored = cluster!.Configuration(request["configuration"]);
        if (Preconditions.RefusalOf(request, stored) is { } failed)
        {
            return Attempt.Only(failed);
        }

        return stored is null
            ? Attempt.Only(ApiAnswer.Nothing())
            : new Attempt(Batch(request, cluster.Cluster, stored.Id, new ResourceWrite.Delete(stored.Version) { Key = stored.Key }), ApiAnswer.Nothing(200));
    });

    private static Attempt Write(ApiRequest request, StoredResource cluster, StoredResource? stored, AdmittedConfiguration admitted)
    {
        if (stored is not null)
        {
            var changed = stored with { Document = admitted.Document, Version = stored.Version + 1, ChangedAt = request.Now };
            return new Attempt(
                Batch(request, cluster, stored.Id, new ResourceWrite.Document(admitted.Document, stored.Version, request.Now) { Key = stored.Key }),
                ApiAnswer.Ok(Wire(request, changed)).WithETag(ETags.Of(changed)));
        }

        // AZ-26: a new one is answered with 201.
        var id = ResourceId.Parse(cluster.Id).Id!.Child("maintenanceConfigurations", admitted.Name);
        var made = ResourceWrites.New(request, id, ResourceTypes.MaintenanceConfiguration, cluster.Key, cluster.Key, admitted.Document, "{}");
        return new Attempt(
            Batch(request, cluster, made.Id, new ResourceWrite.Create(made) { Key = made.Key }),
            new ApiAnswer(201, Wire(request, made)).WithETag(ETags.Of(made)));
    }

    // The cluster is nudged: what may start when has changed.
    private static StoreBatch Batch(ApiRequest request, StoredResource cluster, string id, ResourceWrite write) => new()
    {
        Resources = [write],
        Activities = [ActivityJournal.Succeeded(request, id)],
        Nudges = [(cluster.Key, request.Now)],
    };

    private static JsonObject Wire(ApiRequest request, StoredResource configuration) => WireDocuments.Maintenance(configuration, request.ApiVersion!.Value);
}
