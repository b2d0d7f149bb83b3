using System.Runtime.CompilerServices;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Application.Twins;
using Imago.Simulation.Serving.Journal;
using NodaTime;

namespace Imago.Simulation.Serving.Twins;

/// <summary>
/// One cluster as long as somebody looks at it or writes to it. It is read in the world that this process works on, or, while none does, in one made from the journal;
/// it is written under the cluster's lease, which is this process' own: the engine's writes and those of clients go one after the other into the same world.
/// </summary>
internal sealed class TwinSession(string clusterKey, SimulatedClusterHost host, IStore store, EngineOptions options, IEngineSignal signal, TimeProvider clock) : IAsyncDisposable
{
    // A lease that ends sooner is renewed before a write.
    private static readonly Duration LeaseLeft = Duration.FromSeconds(15);

    // A world that another process may have changed is compared with the journal so often.
    private static readonly Duration Recheck = Duration.FromSeconds(1);

    // A cluster that does not come to rest, because a pod in it cannot stop, is let go of all the same.
    private static readonly Duration LongestUnrest = Duration.FromMinutes(10);

    private readonly TwinBoard _board = new();
    private readonly SemaphoreSlim _copyGate = new(1, 1);
    private readonly SemaphoreSlim _openGate = new(1, 1);
    private LoadedWorld? _copy;
    private Instant _copyChecked = Instant.MinValue;
    private volatile bool _copyDoubted;
    private HostedWorld? _open;
    private Instant _lastWrite;
    private int _watchers;

    public string ClusterKey => clusterKey;

    /// <summary>When it was last used.</summary>
    public Instant LastUse { get; set; }

    /// <summary>When it was last found that the cluster is there.</summary>
    public Instant FoundAt { get; set; } = Instant.MinValue;

    /// <summary>Whether the engine upgrades nodes of the cluster by itself, and so wants to know what clients change.</summary>
    public bool Upgrades { get; set; }

    /// <summary>Whether it has the cluster open, to write to it.</summary>
    public bool IsOpen => _open is not null;

    public bool IsWatched => Volatile.Read(ref _watchers) > 0;

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    /// <summary>Asks the world after everything that has changed in it has been taken down; a null answer where there is none yet.</summary>
    public async ValueTask<T?> ReadAsync<T>(Func<ServedWorld, TwinBoard, T> question, CancellationToken cancellation)
    {
        LastUse = Now;
        if ((host.InMemoryOf(clusterKey) ?? await OwnAsync(cancellation)) is { } present)
        {
            try
            {
                return await present.AskAsync(Ask, cancellation);
            }
            catch (SupersededException)
            {
                // It was given up just now; what is stored answers.
            }
        }

        await _copyGate.WaitAsync(cancellation);
        try
        {
            var world = await CopyAsync(cancellation);
            world?.World.Time.StepTo(Now);
            return Ask(world);
        }
        finally
        {
            _copyGate.Release();
        }

        T? Ask(ServedWorld? world)
        {
            if (world is null)
            {
                return default;
            }

            _board.Take(world);
            return question(world, _board);
        }
    }

    /// <summary>Carries out a write, or only answers it.</summary>
    public async ValueTask<TwinAnswer> WriteAsync(WorldCall call, bool dryRun, bool concernsUpgrades, CancellationToken cancellation)
    {
        if (dryRun)
        {
            return await ReadAsync((world, _) => world.Try(call), cancellation) ?? throw Absent();
        }

        for (var attempt = 1; ; attempt++)
        {
            if (await OpenAsync(cancellation) is not { } cluster)
            {
                return new TwinRefusal(503, "ServiceUnavailable", "another replica of this server writes to the cluster just now; try again", RetryAfter: 1);
            }

            try
            {
                var nudges = concernsUpgrades && Upgrades;
                var answer = (TwinAnswer)(await cluster.CallAsync(world => world.Journaled(call), cancellation, nudges))!;
                if (nudges && answer.Refusal is null)
                {
                    signal.Nudge(clusterKey);
                }

                return answer;
            }
            catch (SupersededException) when (attempt == 1)
            {
                // The world in memory was given up; nothing was done in it. The one that is stored takes the write.
            }
            catch (Exception problem) when (problem is SupersededException or StoreUnavailableException)
            {
                throw new ConnectionException(problem.Message, problem);
            }
        }
    }

    /// <summary>The changes of a kind, as they happen.</summary>
    public async IAsyncEnumerable<TwinNews> WatchAsync(TwinKind kind, long after, [EnumeratorCancellation] CancellationToken cancellation)
    {
        Interlocked.Increment(ref _watchers);
        try
        {
            while (true)
            {
                // Before the question: a change between it and the wait must not be missed.
                var changed = _board.News;
                var (news, next) = await ReadAsync((world, board) => (board.After(kind, after), ServedCluster.NextOf(world)), cancellation);
                if (news is null)
                {
                    throw Absent();
                }

                if (news.UpTo > after)
                {
                    after = news.UpTo;
                    yield return news;
                }
                else
                {
                    await WaitAsync(changed, next, cancellation);
                }
            }
        }
        finally
        {
            Interlocked.Decrement(ref _watchers);
            LastUse = Now;
        }
    }

    /// <summary>Somebody has changed something in the cluster.</summary>
    public void Stir()
    {
        _copyDoubted = true;
        _board.Wake();
    }

    /// <summary>Lets go of the cluster if nobody has written to it for a while: it can be put away then.</summary>
    public async ValueTask RestAsync(Duration after)
    {
        if (_open is null)
        {
            return;
        }

        if (_lastWrite + after > Now)
        {
            // Guests report all the time, and nobody would let go of the cluster.
            await TidyAsync();
            return;
        }

        await _openGate.WaitAsync();
        try
        {
            // What clients began comes to its end first: then there is a picture to put away.
            if (_open is { } open && _lastWrite + after <= Now && (after == Duration.Zero || _lastWrite + LongestUnrest <= Now || await IsAtRestAsync(open)))
            {
                _open = null;
                await open.DisposeAsync();
            }
        }
        finally
        {
            _openGate.Release();
        }
    }

    private async ValueTask TidyAsync()
    {
        try
        {
            if (_open is { Cluster: { Discarded: false } cluster })
            {
                await cluster.TidyAsync(CancellationToken.None);
            }
        }
        catch (SupersededException)
        {
            // Somebody else works on the cluster now, and takes its own pictures.
        }
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        await RestAsync(Duration.Zero);
        _copy = null;
    }

    private async ValueTask<ServedWorld?> CopyAsync(CancellationToken cancellation)
    {
        var now = Now;
        if (_copy is not null && !_copyDoubted && _copyChecked + Recheck > now && _copyChecked <= now)
        {
            return _copy.World;
        }

        // Noted before the question: whoever stirs meanwhile wants it asked again.
        (_copyChecked, _copyDoubted) = (now, false);
        if (_copy is null || await store.JournalNumberAsync(clusterKey, cancellation) != _copy.LastNumber)
        {
            _copy = null;
            _copy = await host.LoadAsync(clusterKey, cancellation);
        }

        return _copy.World;
    }

    private static async ValueTask<bool> IsAtRestAsync(HostedWorld open)
    {
        try
        {
            return await open.Cluster.AskAsync(world => world is null or { AtRest: true }, CancellationToken.None);
        }
        catch (SupersededException)
        {
            return true;
        }
    }

    // After its lease has run out the world that was written to here is still the cluster's, as long as nobody else has written.
    private async ValueTask<ServedCluster?> OwnAsync(CancellationToken cancellation)
    {
        if (_open is not { Cluster: { Discarded: false } own })
        {
            return null;
        }

        var now = Now;
        if (!_copyDoubted && _copyChecked + Recheck > now && _copyChecked <= now)
        {
            return own;
        }

        (_copyChecked, _copyDoubted) = (now, false);
        if (await store.JournalNumberAsync(clusterKey, cancellation) == own.LastNumber)
        {
            return own;
        }

        _copyDoubted = true;
        return null;
    }

    // The lease is the engine's of this process: under the same holder and epoch both have the same world.
    private async ValueTask<ServedCluster?> OpenAsync(CancellationToken cancellation)
    {
        await _openGate.WaitAsync(cancellation);
        try
        {
            LastUse = _lastWrite = Now;
            if (_open is { Cluster: { Discarded: false } cluster } && Now + LeaseLeft < cluster.Lease.ExpiresAt)
            {
                return cluster;
            }

            if (await store.HoldLeaseAsync(clusterKey, options.Holder, Now, options.LeaseLength, cancellation) is not { } lease)
            {
                return null;
            }

            var former = _open;
            _open = (HostedWorld)await host.OpenAsync(clusterKey, lease, cancellation);
            _copy = null;
            if (former is not null)
            {
                await former.DisposeAsync();
            }

            return _open.Cluster;
        }
        finally
        {
            _openGate.Release();
        }
    }

    private async Task WaitAsync(Task changed, Instant? next, CancellationToken cancellation)
    {
        var longest = host.InMemoryOf(clusterKey) is null ? Recheck : 5 * Recheck;
        var wait = Duration.Max(Duration.FromMilliseconds(1), Duration.Min(longest, next is { } at ? at - Now : longest));
        using var timer = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        await Task.WhenAny(changed, Task.Delay(wait.ToTimeSpan(), clock, timer.Token));
        await timer.CancelAsync();
        cancellation.ThrowIfCancellationRequested();
    }

    private ConnectionException Absent() => new($"Simulated cluster '{clusterKey}' has no nodes yet, or not any more.");
}
