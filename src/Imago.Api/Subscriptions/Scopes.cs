using Imago.Api.Clusters;
using Imago.Api.Pipeline;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;

namespace Imago.Api.Subscriptions;

/// <summary>Whether the subscription and the group that a request names are there.</summary>
internal sealed class Scopes(IStore store)
{
    /// <summary>Null if the subscription exists.</summary>
    public async ValueTask<ApiAnswer?> RefusalOfSubscriptionAsync(ApiRequest request) => (await SubscriptionAsync(request)).Refusal;

    /// <summary>The subscription, or the refusal.</summary>
    public async ValueTask<(StoredResource? Subscription, ApiAnswer? Refusal)> SubscriptionAsync(ApiRequest request)
    {
        if (ResourceNames.RefusalOfSubscription(request.Subscription) is { } wrong)
        {
            return (null, Problems.Of(400, "InvalidSubscriptionId", wrong));
        }

        return await store.FindAsync(ResourceId.OfSubscription(request.Subscription).Key, request.Cancellation) is { } found
            ? (found, null)
            : (null, Problems.SubscriptionNotFound(request.Subscription));
    }

    /// <summary>The resource group, or the refusal.</summary>
    public async ValueTask<(StoredResource? Group, ApiAnswer? Refusal)> GroupAsync(ApiRequest request)
    {
        if (await RefusalOfSubscriptionAsync(request) is { } refused)
        {
            return (null, refused);
        }

        return await store.FindAsync(ResourceId.OfGroup(request.Subscription, request.Group).Key, request.Cancellation) is { } found
            ? (found, null)
            : (null, Problems.GroupNotFound(request.Group));
    }

    /// <summary>The cluster with all that belongs to it, or the refusal.</summary>
    public async ValueTask<(ClusterResources? Cluster, ApiAnswer? Refusal)> ClusterAsync(ApiRequest request)
    {
        var (_, refusal) = await GroupAsync(request);
        if (refusal is not null)
        {
            return (null, refusal);
        }

        return await FindClusterAsync(request) is { } found
            ? (found, null)
            : (null, Problems.ResourceNotFound($"{ResourceTypes.ManagedCluster}/{request.Cluster}", request.Group));
    }

    /// <summary>The cluster with all that belongs to it; null if it is not there.</summary>
    public async ValueTask<ClusterResources?> FindClusterAsync(ApiRequest request)
    {
        var id = ResourceId.OfCluster(request.Subscription, request.Group, request.Cluster);
        return ClusterResources.Of(await store.ClusterAsync(id.Key, request.Cancellation));
    }
}
