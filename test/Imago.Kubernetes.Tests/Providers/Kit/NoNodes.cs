using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Providers.InPlace;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>A cluster without nodes, for providers that ask none.</summary>
internal sealed class NoNodes : INodeOrders
{
    public ValueTask<ClusterView> LookAsync(CancellationToken cancellation) => ValueTask.FromResult(ClusterView.Empty);

    public ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation) => ValueTask.FromResult(PatchOutcome.NotFound);
}
