using Imago.Api.Activities;
using Imago.Api.Attachments;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Api.Subscriptions;
using Imago.Api.Writing;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Clusters;

/// <summary>Starting, stopping and deleting clusters (EV-70, EV-76).</summary>
internal sealed class ClusterActions(IStore store, Scopes scopes, Commits commits, OperationLinks links, Detaching detaching) : IRouteSource
{
    private static readonly int[] AcceptedOrDone = [202, 204];

    public IEnumerable<ApiRoute> Routes =>
    [
        new("POST", ClusterRoutes.One + "/start", "ManagedClusters_Start", VersionSet.ContainerService, StartAsync)
        {
            Summary = "Starts a stopped cluster.", Successes = AcceptedOrDone, Operation = OperationNames.ClusterStart,
        },
        new("POST", ClusterRoutes.One + "/stop", "ManagedClusters_Stop", VersionSet.ContainerService, StopAsync)
        {
            Summary = "Stops a cluster and its nodes.", Successes = AcceptedOrDone, Operation = OperationNames.ClusterStop,
        },
        new("DELETE", ClusterRoutes.One, "ManagedClusters_Delete", VersionSet.ContainerService, DeleteAsync)
        {
            Summary = "Deletes a cluster.", Successes = AcceptedOrDone, Operation = OperationNames.ClusterDelete,
        },
    ];

    private ValueTask<ApiAnswer> StartAsync(ApiRequest request) => SwitchAsync(request, OperationKind.StartCluster, ProvisioningState.Starting, running: true);

    private ValueTask<ApiAnswer> StopAsync(ApiRequest request) => SwitchAsync(request, OperationKind.StopCluster, ProvisioningState.Stopping, running: false);

    private ValueTask<ApiAnswer> SwitchAsync(ApiRequest request, OperationKind kind, ProvisioningState meanwhile, bool running) => commits.RunAsync(request, async () =>
    {
        var (cluster, refusal) = await scopes.ClusterAsync(request);
        if (refusal is not null)
        {
            return Attempt.Only(refusal);
        }

        if (cluster!.Attachment is not null)
        {
            return Attempt.Only(Problems.NotAllowedNow(
                $"Cluster '{ClusterResources.NameOf(cluster.Cluster)}' is attached, so it cannot be started or stopped here: its nodes are its owner's. To have nothing upgraded meanwhile, pause it, or set its channel to None."));
        }

        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        if (ClusterState.RefusalOf(cluster, open, whileStopped: true) is { } refused)
        {
            return Attempt.Only(refused);
        }

        // UP-65: a start or stop that failed half-way can be asked for again.
        return cluster.Status.Running == running && !ClusterState.EndedBadly(cluster.Status.ProvisioningState)
            ? Attempt.Only(ApiAnswer.Nothing())
            : Begin(request, cluster.Cluster, kind, NewOperations.Cluster(cluster.Cluster, s => s with { ProvisioningState = meanwhile, ProvisioningError = null }));
    });

    // AZ-25
    private ValueTask<ApiAnswer> DeleteAsync(ApiRequest request) => commits.RunAsync(request, async () =>
    {
        if (await scopes.GroupAsync(request) is (_, { } refusal))
        {
            return Attempt.Only(refusal);
        }

        var cluster = await scopes.FindClusterAsync(request);
        if (Preconditions.RefusalOf(request, cluster?.Cluster) is { } refused)
        {
            return Attempt.Only(refused);
        }

        if (cluster is null)
        {
            return Attempt.Only(ApiAnswer.Nothing());
        }

        if (cluster.Attachment is not null)
        {
            return await detaching.BeginAsync(request, cluster, force: false);
        }

        var open = await store.OpenOperationsAsync(cluster.Cluster.Key, request.Cancellation);
        if (open.FirstOrDefault(o => o.Kind == OperationKind.DeleteCluster) is { } going)
        {
            // Asked for twice: both callers follow the same operation.
            return Attempt.Only(links.Accepted(request, ApiAnswer.Nothing(202), going));
        }

        return ClusterState.RefusalOf(cluster, open, whileStopped: true) is { } busy
            ? Attempt.Only(busy)
            : Begin(request, cluster.Cluster, OperationKind.DeleteCluster, NewOperations.Deleting(cluster.Cluster));
    });

    private Attempt Begin(ApiRequest request, StoredResource cluster, OperationKind kind, ResourceWrite status)
    {
        var operation = NewOperations.For(request, kind, cluster, ClusterResources.LocationOf(cluster), null);
        var batch = new StoreBatch
        {
            Resources = [status],
            Operations = [new OperationWrite(operation)],
            Activities = [ActivityJournal.Started(request, cluster.Id)],
            Nudges = [(cluster.Key, request.Now)],
        };
        return new Attempt(batch, links.Accepted(request, ApiAnswer.Nothing(202), operation));
    }
}
