using Imago.Api.Activities;
using Imago.Api.Admission;
using Imago.Api.Clusters;
using Imago.Api.Documents;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;

namespace Imago.Api.Pools;

/// <summary>Making and changing agent pools (AZ-16, AZ-17).</summary>
internal sealed class PoolWriting(IStore store, Scopes scopes, Commits commits, OperationLinks links, AdmissionContexts contexts) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("PUT", ClusterRoutes.Pool, "AgentPools_CreateOrUpdate", VersionSet.ContainerService, PutAsync)
        {
            Summary = "Makes or replaces a pool.",
            Body = BodyUse.Required,
            BodySchema = "AgentPool",
            AnswerSchema = "AgentPool",
            Successes = [200, 201],
            Operation = OperationNames.PoolWrite,
        },
    ];

    private ValueTask<ApiAnswer> PutAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var stored = cluster!.Pool(request["pool"]);
        if (Preconditions.RefusalOf(request, stored) is { } failed)
        {
            return Attempt.Only(failed);
        }

        var id = ResourceId.Parse(cluster.Cluster.Id).Id!.Child("agentPools", request["pool"]);
        var (admitted, refused) = AgentPoolAdmission.Admit(id, cluster.All, request.Body!, request.ApiVersion!.Value, await contexts.OfAsync(request));
        if (refused is not null)
        {
            return Attempt.Only(Problems.Of(refused));
        }

        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        if (stored is not null && !admitted!.DocumentChanged && AlreadyAsked(request, cluster, stored, open) is { } same)
        {
            return Attempt.Only(same);
        }

        return ClusterState.RefusalOf(cluster, open) is { } busy ? Attempt.Only(busy) : Write(request, cluster, stored, admitted!);
    });

    // A PUT of what is stored already asks for nothing new, unless the pool's last operation left something undone (UP-65).
    private ApiAnswer? AlreadyAsked(ApiRequest request, ClusterResources cluster, StoredResource stored, System.Collections.Immutable.ImmutableArray<StoredOperation> open)
    {
        var answer = ApiAnswer.Ok(Wire(request, cluster, stored)).WithETag(ETags.Of(stored));
        var name = ClusterResources.NameOf(stored);
        if (open.FirstOrDefault(o => o.Kind is OperationKind.CreatePool or OperationKind.UpdatePool && name.Equals(o.Pool, StringComparison.OrdinalIgnoreCase)) is { } going)
        {
            return links.Written(request, answer, going);
        }

        return open.IsEmpty && cluster.Status.Running && !ClusterState.EndedBadly(StatusText.ReadPool(stored.Status).ProvisioningState) ? answer : null;
    }

    private Attempt Write(ApiRequest request, ClusterResources cluster, StoredResource? stored, AdmittedPool admitted)
    {
        var writes = new List<ResourceWrite> { NewOperations.Claim(cluster.Cluster) };
        var pool = ResourceWrites.Of(request, ResourceId.Parse(cluster.Cluster.Id).Id!, stored, admitted, writes);
        var operation = NewOperations.For(
            request, stored is null ? OperationKind.CreatePool : OperationKind.UpdatePool, pool, ClusterResources.LocationOf(cluster.Cluster), admitted.Name);
        var batch = new StoreBatch
        {
            Resources = [.. writes],
            Operations = [new OperationWrite(operation)],
            Activities = [ActivityJournal.Started(request, pool.Id)],
            Nudges = [(cluster.Cluster.Key, request.Now)],
        };
        var answer = new ApiAnswer(stored is null ? 201 : 200, Wire(request, cluster, pool)).WithETag(ETags.Of(pool));
        return new Attempt(batch, links.Written(request, answer, operation));
    }

    private static System.Text.Json.Nodes.JsonObject Wire(ApiRequest request, ClusterResources cluster, StoredResource pool) =>
        WireDocuments.AgentPool(pool, cluster.Status.Running, request.ApiVersion!.Value);
}
