using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Kubernetes.Providers;

/// <summary>Stands for the provider of a cluster that was attached without one: every operation has failed, with a message that says what to do.</summary>
/// <remarks>
/// It says so also of operations that were never begun. Were they unknown until asked for, a server that starts again would ask again and again, and the rollout
/// would wait for an answer for ever instead of ending with a reason.
/// </remarks>
internal sealed class NoProvider(string clusterKey, TimeProvider clock) : INodeProvider
{
    private readonly Instant _since = Instant.FromDateTimeOffset(clock.GetUtcNow());

    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) => ValueTask.FromResult(Failed(request.OperationId));

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) => ValueTask.FromResult<ProviderOperation?>(Failed(operationId));

    private ProviderOperation Failed(string id) => new(
        id, OperationState.Failed, _since, ProviderCodes.NoProvider,
        $"cluster '{clusterKey}' was attached without a node provider, so nobody can make, reimage or delete its nodes. Attach it again with a provider, or choose channel None or Unmanaged.");
}
