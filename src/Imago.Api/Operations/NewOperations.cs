using Imago.Api.Pipeline;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Operations;

/// <summary>Operations that a request begins. The engine carries them out and ends them.</summary>
internal static class NewOperations
{
    /// <summary>A new operation on a cluster or one of its pools.</summary>
    /// <param name="request">The request that begins it.</param>
    /// <param name="kind">What it does.</param>
    /// <param name="resource">What it works on.</param>
    /// <param name="location">The region of the cluster.</param>
    /// <param name="pool">The pool; null: the whole cluster.</param>
    public static StoredOperation For(ApiRequest request, OperationKind kind, StoredResource resource, string location, string? pool) => new()
    {
        Id = RequestIds.NewId(),
        Kind = kind,
        Status = OperationStatus.InProgress,
        ResourceId = resource.Id,
        ClusterKey = resource.ClusterKey!,
        Pool = pool,
        SubscriptionId = request.Subscription.ToLowerInvariant(),
        Location = location,
        StartedAt = request.Now,
        CorrelationId = request.Ids.Correlation,
        Caller = request.Caller,
        Version = 1,
    };

    /// <summary>A cluster's status with another provisioning state; a new operation forgets the error of the last one.</summary>
    public static ResourceWrite Cluster(StoredResource cluster, Func<ClusterStatus, ClusterStatus> change) =>
        new ResourceWrite.Status(StatusText.Write(change(StatusText.ReadCluster(cluster.Status))), cluster.StatusVersion) { Key = cluster.Key };

    /// <summary>The same for a pool.</summary>
    public static ResourceWrite Pool(StoredResource pool, Func<PoolStatus, PoolStatus> change) =>
        new ResourceWrite.Status(StatusText.Write(change(StatusText.ReadPool(pool.Status))), pool.StatusVersion) { Key = pool.Key };

    /// <summary>
    /// The same status again under a new version. Two requests that begin operations on different pools at the same time both write it, so the second one is
    /// judged again and sees the first (UP-62).
    /// </summary>
    public static ResourceWrite Claim(StoredResource cluster) => Cluster(cluster, static s => s);

    /// <summary>A cluster that is being deleted.</summary>
    public static ResourceWrite Deleting(StoredResource cluster) =>
        Cluster(cluster, static s => s with { ProvisioningState = ProvisioningState.Deleting, ProvisioningError = null });
}
