using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Serving.Pictures;
using Imago.Simulation.Serving.Pools;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Serving;

/// <summary>
/// One served cluster in memory, under one epoch of its lease. A call is carried out in the world, then written to the journal, then acknowledged. If the write
/// fails, or nobody knows whether it did, the world is thrown away: what is stored decides, and the next one to open the cluster finds exactly that.
/// </summary>
/// <remarks>Nobody sees the world between the first two steps: everything goes through one gate.</remarks>
internal sealed class ServedCluster : IDisposable
{
    // While somebody works on the cluster all the time, a picture is taken only now and then.
    private const int MostEntries = 100;

    private readonly IStore _store;
    private readonly TimeProvider _clock;
    private readonly ITraceSink? _trace;
    private readonly SemaphoreSlim _gate = new(1, 1);
    private ServedWorld? _world;
    private long _number;
    private int _sincePicture;
    private long _seen;

    public ServedCluster(IStore store, TimeProvider clock, StoredLease lease, LoadedWorld loaded)
    {
        (_store, _clock, _trace, Lease) = (store, clock, loaded.Trace, lease);
        (_world, _number, _sincePicture) = (loaded.World, loaded.LastNumber, loaded.Entries);

        // What was called since the picture may have changed something that nobody was told of.
        _seen = loaded.Entries == 0 ? 0 : -1;
    }

    public string Key => Lease.ClusterKey;

    public StoredLease Lease { get; private set; }

    /// <summary>Number of the last journal entry that the world has seen.</summary>
    public long LastNumber => Interlocked.Read(ref _number);

    /// <summary>How many have it open.</summary>
    public int Users { get; private set; }

    /// <summary>Whether somebody else writes by now, or may; nothing is done with it any more.</summary>
    public bool Discarded { get; private set; }

    /// <summary>When something happens by itself next, up to the next whole millisecond: clocks and timers know nothing finer, and whoever wakes must not come too early.</summary>
    public Instant? NextHappening => Discarded || _world is null ? null : NextOf(_world);

    private Instant Now => Instant.FromDateTimeOffset(_clock.GetUtcNow());

    /// <summary>Asks the world, which has been brought to now.</summary>
    public async ValueTask<T> AskAsync<T>(Func<ServedWorld?, T> question, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            RefuseIfDiscarded();
            Step();
            return question(_world);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Told whenever a call has changed something and is stored.</summary>
    public Action? Stirred { get; init; }

    /// <summary>Carries out a call and stores it.</summary>
    /// <param name="call">Makes the call from the world as it is now; null: there is nothing to do.</param>
    /// <param name="cancellation">Cancelling in the middle throws the world away.</param>
    /// <param name="nudges">Whether the engine is to look at the cluster soon.</param>
    public async ValueTask<object?> CallAsync(Func<ServedWorld, WorldCall?> call, CancellationToken cancellation, bool nudges = false)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            RefuseIfDiscarded();
            Step();
            return _world is null ? throw Absent() : call(_world) is not { } made ? null : await CarryAsync(_world, made, cancellation, nudges);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>True: something observable changed since the last time.</summary>
    public async ValueTask<bool> AdvanceAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            RefuseIfDiscarded();
            Step();
            await TakeDuePictureAsync(cancellation);
            var revision = _world?.World.State.Revision ?? 0;
            var changed = revision != _seen;
            _seen = revision;
            return changed;
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes a picture if one is due: for whoever has the cluster open for long, and does not work on it.</summary>
    public async ValueTask TidyAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            RefuseIfDiscarded();
            await TakeDuePictureAsync(cancellation);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Orders a shape unless it has been ordered, and says how far it is. The first order makes the world.</summary>
    public async ValueTask<ShapeProgress> ShapeAsync(ShapeOrder order, Func<Instant, CancellationToken, ValueTask<WorldCall.Created>> beginning, CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            RefuseIfDiscarded();
            Step();
            var shaped = new WorldCall.Shaped(order);
            if (_world is null)
            {
                var at = Now;
                var created = await beginning(at, cancellation);
                _world = ServedWorld.Create(created, at, _trace);
                _world.Carry(shaped, at);
                await AppendAsync([new(at, created), new(at, shaped)], cancellation);
            }
            else if (!string.Equals(JournalText.Write(order), _world.Pools.Order is { } before ? JournalText.Write(before) : null, StringComparison.Ordinal))
            {
                await CarryAsync(_world, shaped, cancellation);
            }

            return _world.Pools.Progress();
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Takes or renews the lease in the store. Null: somebody else has it, or had it meanwhile.</summary>
    public async ValueTask<ClusterLease?> HoldAsync(Duration length, CancellationToken cancellation)
    {
        if (await _store.HoldLeaseAsync(Key, Lease.Holder, Now, length, cancellation) is not { } held || held.Epoch != Lease.Epoch)
        {
            Discard();
            return null;
        }

        Lease = held;
        return new ClusterLease(held.Holder, held.Epoch, held.ExpiresAt);
    }

    /// <summary>The same holder opens it, or opens it again.</summary>
    public void Open(StoredLease renewed)
    {
        Lease = renewed;
        Users++;
    }

    /// <summary>Somebody closes it: stores a picture if the world is at rest and something was called since the last one. True: nothing need be kept in memory.</summary>
    public async ValueTask<bool> CloseAsync(CancellationToken cancellation)
    {
        await _gate.WaitAsync(cancellation);
        try
        {
            if (--Users > 0)
            {
                return false;
            }

            if (Discarded || _world is null)
            {
                return true;
            }

            if (!_world.AtRest)
            {
                return false;
            }

            if (_sincePicture > 0)
            {
                await TakePictureAsync(_world, cancellation);
            }

            return true;
        }
        finally
        {
            _gate.Release();
        }
    }

    public void Discard() => Discarded = true;

    public void Dispose() => _gate.Dispose();

    /// <summary>When something happens in a world by itself next, as <see cref="NextHappening"/> says it.</summary>
    internal static Instant? NextOf(ServedWorld world) => world.World.Time.NextAt is { } next ? RoundedUp(next) : null;

    private static Instant RoundedUp(Instant instant)
    {
        var milliseconds = instant.ToUnixTimeMilliseconds();
        var whole = Instant.FromUnixTimeMilliseconds(milliseconds);
        return whole == instant ? whole : Instant.FromUnixTimeMilliseconds(milliseconds + 1);
    }

    private void Step()
    {
        try
        {
            _world?.World.Time.StepTo(Now);
        }
        catch
        {
            Discard();
            throw;
        }
    }

    private async ValueTask<object?> CarryAsync(ServedWorld world, WorldCall call, CancellationToken cancellation, bool nudges = false)
    {
        // The clock may have been set back; the world's has not.
        var at = Instant.Max(Now, world.World.Time.Now);
        try
        {
            var (answer, didSomething) = world.Carry(call, at);
            if (didSomething)
            {
                await AppendAsync([new(at, call)], cancellation, nudges);
            }

            return answer;
        }
        catch
        {
            Discard();
            throw;
        }
    }

    private async ValueTask TakeDuePictureAsync(CancellationToken cancellation)
    {
        if (_world is { AtRest: true } && _sincePicture > MostEntries)
        {
            await TakePictureAsync(_world, cancellation);
        }
    }

    private async ValueTask TakePictureAsync(ServedWorld world, CancellationToken cancellation)
    {
        var picture = new JournalSnapshot(Key, _number, WorldPicture.Take(world));
        await CommitAsync(new StoreBatch { Snapshots = [picture], Fence = (Key, Lease.Epoch) }, cancellation);
        _sincePicture = 0;
    }

    private async ValueTask AppendAsync(ImmutableArray<JournalLine> lines, CancellationToken cancellation, bool nudges = false)
    {
        var entries = lines.Select((line, i) => new JournalEntry(Key, _number + 1 + i, JournalText.Write(line))).ToImmutableArray();
        await CommitAsync(new StoreBatch { Journal = entries, Nudges = nudges ? [(Key, Now)] : [], Fence = (Key, Lease.Epoch) }, cancellation);
        Interlocked.Add(ref _number, entries.Length);
        _sincePicture += entries.Length;
        Stirred?.Invoke();
    }

    private async ValueTask CommitAsync(StoreBatch batch, CancellationToken cancellation)
    {
        CommitOutcome outcome;
        try
        {
            outcome = await _store.CommitAsync(batch, cancellation);
        }
        catch (StoreUnavailableException problem)
        {
            Discard();
            throw new ConnectionException($"Simulated cluster '{Key}': the journal could not be written, and whether it was is not known. {problem.Message}", problem);
        }
        catch
        {
            Discard();
            throw;
        }

        if (!outcome.Committed)
        {
            Discard();
            throw Superseded($"the store refused the write ({outcome.Conflict})");
        }
    }

    private void RefuseIfDiscarded()
    {
        if (Discarded)
        {
            throw Superseded("an earlier write was refused or its end is not known");
        }
    }

    private SupersededException Superseded(string why) =>
        new($"Simulated cluster '{Key}': {why}. Another process works on it, or worked on it meanwhile; open it again under a new lease.");

    private ConnectionException Absent() => new($"Simulated cluster '{Key}' has no nodes yet; it is made when its pools are shaped.");

    /// <summary>The cluster as questions see it.</summary>
    internal static ClusterPicture? PictureOf(ServedWorld? world) => world is null || world.World.State.Nodes.Count == 0
        ? null
        : new ClusterPicture(world.View(), world.World.RecordStore.All, world.World.Time.Now);

    internal static ClusterView EmptyView { get; } = ClusterView.Of([], [], []);
}

/// <summary>What the store has of a cluster, brought to life.</summary>
/// <param name="World">The world; null if there is none yet.</param>
/// <param name="LastNumber">Number of the last journal entry, 0 if there never was one.</param>
/// <param name="Entries">Entries since the picture.</param>
/// <param name="Trace">Hears what happens.</param>
internal sealed record LoadedWorld(ServedWorld? World, long LastNumber, int Entries, ITraceSink? Trace);

/// <summary>Somebody else holds the cluster's lease.</summary>
internal sealed class SupersededException(string message) : Exception(message);
