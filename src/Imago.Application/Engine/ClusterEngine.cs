using System.Collections.Concurrent;
using Imago.Application.Catalog;
using Imago.Application.Engine.Noting;
using Imago.Application.History;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Application.Storage;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>
/// Works on clusters, one pass at a time: carries out what their documents and operations ask for, lets the reconciler upgrade nodes, and writes down what became of it.
/// The passes of one cluster must not overlap; <see cref="ShardWorker"/> sees to it. A pass may die between any two of its steps: the next one sees what is and goes on.
/// </summary>
/// <remarks>See docs/concepts/engine.md for the order of the steps and why it is that one.</remarks>
public sealed partial class ClusterEngine : IAsyncDisposable
{
    private readonly IStore _store;
    private readonly IIntentReader _intents;
    private readonly IClusterHost _host;
    private readonly ICatalogSource _catalog;
    private readonly TimeProvider _clock;
    private readonly EngineOptions _options;
    private readonly EngineMetrics _metrics;
    private readonly ILogger<ClusterEngine> _logger;
    private readonly ConcurrentDictionary<string, OpenCluster> _open = new(StringComparer.Ordinal);

    public ClusterEngine(
        IStore store, IIntentReader intents, IClusterHost host, ICatalogSource catalog, TimeProvider clock, EngineOptions options, EngineMetrics metrics, ILogger<ClusterEngine> logger)
    {
        (_store, _intents, _host, _catalog, _clock, _options, _metrics, _logger) = (store, intents, host, catalog, clock, options, metrics, logger);
    }

    /// <summary>Clusters that are open now.</summary>
    public int OpenClusters => _open.Count;

    /// <summary>One pass.</summary>
    /// <param name="wake">What woke it; its generation decides whether the next wake may be planned.</param>
    /// <param name="cancellation">Stops waiting for the store and the cluster, wherever the pass is.</param>
    /// <exception cref="StoreUnavailableException">The store does not answer.</exception>
    public async ValueTask<PassResult> PassAsync(ClusterWake wake, CancellationToken cancellation)
    {
        var key = wake.ClusterKey;
        if (await _store.HoldLeaseAsync(key, _options.Holder, Now(), _options.LeaseLength, cancellation) is not { } lease)
        {
            await CloseAsync(key);
            return new PassResult(PassOutcome.HeldElsewhere, Now() + (_options.LeaseLength / 2), StaysOpen: false);
        }

        var resources = await _store.ClusterAsync(key, cancellation);
        if (StoredCluster.Of(resources) is not { } stored)
        {
            await CloseAsync(key);
            _metrics.Forget(key);
            await _store.PlanWakeAsync(wake with { At = null }, cancellation);
            return new PassResult(PassOutcome.Gone, null, StaysOpen: false);
        }

        var changes = new PassChanges(await _store.OpenOperationsAsync(key, cancellation));
        // UP-66: an attached cluster is let go when what is under way in it has been finished; a simulated one goes with all that is in it.
        var deletion = changes.Open.FirstOrDefault(o => o.Kind == OperationKind.DeleteCluster);
        if (deletion is not null && (!stored.Attached || stored.Status.LeftAsItIs))
        {
            return await DeleteAsync(stored, lease, changes, deletion, wake, cancellation);
        }

        try
        {
            var pass = new Pass(this, stored, changes, await OpenAsync(key, lease, cancellation), deletion);
            var (again, at, keep) = await pass.RunAsync(cancellation);
            if (again)
            {
                return new PassResult(PassOutcome.Again, Now(), StaysOpen: true);
            }

            if (deletion is not null && pass.IsQuiet)
            {
                return await DetachAsync(lease, wake, cancellation);
            }

            var next = Instant.Min(at ?? Instant.MaxValue, Now() + _options.LongestRest);
            await _store.PlanWakeAsync(wake with { At = next }, cancellation);
            var staysOpen = keep || next < Now() + _options.KeepOpen;
            if (!staysOpen)
            {
                await CloseAsync(key);
            }

            return new PassResult(PassOutcome.Done, next, staysOpen);
        }
        catch (ConnectionException failure) when (stored.Attached)
        {
            // Networks fail and credentials expire: that is a fact about the cluster, not a fault of the pass.
            await CloseAsync(key);
            return await UnreachableAsync(failure, lease, wake, cancellation);
        }
        catch (Exception failure) when (failure is not StoreUnavailableException)
        {
            // Whatever is in memory may not be what is in the cluster: begin afresh.
            await CloseAsync(key);
            throw;
        }
    }

    /// <summary>Puts a cluster away; nothing of it is lost.</summary>
    public async ValueTask CloseAsync(string clusterKey)
    {
        if (_open.TryRemove(clusterKey, out var open))
        {
            await open.DisposeAsync();
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        foreach (var key in _open.Keys)
        {
            await CloseAsync(key);
        }
    }

    private async ValueTask<OpenCluster> OpenAsync(string key, StoredLease lease, CancellationToken cancellation)
    {
        if (_open.TryGetValue(key, out var present))
        {
            // After its lease has run out a host may have given the cluster up, although nobody else took it.
            if (present.Lease.Epoch == lease.Epoch && Now() < present.Lease.ExpiresAt)
            {
                present.Lease = lease;
                return present;
            }

            await CloseAsync(key);
        }

        var hosted = await _host.OpenAsync(key, lease, cancellation);
        var recorder = new DecisionRecorder(key);
        // The lease in the cluster is as long as the one in the store, and work stops as early before its end.
        var options = new ReconcilerOptions
        {
            Holder = _options.Holder,
            LeaseLength = _options.LeaseLength,
            LeaseMargin = _options.LeaseLength / 4,
            ChangeCoalescing = _options.ChangeCoalescing,
            StopAtEnds = true,
        };
        return _open[key] = new OpenCluster(lease, hosted, new ClusterReconciler(hosted.Connection, hosted.Provider, _clock, options, recorder), recorder);
    }

    private Instant Now() => Instant.FromDateTimeOffset(_clock.GetUtcNow());
}
