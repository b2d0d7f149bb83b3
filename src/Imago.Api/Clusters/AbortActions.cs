using Imago.Api.Activities;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Storage;
using Imago.Contracts.Errors;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Clusters;

/// <summary>Aborting the latest operation of a cluster or pool (AZ-23, EV-75, UP-66).</summary>
internal sealed class AbortActions(IStore store, Scopes scopes, Commits commits, OperationLinks links) : IRouteSource
{
    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", ClusterRoutes.One + "/abort", "ManagedClusters_AbortLatestOperation", VersionSet.ContainerService, r => AbortAsync(r, ofPool: false))
        {
            Summary = "Aborts the operation that is under way on a cluster or any of its pools. What it has done stays done.",
            Successes = [202, 204],
            Operation = OperationNames.ClusterAbort,
        },
        new("POST", ClusterRoutes.Pool + "/abort", "AgentPools_AbortLatestOperation", VersionSet.ContainerService, r => AbortAsync(r, ofPool: true))
        {
            Summary = "Aborts the operation that is under way on a pool. What it has done stays done.",
            Successes = [202, 204],
            Operation = OperationNames.PoolAbort,
        },
    ];

    private ValueTask<ApiAnswer> AbortAsync(ApiRequest request, bool ofPool) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        var pool = ofPool ? cluster!.Pool(request["pool"]) : null;
        if (ofPool && pool is null)
        {
            return Attempt.Only(Pools.PoolEndpoints.NotFound(request));
        }

        var name = pool is null ? null : ClusterResources.NameOf(pool);
        var open = await store.OpenOperationsAsync(cluster!.Cluster.Key, request.Cancellation);
        var target = open.LastOrDefault(o => o.Kind != OperationKind.Abort && (name is null || name.Equals(o.Pool, StringComparison.OrdinalIgnoreCase)));
        return target is null
            ? Attempt.Only(Problems.NotAllowedNow($"Nothing is under way on {Subject(cluster, name)}, so there is nothing to abort: its last operation has ended."))
            : Abort(request, cluster, target, open.FirstOrDefault(o => o.TargetOperationId == target.Id));
    });

    /// <summary>Aborts one operation; <paramref name="going"/> is an abort of it that is under way already.</summary>
    public Attempt Abort(ApiRequest request, ClusterResources cluster, StoredOperation target, StoredOperation? going)
    {
        if (going is not null)
        {
            return Attempt.Only(links.Accepted(request, ApiAnswer.Nothing(202), going));
        }

        if (target.Kind is OperationKind.DeleteCluster or OperationKind.DeletePool)
        {
            return Attempt.Only(Problems.Of(409, ErrorCodes.OperationNotAllowed, $"Operation '{target.Id}' deletes {Subject(cluster, target.Pool)}; a deletion cannot be aborted."));
        }

        var pool = target.Pool is { } name ? cluster.Pool(name) : null;
        var abort = NewOperations.For(request, OperationKind.Abort, pool ?? cluster.Cluster, target.Location, target.Pool) with { TargetOperationId = target.Id };

        // UP-66: Canceling from now on; the engine finishes what is in flight and then says Canceled.
        var batch = new StoreBatch
        {
            Resources = pool is null
                ? [NewOperations.Cluster(cluster.Cluster, static s => s with { ProvisioningState = ProvisioningState.Canceling })]
                : [NewOperations.Pool(pool, static s => s with { ProvisioningState = ProvisioningState.Canceling }), NewOperations.Claim(cluster.Cluster)],
            Operations = [new OperationWrite(abort), new OperationWrite(target with { Status = OperationStatus.Canceling, Version = target.Version + 1 })],
            Activities = [ActivityJournal.Started(request, abort.ResourceId)],
            Nudges = [(cluster.Cluster.Key, request.Now)],
        };
        return new Attempt(batch, links.Accepted(request, ApiAnswer.Nothing(202), abort));
    }

    private static string Subject(ClusterResources cluster, string? pool) =>
        pool is null ? $"cluster '{ClusterResources.NameOf(cluster.Cluster)}'" : $"node pool '{pool}' of cluster '{ClusterResources.NameOf(cluster.Cluster)}'";
}
