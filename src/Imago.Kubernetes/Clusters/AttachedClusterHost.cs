using System.Collections.Concurrent;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Kubernetes.Providers;
using Imago.Kubernetes.Records;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Kubernetes.Clusters;

/// <summary>
/// Opens attached clusters for the engine, and looks at them for questions. What is open of a cluster is shared by all who use it, and put away when nobody has for a while.
/// </summary>
public sealed partial class AttachedClusterHost : IClusterHost, IClusterViewer, IAsyncDisposable
{
    private readonly IAttachments _attachments;
    private readonly ConnectCluster _connect;
    private readonly NodeProviders _providers;
    private readonly Action<string> _happened;
    private readonly TimeProvider _clock;
    private readonly AttachedClusterOptions _options;
    private readonly ILogger<AttachedClusterHost> _logger;
    private readonly ConcurrentDictionary<string, ClusterSession> _sessions = new(StringComparer.Ordinal);

    // A lease whose holder is dead is over when it has been seen unchanged for its length, which takes longer than one try to detach.
    private readonly ConcurrentDictionary<string, LeaseSight> _sights = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _changing = new(1);
    private readonly ITimer _sweep;

    /// <summary>Made by the host program.</summary>
    /// <param name="attachments">How clusters are reached.</param>
    /// <param name="connect">Makes their clients.</param>
    /// <param name="providers">Makes their node providers.</param>
    /// <param name="happened">Told by its key that something has changed in a cluster; from any thread, and often.</param>
    /// <param name="clock">The clock.</param>
    /// <param name="options">How they are watched.</param>
    /// <param name="logger">Where trouble is noted.</param>
    public AttachedClusterHost(
        IAttachments attachments, ConnectCluster connect, NodeProviders providers, Action<string> happened, TimeProvider clock, AttachedClusterOptions options, ILogger<AttachedClusterHost> logger)
    {
        (_attachments, _connect, _providers, _happened, _clock, _options, _logger) = (attachments, connect, providers, happened, clock, options, logger);
        var pace = (options.KeepIdle / 2).ToTimeSpan();
        _sweep = clock.CreateTimer(_ => _ = SweepAsync(), null, pace, pace);
    }

    /// <summary>Told by its key that a cluster has other nodes than before, even if nobody works on it; from any thread.</summary>
    public Action<string> NodesChanged { get; init; } = static _ => { };

    /// <summary>Clusters that are watched now.</summary>
    public int Watched => _sessions.Count;

    /// <inheritdoc />
    public async ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation) =>
        new AttachedCluster(this, await EnterAsync(clusterKey, cancellation), _providers);

    /// <inheritdoc />
    public async ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation)
    {
        if (await _attachments.FindAsync(clusterKey, cancellation) is null)
        {
            return null;
        }

        var session = await EnterAsync(clusterKey, cancellation);
        try
        {
            return await session.Picture.GetAsync(() => TakeAsync(session), cancellation);
        }
        finally
        {
            session.Leave();
        }
    }

    /// <inheritdoc />
    public async ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation)
    {
        if (await _attachments.FindAsync(clusterKey, cancellation) is not { } attachment)
        {
            return;
        }

        await CloseAsync(clusterKey);
        using var client = _connect(attachment);
        LogForgetting(_logger, clusterKey);
        var forgetting = new Forgetting(client, attachment, _clock, _sights.GetValueOrDefault(clusterKey));
        try
        {
            await forgetting.RunAsync(cancellation);
            _sights.TryRemove(clusterKey, out _);
        }
        catch (ConnectionException) when (forgetting.Sight is not null)
        {
            _sights[clusterKey] = forgetting.Sight!;
            throw;
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await _sweep.DisposeAsync();
        foreach (var key in _sessions.Keys)
        {
            await CloseAsync(key);
        }

        _changing.Dispose();
    }

    /// <summary>The session of a cluster, entered: whoever asked for it leaves it again.</summary>
    internal async ValueTask<ClusterSession> EnterAsync(string clusterKey, CancellationToken cancellation)
    {
        var attachment = await _attachments.FindAsync(clusterKey, cancellation)
            ?? throw new ConnectionException($"Cluster '{clusterKey}' is not attached any more.");
        ClusterSession? former;
        ClusterSession session;
        await _changing.WaitAsync(cancellation);
        try
        {
            if (_sessions.TryGetValue(clusterKey, out former) && AttachedPoolRules.IsSame(former.Attachment, attachment))
            {
                former.Enter();
                return former;
            }

            session = _sessions[clusterKey] = new ClusterSession(attachment, _connect(attachment), _options, _clock, _happened, NodesChanged, _logger);
            session.Enter();
        }
        finally
        {
            _changing.Release();
        }

        if (former is not null)
        {
            LogChanged(_logger, clusterKey);
            await RetireAsync(former);
        }

        return session;
    }

    private async Task<ClusterPicture> TakeAsync(ClusterSession session)
    {
        // The first who asked may have left by the time it is taken.
        session.Enter();
        try
        {
            // Records before the view, as in a pass: a record must not speak of what the view cannot show yet. Not the known ones, which belong to whoever works on the cluster.
            var records = await new RecordStore(session.Client, session.Attachment.Namespace).ReadAsync(CancellationToken.None);
            return new ClusterPicture(await session.Watch.LookAsync(CancellationToken.None), records, Now())
            {
                Operations = await new OperationsUnderWay(_providers, _clock).ReadAsync(session.Attachment, new KubernetesConnection(session), records.Values.Select(r => r.Record), CancellationToken.None),
            };
        }
        finally
        {
            session.Leave();
        }
    }

    private async ValueTask CloseAsync(string clusterKey)
    {
        await _changing.WaitAsync();
        _sessions.TryRemove(clusterKey, out var session);
        _changing.Release();
        if (session is not null)
        {
            await session.DisposeAsync();
        }
    }

    // Somebody may be in the middle of a question: what it asks fails as if the connection had, and is asked again.
    private static async ValueTask RetireAsync(ClusterSession session) => await session.DisposeAsync();

    private async Task SweepAsync()
    {
        if (_options.KeepWatching)
        {
            return;
        }

        foreach (var (key, session) in _sessions)
        {
            if (session.IdleFor is { } idle && idle >= _options.KeepIdle.ToTimeSpan() && await TakeIdleAsync(key, session))
            {
                LogPutAway(_logger, key);
                await session.DisposeAsync();
            }
        }
    }

    private async Task<bool> TakeIdleAsync(string key, ClusterSession session)
    {
        await _changing.WaitAsync();
        try
        {
            return session.IdleFor is not null && _sessions.TryRemove(KeyValuePair.Create(key, session));
        }
        finally
        {
            _changing.Release();
        }
    }

    private Instant Now() => Instant.FromDateTimeOffset(_clock.GetUtcNow());
}
