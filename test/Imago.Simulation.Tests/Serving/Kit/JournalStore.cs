using System.Collections.Immutable;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Kit;

/// <summary>The part of a store that served clusters use, in memory: journals, pictures, leases, and clusters to look up.</summary>
internal sealed class JournalStore : IStore
{
    private readonly Dictionary<string, (JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)> _journals = new(StringComparer.Ordinal);
    private readonly Dictionary<string, StoredLease> _leases = new(StringComparer.Ordinal);

    public Dictionary<string, StoredResource> Resources { get; } = new(StringComparer.Ordinal);

    /// <summary>What the next commit does instead: throws before or after it has taken effect.</summary>
    public Func<bool, Exception?>? Trouble { get; set; }

    public int Commits { get; private set; }

    public int Snapshots { get; private set; }

    public ImmutableArray<JournalEntry> Entries(string clusterKey) => _journals.TryGetValue(clusterKey, out var journal) ? journal.Entries : [];

    public JournalSnapshot? Snapshot(string clusterKey) => _journals.TryGetValue(clusterKey, out var journal) ? journal.Snapshot : null;

    public ValueTask<CommitOutcome> CommitAsync(StoreBatch batch, CancellationToken cancellation)
    {
        if (Trouble?.Invoke(false) is { } before)
        {
            throw before;
        }

        if (batch.Fence is { } fence && _leases.GetValueOrDefault(fence.ClusterKey)?.Epoch != fence.Epoch)
        {
            return ValueTask.FromResult(CommitOutcome.Lost("fence"));
        }

        foreach (var entry in batch.Journal)
        {
            var journal = _journals.GetValueOrDefault(entry.ClusterKey, (null, []));
            var last = journal.Entries.IsEmpty ? journal.Snapshot?.UpToNumber ?? 0 : journal.Entries[^1].Number;
            if (entry.Number != last + 1)
            {
                return ValueTask.FromResult(CommitOutcome.Lost($"journal {entry.Number}"));
            }

            _journals[entry.ClusterKey] = (journal.Snapshot, journal.Entries.Add(entry));
        }

        foreach (var snapshot in batch.Snapshots)
        {
            var journal = _journals.GetValueOrDefault(snapshot.ClusterKey, (null, []));
            _journals[snapshot.ClusterKey] = (snapshot, [.. journal.Entries.Where(e => e.Number > snapshot.UpToNumber)]);
            Snapshots++;
        }

        Commits++;
        return Trouble?.Invoke(true) is { } after ? throw after : ValueTask.FromResult(CommitOutcome.Done);
    }

    public ValueTask<(JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)?> JournalAsync(string clusterKey, CancellationToken cancellation) =>
        ValueTask.FromResult<(JournalSnapshot?, ImmutableArray<JournalEntry>)?>(_journals.TryGetValue(clusterKey, out var journal) ? journal : null);

    public ValueTask<StoredLease?> HoldLeaseAsync(string clusterKey, string holder, Instant now, Duration length, CancellationToken cancellation)
    {
        var last = _leases.GetValueOrDefault(clusterKey);
        var isOurs = last is not null && string.Equals(last.Holder, holder, StringComparison.Ordinal);
        if (last is not null && !isOurs && now < last.ExpiresAt)
        {
            return ValueTask.FromResult<StoredLease?>(null);
        }

        var lease = new StoredLease(clusterKey, holder, isOurs ? last!.Epoch : (last?.Epoch ?? 0) + 1, now + length);
        _leases[clusterKey] = lease;
        return ValueTask.FromResult<StoredLease?>(lease);
    }

    public ValueTask<StoredResource?> FindAsync(string key, CancellationToken cancellation) => ValueTask.FromResult(Resources.GetValueOrDefault(key));

    public ValueTask<Page<StoredResource>> ListAsync(ResourceQuery query, CancellationToken cancellation) => throw NotHere();

    public ValueTask<ImmutableArray<StoredResource>> ClusterAsync(string clusterKey, CancellationToken cancellation) =>
        ValueTask.FromResult(Resources.TryGetValue(clusterKey, out var cluster) ? ImmutableArray.Create(cluster) : []);

    public ValueTask<StoredOperation?> FindOperationAsync(string id, CancellationToken cancellation) => throw NotHere();

    public ValueTask<ImmutableArray<StoredOperation>> OpenOperationsAsync(string clusterKey, CancellationToken cancellation) => throw NotHere();

    public ValueTask<Page<ActivityEntry>> ActivitiesAsync(ActivityQuery query, CancellationToken cancellation) => throw NotHere();

    public ValueTask<Page<StoredRollout>> RolloutsAsync(string clusterKey, string? after, int limit, CancellationToken cancellation) => throw NotHere();

    public ValueTask<StoredRollout?> FindRolloutAsync(string clusterKey, string id, CancellationToken cancellation) => throw NotHere();

    public ValueTask<ImmutableArray<StoredDecision>> DecisionsAsync(string clusterKey, string rolloutId, int after, int limit, CancellationToken cancellation) => throw NotHere();

    public ValueTask<ImmutableArray<OutboxMessage>> UndeliveredAsync(int limit, CancellationToken cancellation) => throw NotHere();

    public ValueTask MarkDeliveredAsync(IReadOnlyCollection<string> ids, Instant at, CancellationToken cancellation) => throw NotHere();

    public ValueTask<ImmutableArray<StoredRelease>> ReleasesAsync(CancellationToken cancellation) => throw NotHere();

    public ValueTask<ImmutableArray<ClusterWake>> WakesAsync(IReadOnlyCollection<int> shards, Instant? dueBy, int limit, CancellationToken cancellation) => throw NotHere();

    public ValueTask<bool> PlanWakeAsync(ClusterWake wake, CancellationToken cancellation) => throw NotHere();

    public ValueTask<int> ForgetBeforeAsync(Instant instant, CancellationToken cancellation) => throw NotHere();

    private static NotSupportedException NotHere() => new("Served clusters do not ask for this.");
}
