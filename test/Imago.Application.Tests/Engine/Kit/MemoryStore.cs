using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Application.Tests.Engine.Kit;

/// <summary>A store in memory that keeps every promise of the real ones but durability: it is what survives when a test kills the engine.</summary>
internal sealed class MemoryStore : IStore
{
    private readonly SortedDictionary<string, StoredResource> _resources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredOperation> _operations = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredLease> _leases = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ClusterWake> _wakes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)> _journals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, OutboxMessage> _outbox = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Cluster, string Id), StoredRollout> _rollouts = [];
    private readonly Dictionary<(string Cluster, string Rollout, int Number), StoredDecision> _decisions = [];
    private readonly Dictionary<string, StoredRelease> _releases = new(StringComparer.Ordinal);
    private readonly Lock _lock = new();

    public List<ActivityEntry> Activities { get; } = [];

    public IEnumerable<OutboxMessage> Outbox => _outbox.Values.OrderBy(m => m.At).ThenBy(m => m.Kind, StringComparer.Ordinal);

    public IEnumerable<StoredOperation> Operations => _operations.Values;

    public IEnumerable<StoredRollout> Rollouts => _rollouts.Values;

    public IEnumerable<StoredDecision> Decisions => _decisions.OrderBy(d => d.Key.Rollout, StringComparer.Ordinal).ThenBy(d => d.Key.Number).Select(d => d.Value);

    /// <summary>Called before a commit takes effect, with its number from 1; what it answers is thrown. Asked again after it has taken effect.</summary>
    public Func<int, bool, Exception?>? Trouble { get; set; }

    /// <summary>Every question is answered with this, if there is one.</summary>
    public Exception? Outage { get; set; }

    public int Commits { get; private set; }

    public int Questions { get; private set; }

    public StoredResource this[string key] => _resources[key];

    public ClusterWake? Wake(string clusterKey) => _wakes.GetValueOrDefault(clusterKey);

    public ValueTask<CommitOutcome> CommitAsync(StoreBatch batch, CancellationToken cancellation)
    {
        Ask();
        lock (_lock)
        {
            var number = ++Commits;
            if (Trouble?.Invoke(number, false) is { } before)
            {
                throw before;
            }

            if (Conflict(batch) is { } conflict)
            {
                return ValueTask.FromResult(CommitOutcome.Lost(conflict));
            }

            Write(batch);
            return Trouble?.Invoke(number, true) is { } after ? throw after : ValueTask.FromResult(CommitOutcome.Done);
        }
    }

    public ValueTask<StoredResource?> FindAsync(string key, CancellationToken cancellation) => Answer(_resources.GetValueOrDefault(key));

    public ValueTask<Page<StoredResource>> ListAsync(ResourceQuery query, CancellationToken cancellation)
    {
        var all = _resources.Values.Where(r => string.Equals(r.Type, query.Type, StringComparison.OrdinalIgnoreCase)
            && (query.After is null || string.CompareOrdinal(r.Key, query.After) > 0)).Take(query.Limit + 1).ToList();
        return Answer(new Page<StoredResource>([.. all.Take(query.Limit)], all.Count > query.Limit ? all[query.Limit - 1].Key : null));
    }

    public ValueTask<ImmutableArray<StoredResource>> ClusterAsync(string clusterKey, CancellationToken cancellation) =>
        Answer(_resources.Values.Where(r => string.Equals(r.ClusterKey, clusterKey, StringComparison.Ordinal)).ToImmutableArray());

    public ValueTask<StoredOperation?> FindOperationAsync(string id, CancellationToken cancellation) => Answer(_operations.GetValueOrDefault(id));

    public ValueTask<ImmutableArray<StoredOperation>> OpenOperationsAsync(string clusterKey, CancellationToken cancellation) =>
        Answer(_operations.Values.Where(o => !o.Ended && string.Equals(o.ClusterKey, clusterKey, StringComparison.Ordinal)).OrderBy(o => o.StartedAt).ThenBy(o => o.Id, StringComparer.Ordinal).ToImmutableArray());

    public ValueTask<Page<ActivityEntry>> ActivitiesAsync(ActivityQuery query, CancellationToken cancellation) => throw new NotSupportedException("Not asked by the engine.");

    public ValueTask<Page<StoredRollout>> RolloutsAsync(string clusterKey, string? after, int limit, CancellationToken cancellation) => Answer(new Page<StoredRollout>(
        [.. _rollouts.Values.Where(r => string.Equals(r.ClusterKey, clusterKey, StringComparison.Ordinal)).OrderByDescending(r => r.StartedAt).ThenBy(r => r.Id, StringComparer.Ordinal)], null));

    public ValueTask<StoredRollout?> FindRolloutAsync(string clusterKey, string id, CancellationToken cancellation) => Answer(_rollouts.GetValueOrDefault((clusterKey, id)));

    public ValueTask<ImmutableArray<StoredDecision>> DecisionsAsync(string clusterKey, string rolloutId, int after, int limit, CancellationToken cancellation) => Answer(
        _decisions.Where(d => d.Key.Cluster == clusterKey && d.Key.Rollout == rolloutId && d.Key.Number > after).OrderBy(d => d.Key.Number).Take(limit).Select(d => d.Value).ToImmutableArray());

    public ValueTask<ImmutableArray<OutboxMessage>> UndeliveredAsync(int limit, CancellationToken cancellation) => Answer(_outbox.Values.Take(limit).ToImmutableArray());

    public ValueTask MarkDeliveredAsync(IReadOnlyCollection<string> ids, Instant at, CancellationToken cancellation) => ValueTask.CompletedTask;

    public ValueTask<(JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)?> JournalAsync(string clusterKey, CancellationToken cancellation) =>
        Answer<(JournalSnapshot?, ImmutableArray<JournalEntry>)?>(_journals.TryGetValue(clusterKey, out var journal) ? journal : null);

    public ValueTask<ImmutableArray<StoredRelease>> ReleasesAsync(CancellationToken cancellation) => Answer(_releases.Values.OrderBy(r => r.Name, StringComparer.Ordinal).ToImmutableArray());

    public ValueTask<StoredLease?> HoldLeaseAsync(string clusterKey, string holder, Instant now, Duration length, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var last = _leases.GetValueOrDefault(clusterKey);
            var isOurs = string.Equals(last?.Holder, holder, StringComparison.Ordinal);
            if (last is not null && !isOurs && now < last.ExpiresAt)
            {
                return Answer<StoredLease?>(null);
            }

            return Answer<StoredLease?>(_leases[clusterKey] = new StoredLease(clusterKey, holder, isOurs ? last!.Epoch : (last?.Epoch ?? 0) + 1, now + length));
        }
    }

    public ValueTask<ImmutableArray<ClusterWake>> WakesAsync(IReadOnlyCollection<int> shards, Instant? dueBy, int limit, CancellationToken cancellation)
    {
        lock (_lock)
        {
            return Answer(_wakes.Values.Where(w => w.At is not null && shards.Contains(w.Shard) && (dueBy is null || w.At <= dueBy)).OrderBy(w => w.At).Take(limit).ToImmutableArray());
        }
    }

    public ValueTask<bool> PlanWakeAsync(ClusterWake wake, CancellationToken cancellation)
    {
        lock (_lock)
        {
            var may = !_wakes.TryGetValue(wake.ClusterKey, out var present) || present.Generation <= wake.Generation;
            if (may)
            {
                _wakes[wake.ClusterKey] = wake with { Generation = present?.Generation ?? wake.Generation };
            }

            return Answer(may);
        }
    }

    public ValueTask<int> ForgetBeforeAsync(Instant instant, CancellationToken cancellation) => Answer(0);

    private string? Conflict(StoreBatch batch)
    {
        if (batch.Fence is var (fenced, epoch) && _leases.GetValueOrDefault(fenced)?.Epoch != epoch)
        {
            return "fence";
        }

        return batch.Resources.Where(w => w switch
            {
                ResourceWrite.Create => _resources.ContainsKey(w.Key),
                ResourceWrite.Document document => _resources.GetValueOrDefault(w.Key)?.Version != document.ExpectedVersion,
                ResourceWrite.Status status => _resources.GetValueOrDefault(w.Key)?.StatusVersion != status.ExpectedStatusVersion,
                _ => false,
            }).Select(w => w.Key).FirstOrDefault()
            ?? batch.Operations.Select(o => o.Operation).Where(o => (_operations.GetValueOrDefault(o.Id)?.Version ?? 0) != o.Version - 1).Select(o => o.Id).FirstOrDefault()
            ?? batch.Journal.GroupBy(e => e.ClusterKey).Where(g => g.First().Number != LastNumber(g.Key) + 1).Select(g => g.Key).FirstOrDefault();
    }

    private void Write(StoreBatch batch)
    {
        foreach (var write in batch.Resources)
        {
            Write(write);
        }

        foreach (var (operation, _) in batch.Operations.Select(o => (o.Operation, 0)))
        {
            _operations[operation.Id] = operation;
        }

        Activities.AddRange(batch.Activities.Where(a => Activities.TrueForAll(b => b.EventDataId != a.EventDataId)));
        foreach (var message in batch.Outbox)
        {
            _outbox.TryAdd(message.Id, message);
        }

        foreach (var rollout in batch.Rollouts)
        {
            _rollouts[(rollout.ClusterKey, rollout.Id)] = rollout;
        }

        foreach (var decision in batch.Decisions)
        {
            _decisions[(decision.ClusterKey, decision.RolloutId, decision.Number)] = decision;
        }

        foreach (var entry in batch.Journal)
        {
            var journal = _journals.GetValueOrDefault(entry.ClusterKey, (null, []));
            _journals[entry.ClusterKey] = (journal.Snapshot, journal.Entries.Add(entry));
        }

        foreach (var snapshot in batch.Snapshots)
        {
            var journal = _journals.GetValueOrDefault(snapshot.ClusterKey, (null, []));
            _journals[snapshot.ClusterKey] = (snapshot, [.. journal.Entries.Where(e => e.Number > snapshot.UpToNumber)]);
        }

        foreach (var release in batch.Releases)
        {
            _releases[release.Name] = release;
        }

        foreach (var name in batch.ReleasesForgotten)
        {
            _releases.Remove(name);
        }

        foreach (var (key, at) in batch.Nudges)
        {
            var wake = _wakes.GetValueOrDefault(key, new ClusterWake(key, Shards.Of(key), at, 0));
            _wakes[key] = wake with { Generation = wake.Generation + 1, At = wake.At is { } planned && planned < at ? planned : at };
        }
    }

    private void Write(ResourceWrite write)
    {
        switch (write)
        {
            case ResourceWrite.Create(var resource):
                _resources[write.Key] = resource with { Version = 1, StatusVersion = 1 };
                break;
            case ResourceWrite.Document document:
                _resources[write.Key] = _resources[write.Key] with { Document = document.Json, ChangedAt = document.At, Version = document.ExpectedVersion + 1 };
                break;
            case ResourceWrite.Status status:
                _resources[write.Key] = _resources[write.Key] with { Status = status.Json, StatusVersion = status.ExpectedStatusVersion + 1 };
                break;
            case ResourceWrite.Delete:
                foreach (var key in _resources.Keys.Where(k => k == write.Key || k.StartsWith(write.Key + "/", StringComparison.Ordinal)).ToList())
                {
                    _resources.Remove(key);
                    _journals.Remove(key);
                }

                break;
        }
    }

    private long LastNumber(string clusterKey) =>
        !_journals.TryGetValue(clusterKey, out var journal) ? 0 : journal.Entries.IsEmpty ? journal.Snapshot?.UpToNumber ?? 0 : journal.Entries[^1].Number;

    private ValueTask<T> Answer<T>(T answer)
    {
        Ask();
        return ValueTask.FromResult(answer);
    }

    private void Ask()
    {
        Questions++;
        if (Outage is { } outage)
        {
            throw outage;
        }
    }
}
