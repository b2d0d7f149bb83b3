using System.Collections.Concurrent;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Clusters;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Transport;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>A managing server without its database: the production reconciler, the adapter and the client of external providers, passing over one cluster again and again.</summary>
internal sealed class Managing : IAttachments, IReconcileObserver, IAsyncDisposable
{
    private static readonly WallClock Clock = new();

    public const string New = "AKSUbuntu-2204gen2containerd-202611.20.0";

    // Shorter than a server's, so that a successor need not wait long; the shares are the same.
    public static readonly Duration LeaseLength = Duration.FromSeconds(3);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(20);

    private readonly ConcurrentQueue<string> _said = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly AttachedClusterHost _host;
    private readonly UpgradeSettings _settings;
    private readonly string _holder;
    private readonly Task _running;
    private volatile Attachment _attachment;
    private IHostedCluster? _hosted;

    private Managing(string holder, Attachment attachment, UpgradeSettings settings)
    {
        (_holder, _attachment, _settings) = (holder, attachment, settings);
        var clock = new WallClock();
        _host = new AttachedClusterHost(
            this,
            a => AttachmentClients.Connect(a, new KubernetesClientOptions { Time = clock, RequestsPerSecond = 500, Burst = 500, RequestTimeout = TimeSpan.FromSeconds(10), UserAgent = holder }),
            new NodeProviders(clock),
            _ => { },
            clock,
            new AttachedClusterOptions(),
            NullLogger<AttachedClusterHost>.Instance);
        _running = RunAsync(clock, _stop.Token);
    }

    /// <summary>How the cluster is reached from now on, as when it is attached anew.</summary>
    public Attachment Attachment
    {
        get => _attachment;
        set => _attachment = value;
    }

    /// <summary>The last that it did and was refused, for the message of a failure.</summary>
    public string Said => $"{_holder}:\n{string.Join('\n', _said.TakeLast(40))}";

    /// <summary>Starts one.</summary>
    public static Managing Start(string holder, Attachment attachment, int surge = 1, int unavailable = 0) =>
        new(holder, attachment, new UpgradeSettings { MaxSurge = IntOrPercent.Of(surge), MaxUnavailable = IntOrPercent.Of(unavailable), Canary = Canary.None });

    /// <summary>It stops in the middle of whatever it does, and says goodbye to nobody.</summary>
    public async Task KillAsync()
    {
        await _stop.CancelAsync();
        await _running;
    }

    public ValueTask<Attachment?> FindAsync(string clusterKey, CancellationToken cancellation) => ValueTask.FromResult<Attachment?>(_attachment);

    public void Decided(ClusterInput input, ClusterPlan plan)
    {
    }

    public void Decided(ClusterInput input, RolloutPlan plan)
    {
    }

    public void Acting(RolloutAction action) => Say($"acting: {action}");

    public void Refused(RolloutAction action, string answer) => Say($"refused: {answer}");

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        if (_hosted is { } hosted)
        {
            await hosted.DisposeAsync();
        }

        await _host.DisposeAsync();
        _stop.Dispose();
    }

    private async Task RunAsync(TimeProvider clock, CancellationToken stop)
    {
        ClusterReconciler? reconciler = null;
        while (!stop.IsCancellationRequested)
        {
            try
            {
                _hosted ??= await _host.OpenAsync(FaultyTwin.Key, new StoredLease(FaultyTwin.Key, _holder, 1, Instant.MaxValue), stop);
                reconciler ??= new ClusterReconciler(_hosted.Connection, _hosted.Provider, clock, Options(), this);
                await _hosted.AdvanceAsync(stop);
                await reconciler.ReconcileAsync(Spec(), ReleaseCatalog.Empty, stop);
            }
            catch (ConnectionException trouble)
            {
                Say($"cannot: {trouble.Message}");
            }
            catch (OperationCanceledException) when (stop.IsCancellationRequested)
            {
                return;
            }

            await Task.Delay(Pause, stop).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    private ReconcilerOptions Options() => new()
    {
        Holder = _holder,
        LeaseLength = LeaseLength,
        LeaseMargin = LeaseLength / 4,
        RetryEviction = Duration.FromMilliseconds(50),
        FirstRetry = Duration.FromMilliseconds(50),
        LongestRetry = Duration.FromMilliseconds(500),
        StopAtEnds = true,
    };

    private ClusterSpec Spec() => new()
    {
        Name = "twin",
        Channel = NodeOsChannel.NodeImage,
        LivePatching = false,
        Pools = [new PoolSpec { Name = FaultyTwin.Pool, RequestedTarget = new RolloutTarget.Opaque(New), Settings = _settings }],
    };

    private void Say(string what) => _said.Enqueue($"{Clock.GetUtcNow():HH:mm:ss.fff} {what}");
}
