using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.ReferenceProvider;

/// <summary>
/// The infrastructure under a served simulated cluster, in the process that serves it. It works under the same lease as the engine there: as long as the holder is the
/// same, so is the epoch, and both use one world in memory.
/// </summary>
/// <param name="host">The host of the simulated clusters of this process.</param>
/// <param name="store">Its store, where the leases are.</param>
/// <param name="clusterKey">Key of the simulated cluster.</param>
/// <param name="holder">Under which name the engine of this process holds leases.</param>
/// <param name="lease">For how long it holds them.</param>
/// <param name="clock">The clock of the process.</param>
public sealed class HostedWorld(IClusterHost host, IStore store, string clusterKey, string holder, Duration lease, TimeProvider clock) : INodeProvider
{
    // The epoch of who asks has been checked by the protocol; towards its own infrastructure the cluster goes by the lease of its store.
    public ValueTask<ProviderOperation> BeginAsync(ProviderRequest request, CancellationToken cancellation) =>
        OpenedAsync((provider, epoch) => provider.BeginAsync(request with { Epoch = epoch }, cancellation), cancellation);

    public ValueTask<ProviderOperation?> FindAsync(string operationId, CancellationToken cancellation) =>
        OpenedAsync((provider, _) => provider.FindAsync(operationId, cancellation), cancellation);

    private async ValueTask<T> OpenedAsync<T>(Func<INodeProvider, long, ValueTask<T>> ask, CancellationToken cancellation)
    {
        try
        {
            var held = await store.HoldLeaseAsync(clusterKey, holder, Instant.FromDateTimeOffset(clock.GetUtcNow()), lease, cancellation)
                ?? throw new ConnectionException($"Another process holds the lease of simulated cluster '{clusterKey}'.");
            await using var hosted = await host.OpenAsync(clusterKey, held, cancellation);
            return await ask(hosted.Provider, held.Epoch);
        }
        catch (StoreUnavailableException problem)
        {
            throw new ConnectionException($"The store of simulated cluster '{clusterKey}' is not available. {problem.Message}", problem);
        }
    }
}
