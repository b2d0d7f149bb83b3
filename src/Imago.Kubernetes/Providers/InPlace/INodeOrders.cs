using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Kubernetes.Providers.InPlace;

/// <summary>The nodes of a cluster as whoever gives orders to their agents needs them.</summary>
internal interface INodeOrders
{
    /// <summary>The cluster as it is.</summary>
    /// <exception cref="ConnectionException">It does not answer.</exception>
    ValueTask<ClusterView> LookAsync(CancellationToken cancellation);

    /// <summary>Changes a node, with the version that was seen as precondition, and only while the lease is ours.</summary>
    /// <exception cref="ConnectionException">The cluster does not answer or refuses, or the lease is another one's.</exception>
    ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation);
}
