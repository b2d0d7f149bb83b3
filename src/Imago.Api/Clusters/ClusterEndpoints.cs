using System.Text.Json.Nodes;
using Imago.Api.Activities;
using Imago.Api.Admission;
using Imago.Api.Documents;
using Imago.Api.Groups;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;

namespace Imago.Api.Clusters;

/// <summary>Reading and writing managed clusters (EV-70).</summary>
internal sealed class ClusterEndpoints(IStore store, Scopes scopes, Commits commits, OperationLinks links, AdmissionContexts contexts) : IRouteSource
{
    private const int PageSize = 100;

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", ClusterRoutes.OfSubscription, "ManagedClusters_List", VersionSet.ContainerService, ListOfSubscriptionAsync)
        {
            Summary = "All clusters of a subscription.", AnswerSchema = "ManagedClusterListResult",
        },
        new("GET", ClusterRoutes.OfGroup, "ManagedClusters_ListByResourceGroup", VersionSet.ContainerService, ListOfGroupAsync)
        {
            Summary = "All clusters of a resource group.", AnswerSchema = "ManagedClusterListResult",
        },
        new("GET", ClusterRoutes.One, "ManagedClusters_Get", VersionSet.ContainerService, GetAsync) { Summary = "One cluster with its pools.", AnswerSchema = "ManagedCluster" },
        new("PUT", ClusterRoutes.One, "ManagedClusters_CreateOrUpdate", VersionSet.ContainerService, PutAsync)
        {
            Summary = "Makes or replaces a cluster.",
            Body = BodyUse.Required,
            BodySchema = "ManagedCluster",
            AnswerSchema = "ManagedCluster",
            Successes = [200, 201],
            Operation = OperationNames.ClusterWrite,
        },
        new("PATCH", ClusterRoutes.One, "ManagedClusters_UpdateTags", VersionSet.ContainerService, PatchAsync)
        {
            Summary = "Changes the tags of a cluster.",
            Body = BodyUse.Required,
            BodySchema = "TagsObject",
            AnswerSchema = "ManagedCluster",
            Operation = OperationNames.ClusterWrite,
        },
    ];

    // AZ-10
    private async ValueTask<ApiAnswer> ListOfSubscriptionAsync(ApiRequest request) =>
        await scopes.RefusalOfSubscriptionAsync(request) ?? await ListAsync(request, ResourceId.OfSubscription(request.Subscription).Key);

    private async ValueTask<ApiAnswer> ListOfGroupAsync(ApiRequest request)
    {
        var (group, refusal) = await scopes.GroupAsync(request);
        return refusal ?? await ListAsync(request, group!.Key);
    }

    private ValueTask<ApiAnswer> ListAsync(ApiRequest request, string under) => Paging.AnswerAsync(
        request,
        PageSize,
        async page =>
        {
            var found = await store.ListAsync(
                new ResourceQuery { Type = ResourceTypes.ManagedCluster, Under = under, After = page.After, Limit = page.Limit }, request.Cancellation);
            var clusters = new List<ClusterResources>(found.Items.Length);
            foreach (var item in found.Items)
            {
                // One that was deleted meanwhile is not in the list.
                if (ClusterResources.Of(await store.ClusterAsync(item.Key, request.Cancellation)) is { } cluster)
                {
                    clusters.Add(cluster);
                }
            }

            return new Page<ClusterResources>([.. clusters], found.Next);
        },
        cluster => Wire(request, cluster));

    private async ValueTask<ApiAnswer> GetAsync(ApiRequest request)
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        return refusal ?? ApiAnswer.Ok(Wire(request, cluster!)).WithETag(ETags.Of(cluster!.Cluster));
    }

    // AZ-8, AZ-9
    private ValueTask<ApiAnswer> PutAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (group, refusal) = await scopes.GroupAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var stored = await scopes.FindClusterAsync(request);
        if (Preconditions.RefusalOf(request, stored?.Cluster) is { } failed)
        {
            return Attempt.Only(failed);
        }

        var id = ResourceId.OfCluster(request.Subscription, GroupDocument.NameOf(group!), request.Cluster);
        var context = await contexts.OfAsync(request);
        var (admitted, refused) = ManagedClusterAdmission.Admit(id, stored?.All ?? [], request.Body!, request.ApiVersion!.Value, context);
        if (refused is not null)
        {
            return Attempt.Only(Problems.Of(refused));
        }

        if (stored is null)
        {
            return GroupDocument.IsBeingDeleted(group!) ? Attempt.Only(GroupDeletion.UnderWay(request)) : Write(request, ClusterWrite.Creation(request, id, admitted!));
        }

        var open = await store.OpenOperationsAsync(stored.Cluster.Key, request.Cancellation);
        if (!admitted!.Changes && AlreadyAsked(request, stored, open) is { } same)
        {
            return Attempt.Only(same);
        }

        return ClusterState.RefusalOf(stored, open) is { } busy ? Attempt.Only(busy) : Write(request, ClusterWrite.Change(request, stored, admitted));
    });

    private ValueTask<ApiAnswer> PatchAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if ((refusal ?? Preconditions.RefusalOf(request, cluster!.Cluster)) is { } failed)
        {
            return Attempt.Only(failed);
        }

        var (document, refused) = ManagedClusterAdmission.AdmitTags(cluster!.Cluster, request.Body!, request.ApiVersion!.Value);
        if (refused is not null)
        {
            return Attempt.Only(Problems.Of(refused));
        }

        // Tags are nobody's work: they may change while something else is under way.
        if (ClusterState.RefusalOf(cluster, []) is { } stopped)
        {
            return Attempt.Only(stopped);
        }

        if (JsonNode.DeepEquals(JsonNode.Parse(document!), JsonNode.Parse(cluster.Cluster.Document)))
        {
            return Attempt.Only(ApiAnswer.Ok(Wire(request, cluster)));
        }

        var changed = cluster.Cluster with { Document = document!, Version = cluster.Cluster.Version + 1, ChangedAt = request.Now };
        var batch = new StoreBatch
        {
            Resources = [new ResourceWrite.Document(document!, cluster.Cluster.Version, request.Now) { Key = changed.Key }],
            Activities = [ActivityJournal.Succeeded(request, changed.Id)],
        };
        return new Attempt(batch, ApiAnswer.Ok(Wire(request, cluster with { Cluster = changed })).WithETag(ETags.Of(changed)));
    });

    // A PUT of what is stored already asks for nothing new. While that is still being carried out, it follows the same operation.
    private ApiAnswer? AlreadyAsked(ApiRequest request, ClusterResources stored, System.Collections.Immutable.ImmutableArray<StoredOperation> open)
    {
        var answer = ApiAnswer.Ok(Wire(request, stored)).WithETag(ETags.Of(stored.Cluster));
        if (open.FirstOrDefault(o => o is { Pool: null, Kind: OperationKind.CreateCluster or OperationKind.UpdateCluster or OperationKind.ChannelTransition }) is { } going)
        {
            return links.Written(request, answer, going);
        }

        // UP-65: after a failure the same document asks for the rest.
        var unfinished = ClusterState.EndedBadly(stored.Status.ProvisioningState)
            || stored.Pools.Any(p => ClusterState.EndedBadly(StatusText.ReadPool(p.Status).ProvisioningState));
        return open.IsEmpty && !unfinished && stored.Status.Running ? answer : null;
    }

    private Attempt Write(ApiRequest request, ClusterWrite write)
    {
        var answer = new ApiAnswer(write.IsNew ? 201 : 200, Wire(request, write.After)).WithETag(ETags.Of(write.After.Cluster));
        return new Attempt(write.Batch, links.Written(request, answer, write.Operation));
    }

    private static JsonObject Wire(ApiRequest request, ClusterResources cluster) => WireDocuments.Cluster(cluster.Cluster, cluster.Pools, request.ApiVersion!.Value);
}
