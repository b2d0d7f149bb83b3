using System.Collections.Immutable;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving.Twins.Ledger;
using Imago.Simulation.Serving.Twins.Rendering;

namespace Imago.Simulation.Serving.Twins;

/// <summary>
/// What is shown of one cluster to everybody who lists and watches: its objects as they were last taken down, and the latest changes. It lives in memory only; whoever
/// asks for changes before that is told that they are gone, lists, and goes on from there, as with a real API server that was started again.
/// </summary>
/// <remarks>Safe for use from several threads. The same world, or the same world made from the journal once more, has the same versions.</remarks>
internal sealed class TwinBoard
{
    // A watch that is behind by more than so many changes lists again.
    private const int MostRemembered = 20_000;

    private readonly Lock _lock = new();
    private readonly SortedDictionary<ObjectKey, TwinObject>[] _objects = [.. TwinKind.All.Select(_ => new SortedDictionary<ObjectKey, TwinObject>())];
    private readonly ImmutableArray<TwinObject>[] _lists = new ImmutableArray<TwinObject>[TwinKind.All.Length];
    private readonly List<(long Version, TwinKind Kind, TwinChange Change)> _changes = [];
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ServedWorld? _world;
    private long _version;
    private long _floor;

    /// <summary>Ends with the next change.</summary>
    public Task News
    {
        get
        {
            lock (_lock)
            {
                return _news.Task;
            }
        }
    }

    /// <summary>Wakes whoever waits for news: there may be some.</summary>
    public void Wake()
    {
        lock (_lock)
        {
            WakeAll();
        }
    }

    /// <summary>Takes down what has changed in the world; called while nobody else works on it.</summary>
    public void Take(ServedWorld world)
    {
        lock (_lock)
        {
            var touched = world.Ledger.Touched();
            if (world.Ledger.Version < _version)
            {
                // What was shown was never stored. It cannot be, as long as only stored worlds are shown; should it be, everybody begins anew.
                Forget();
            }

            var isFirst = _world is null;
            var changes = ReferenceEquals(world, _world) && touched is not null ? Touched(world, touched) : Differing(world);
            _world = world;
            _version = world.Ledger.Version;
            if (isFirst)
            {
                _floor = _version;
            }
            else
            {
                Remember(changes);
            }
        }
    }

    /// <summary>All objects of a kind. Leases of nodes are renewed all the time: they are as they are now, not as they were when their nodes last changed.</summary>
    public TwinList List(TwinKind kind, ServedWorld world)
    {
        lock (_lock)
        {
            if (kind == TwinKind.Leases)
            {
                return new TwinList([.. world.Ledger.All(kind).Select(new TwinObjects(world.World.State, world.Ledger).Of)], _version);
            }

            if (_lists[kind.Index].IsDefault)
            {
                _lists[kind.Index] = [.. _objects[kind.Index].Values];
            }

            var items = _lists[kind.Index];
            return new TwinList(kind == TwinKind.Events ? [.. items.Where(e => IsKept(e, world))] : items, _version);
        }
    }

    /// <summary>One object.</summary>
    public TwinObject? Find(TwinKind kind, ObjectKey key, ServedWorld world)
    {
        lock (_lock)
        {
            if (kind == TwinKind.Leases)
            {
                return world.Ledger.Find(kind, key) is { } lease ? new TwinObjects(world.World.State, world.Ledger).Of(lease) : null;
            }

            return _objects[kind.Index].GetValueOrDefault(key) is { } found && (kind != TwinKind.Events || IsKept(found, world)) ? found : null;
        }
    }

    /// <summary>Changes of a kind after a version.</summary>
    /// <exception cref="TwinHistoryGoneException">They are not remembered any more.</exception>
    public TwinNews After(TwinKind kind, long version)
    {
        lock (_lock)
        {
            if (version < _floor)
            {
                throw new TwinHistoryGoneException($"too old resource version: {version} ({_floor})");
            }

            var from = _changes.Count;
            while (from > 0 && _changes[from - 1].Version > version)
            {
                from--;
            }

            return new TwinNews([.. _changes.Skip(from).Where(c => c.Kind == kind).Select(c => c.Change)], Math.Max(version, _version));
        }
    }

    private static bool IsKept(TwinObject told, ServedWorld world) =>
        world.Ledger.Find(TwinKind.Events, told.Key) is { } entry && !ObjectLedger.IsOver(entry, world.World.State.Time.Now);

    private List<(long Version, TwinKind Kind, TwinChange Change)> Touched(ServedWorld world, IReadOnlyDictionary<(TwinKind Kind, ObjectKey Key), long> touched)
    {
        var render = new TwinObjects(world.World.State, world.Ledger);
        var changes = new List<(long Version, TwinKind Kind, TwinChange Change)>();
        foreach (var ((kind, key), removed) in touched)
        {
            Compare(world, render, kind, key, removed, changes);
        }

        return changes;
    }

    private List<(long Version, TwinKind Kind, TwinChange Change)> Differing(ServedWorld world)
    {
        var render = new TwinObjects(world.World.State, world.Ledger);
        var changes = new List<(long Version, TwinKind Kind, TwinChange Change)>();
        foreach (var kind in TwinKind.All)
        {
            foreach (var key in _objects[kind.Index].Keys.Concat(world.Ledger.All(kind).Select(e => e.Key)).Distinct().ToList())
            {
                Compare(world, render, kind, key, world.Ledger.Version, changes);
            }
        }

        return changes;
    }

    private void Compare(ServedWorld world, TwinObjects render, TwinKind kind, ObjectKey key, long removed, List<(long Version, TwinKind Kind, TwinChange Change)> changes)
    {
        var before = _objects[kind.Index].GetValueOrDefault(key);
        var entry = world.Ledger.Find(kind, key);
        if (before is not null && entry is not null && entry.Version == before.ResourceVersion && string.Equals(entry.Uid, before.Uid, StringComparison.Ordinal))
        {
            return;
        }

        _lists[kind.Index] = default;
        var isGone = entry is null || (before is not null && !string.Equals(before.Uid, entry.Uid, StringComparison.Ordinal));
        if (before is not null && isGone)
        {
            // Another one of its name came later; it cannot have gone after that.
            var version = entry is null ? removed : Math.Min(removed, entry.Version - 1);
            var former = before;
            var last = new TwinObject(key, former.Uid, version, former.Labels, () => Renumbered(former, version));
            changes.Add((version, kind, new TwinChange(TwinChangeType.Deleted, last, former)));
            _objects[kind.Index].Remove(key);
            before = null;
        }

        if (entry is not null)
        {
            var now = render.Of(entry);
            _objects[kind.Index][key] = now;
            changes.Add((now.ResourceVersion, kind, new TwinChange(before is null ? TwinChangeType.Added : TwinChangeType.Modified, now, before)));
        }
    }

    private static System.Text.Json.Nodes.JsonObject Renumbered(TwinObject last, long version)
    {
        var document = last.Render();
        document["metadata"]!["resourceVersion"] = $"{version}";
        return document;
    }

    private void Remember(List<(long Version, TwinKind Kind, TwinChange Change)> changes)
    {
        if (changes.Count == 0)
        {
            return;
        }

        // Versions may be shared by objects that went without anybody seeing how; the order in which they were compared is kept then.
        _changes.AddRange(changes.OrderBy(c => c.Version));
        if (_changes.Count > MostRemembered)
        {
            var forgotten = _changes.Count - (MostRemembered * 3 / 4);
            _floor = _changes[forgotten - 1].Version;
            _changes.RemoveRange(0, forgotten);
        }

        WakeAll();
    }

    private void Forget()
    {
        foreach (var objects in _objects)
        {
            objects.Clear();
        }

        Array.Clear(_lists);
        _changes.Clear();
        (_world, _version) = (null, 0);
        WakeAll();
    }

    private void WakeAll()
    {
        _news.TrySetResult();
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
