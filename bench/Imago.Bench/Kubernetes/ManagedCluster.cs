using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Application.Storage;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Bench.Kubernetes.Serving;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Bench.Kubernetes;

/// <summary>The reconciler and the adapter on a served cluster, as the engine runs them: a pass a second after a change, or when the last one said so.</summary>
internal sealed class ManagedCluster : IAttachments, IAsyncDisposable
{
    private static readonly Duration Coalescing = Duration.FromSeconds(1);

    private readonly Attachment _attachment;
    private readonly WallClock _clock = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly AttachedClusterHost _host;
    private readonly IReconcileObserver _observer;

    public ManagedCluster(ServedTwin twin, IReconcileObserver observer)
    {
        _observer = observer;
        _attachment = new Attachment(TwinProcess.Key, twin.Kubeconfig, null, [], twin.Provider);
        var options = new KubernetesClientOptions { Time = _clock };
        _host = new AttachedClusterHost(this, a => AttachmentClients.Connect(a, options), new NodeProviders(_clock), _ => Changed(), _clock, new(), NullLogger<AttachedClusterHost>.Instance);
    }

    public int Passes { get; private set; }

    private Instant Now => Instant.FromDateTimeOffset(_clock.GetUtcNow());

    /// <inheritdoc />
    public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) => ValueTask.FromResult<Attachment?>(_attachment);

    /// <summary>Reads the cluster as a whole, so that what this costs is not counted as work.</summary>
    public async Task<IHostedCluster> OpenAsync()
    {
        var cluster = await _host.OpenAsync(TwinProcess.Key, new StoredLease(TwinProcess.Key, "bench", 1, Instant.MaxValue), CancellationToken.None);
        await cluster.Connection.ObserveAsync(CancellationToken.None);
        return cluster;
    }

    /// <summary>Passes until the rollout of the only pool has ended and is tidied up.</summary>
    public async Task<RolloutRecord> RollAsync(IHostedCluster cluster, ClusterSpec spec, Duration atMost)
    {
        RolloutRecord? ended = null;
        await PassAsync(cluster, spec, EndedAsync, atMost);
        return ended!;

        // Both are in memory: neither costs a request.
        async Task<bool> EndedAsync()
        {
            var stored = (await cluster.Connection.ReadRecordsAsync(CancellationToken.None)).Values.SingleOrDefault();
            ended = stored is { Record: { Ended: true } record } && !record.NeedsCare(await cluster.Connection.ObserveAsync(CancellationToken.None)) ? stored.Record : null;
            return ended is not null;
        }
    }

    /// <summary>Passes until something is so.</summary>
    public async Task PassAsync(IHostedCluster cluster, ClusterSpec spec, Func<Task<bool>> isSo, Duration atMost)
    {
        var reconciler = new ClusterReconciler(cluster.Connection, cluster.Provider, _clock, new ReconcilerOptions { Holder = "bench" }, _observer);
        for (var end = Now + atMost; ;)
        {
            var wake = await reconciler.ReconcileAsync(spec, ReleaseCatalog.Empty, CancellationToken.None);
            Passes++;
            if (await isSo())
            {
                return;
            }

            if (Now > end)
            {
                throw new TimeoutException($"The rollout has not got so far within {atMost.TotalMinutes} minutes.");
            }

            await WaitAsync(wake);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        _changed.Dispose();
    }

    private async Task WaitAsync(Instant? wake)
    {
        var due = wake ?? Now + Duration.FromMinutes(1);
        if (due > Now && await _changed.WaitAsync((due - Now).ToTimeSpan()))
        {
            due = Instant.Min(due, Now + Coalescing);
        }

        if (due > Now)
        {
            await Task.Delay((due - Now).ToTimeSpan(), _clock);
        }
    }

    private void Changed()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // Noticed already.
        }
    }

    private sealed class WallClock : TimeProvider;
}
