using System.Collections.Concurrent;
using Imago.Application.Storage;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>
/// Works on the clusters of the shards that it is run for: passes over each when its wake is due or when it is nudged, one pass of a cluster at a time, keeps clusters open
/// while something happens in them. One per process; every shard is run by one caller at a time.
/// </summary>
public sealed partial class ShardWorker : IEngineSignal, IDisposable
{
    private readonly ClusterEngine _engine;
    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly EngineOptions _options;
    private readonly ILogger<ShardWorker> _logger;
    private readonly ConcurrentDictionary<int, Shard> _shards = [];
    private readonly SemaphoreSlim _passes;
    private readonly SemaphoreSlim _unreachable;
    private readonly NodeNews _news = new();
    private readonly SemaphoreSlim _polling = new(1);
    private long _polledTicks;
    private volatile bool _nudged;

    public ShardWorker(ClusterEngine engine, IStore store, TimeProvider clock, EngineOptions options, ILogger<ShardWorker> logger)
    {
        (_engine, _store, _clock, _options, _logger) = (engine, store, clock, options, logger);
        _passes = new SemaphoreSlim(options.MostPassesAtOnce);
        _unreachable = new SemaphoreSlim(options.MostUnreachableAtOnce);
    }

    /// <summary>The shards that this process works on now, in order.</summary>
    public IReadOnlyCollection<int> Shards => [.. _shards.Keys.Order()];

    /// <summary>
    /// Runs one shard until it is cancelled. The pass in hand is finished then, and the shard's clusters are put away; both take no longer than a pass.
    /// </summary>
    public async ValueTask RunAsync(int shard, CancellationToken stopping)
    {
        var own = new Shard(shard);
        if (!_shards.TryAdd(shard, own))
        {
            throw new InvalidOperationException($"Shard {shard} is being run already by this process.");
        }

        LogBegun(_logger, shard);
        try
        {
            while (!stopping.IsCancellationRequested)
            {
                await TurnAsync(own, stopping);
            }
        }
        finally
        {
            _shards.TryRemove(shard, out _);

            // Passes are never cancelled by a stop: each takes no longer than the time-outs of what it waits for.
            await Task.WhenAll(own.Passing);
            foreach (var key in own.Open)
            {
                await _engine.CloseAsync(key);
            }

            LogEnded(_logger, shard);
        }
    }

    /// <inheritdoc />
    public void Nudge(string clusterKey)
    {
        // The nudge is in the store, with its generation; this only hurries the next look there.
        _nudged = true;
        if (_shards.TryGetValue(Engine.Shards.Of(clusterKey), out var shard))
        {
            shard.Wake();
        }
    }

    /// <inheritdoc />
    public void Happened(string clusterKey)
    {
        if (_shards.TryGetValue(Engine.Shards.Of(clusterKey), out var shard))
        {
            shard.Hurry(clusterKey, Now() + _options.ChangeCoalescing);
        }
    }

    /// <inheritdoc />
    public void NodesChanged(string clusterKey)
    {
        if (_shards.TryGetValue(Engine.Shards.Of(clusterKey), out var shard) && !shard.IsOpen(clusterKey))
        {
            _news.Note(clusterKey, Now() + _options.NodesCoalescing);
        }
    }

    /// <inheritdoc />
    public void Dispose()
    {
        _passes.Dispose();
        _unreachable.Dispose();
        _polling.Dispose();
    }

    /// <summary>One turn of a shard: look at the store if it is time, pass over what is due, or wait.</summary>
    private async ValueTask TurnAsync(Shard shard, CancellationToken stopping)
    {
        try
        {
            await PollAsync(stopping);
            shard.Failures = 0;
        }
        catch (StoreUnavailableException failure)
        {
            await OutageAsync(shard, failure, stopping);
            return;
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return;
        }

        // A cluster that is slow to answer, or does not answer at all, must not keep the others of its shard waiting: its pass goes on while theirs begin.
        if (shard.Busy < _options.MostPassesAtOnce && shard.Take(Now()) is { } wake)
        {
            shard.Begin(wake);
            _ = PassAsync(shard, wake, stopping);
            return;
        }

        var next = Instant.Min(shard.NextAt ?? Instant.MaxValue, NextPoll);
        await shard.WaitAsync(Duration.Max(next - Now(), Duration.FromMilliseconds(1)), _clock, stopping);
    }

    /// <summary>Asks the store for due wakes of all shards of this process together; whichever shard comes first does it for all.</summary>
    private async ValueTask PollAsync(CancellationToken stopping)
    {
        if (Now() < NextPoll && !_nudged)
        {
            return;
        }

        await _polling.WaitAsync(stopping);
        try
        {
            var now = Now();
            if (now < NextPoll && !_nudged)
            {
                return;
            }

            _nudged = false;
            await NudgeAsync(now, stopping);
            foreach (var wake in await _store.WakesAsync(Shards, now, _options.MostWakesPerPoll, stopping))
            {
                if (_shards.TryGetValue(wake.Shard, out var shard))
                {
                    shard.Offer(wake);
                }
            }

            Volatile.Write(ref _polledTicks, now.ToUnixTimeTicks());
        }
        finally
        {
            _polling.Release();
        }
    }

    /// <summary>
    /// Wakes clusters that are not open and have other nodes than before. By way of the store, which knows when they are due otherwise, and forgets nothing if this process
    /// does.
    /// </summary>
    private async ValueTask NudgeAsync(Instant now, CancellationToken stopping)
    {
        var due = _news.Due(now);
        if (due.IsEmpty)
        {
            return;
        }

        await _store.CommitAsync(new StoreBatch { Nudges = [.. due.Where(k => _shards.ContainsKey(Engine.Shards.Of(k))).Select(k => (k, now))] }, stopping);
        _news.Forget(due);
    }

    private async ValueTask PassAsync(Shard shard, ClusterWake wake, CancellationToken stopping)
    {
        // A cluster that could not be reached needs a place among its like, too. If there is none it comes back later rather than waits, so that a nudge can overtake it.
        var apart = shard.IsUnreachable(wake) ? _unreachable : null;
        if (apart is not null && !await apart.WaitAsync(TimeSpan.Zero, CancellationToken.None))
        {
            shard.Hold(wake, Now() + _options.FirstReach);
            shard.Ended(wake);
            return;
        }

        try
        {
            await _passes.WaitAsync(stopping);
        }
        catch (OperationCanceledException)
        {
            apart?.Release();
            shard.Ended(wake);
            return;
        }

        try
        {
            // Not cancelled by a stop: a pass takes seconds, and finishing it costs less than repairing half of one.
            var result = await _engine.PassAsync(wake, CancellationToken.None);
            shard.Passed(wake, result);
        }
        catch (StoreUnavailableException failure)
        {
            shard.Plan(wake, Now());
            await OutageAsync(shard, failure, stopping);
        }
#pragma warning disable CA1031 // Whatever a pass throws concerns one cluster; the others go on, and this one is tried again later.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            var failures = shard.Failed(wake.ClusterKey);
            var wait = Retries.After(failures, _options, wake.ClusterKey);
            LogFailed(_logger, wake.ClusterKey, failures, wait.ToTimeSpan(), failure);
            shard.Hold(wake, Now() + wait);
        }
        finally
        {
            _passes.Release();
            apart?.Release();
            shard.Ended(wake);
        }
    }

    private async ValueTask OutageAsync(Shard shard, StoreUnavailableException failure, CancellationToken stopping)
    {
        shard.Failures++;
        var wait = Retries.After(shard.Failures, _options, $"shard {shard.Number}");
        LogOutage(_logger, shard.Number, wait.ToTimeSpan(), failure);
        await Shard.SleepAsync(wait, _clock, stopping);
    }

    private Instant NextPoll => Instant.FromUnixTimeTicks(Volatile.Read(ref _polledTicks)) + _options.PollInterval;

    private Instant Now() => Instant.FromDateTimeOffset(_clock.GetUtcNow());
}
