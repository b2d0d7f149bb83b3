using System.Collections.Immutable;
using NodaTime;

namespace Imago.Application.Storage;

/// <summary>Which resources are wanted, in the order of their keys.</summary>
public sealed record ResourceQuery
{
    /// <summary>Full type; compared without regard to case.</summary>
    public required string Type { get; init; }

    /// <summary>Only those whose key begins with it followed by a slash, for example the key of a subscription or resource group; null: all.</summary>
    public string? Under { get; init; }

    /// <summary>Position after which to go on, from <see cref="Page{T}.Next"/>; null: from the beginning.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 100;
}

/// <summary>
/// What Imago knows, durable: intent, operations, history. One suite of tests holds for every database behind it. Safe for use from several threads.
/// A store that cannot be reached throws <see cref="StoreUnavailableException"/>; whether the call took effect is unknown then.
/// </summary>
public interface IStore
{
    /// <summary>Writes everything or nothing.</summary>
    ValueTask<CommitOutcome> CommitAsync(StoreBatch batch, CancellationToken cancellation);

    ValueTask<StoredResource?> FindAsync(string key, CancellationToken cancellation);

    ValueTask<Page<StoredResource>> ListAsync(ResourceQuery query, CancellationToken cancellation);

    /// <summary>A cluster with everything that belongs to it (pools, maintenance configurations), of one instant.</summary>
    ValueTask<ImmutableArray<StoredResource>> ClusterAsync(string clusterKey, CancellationToken cancellation);

    ValueTask<StoredOperation?> FindOperationAsync(string id, CancellationToken cancellation);

    /// <summary>Operations of a cluster that have not ended, oldest first.</summary>
    ValueTask<ImmutableArray<StoredOperation>> OpenOperationsAsync(string clusterKey, CancellationToken cancellation);

    ValueTask<Page<ActivityEntry>> ActivitiesAsync(ActivityQuery query, CancellationToken cancellation);

    /// <summary>Rollouts of a cluster, newest first.</summary>
    ValueTask<Page<StoredRollout>> RolloutsAsync(string clusterKey, string? after, int limit, CancellationToken cancellation);

    ValueTask<StoredRollout?> FindRolloutAsync(string clusterKey, string id, CancellationToken cancellation);

    /// <summary>Decisions of a rollout after a number, in order.</summary>
    ValueTask<ImmutableArray<StoredDecision>> DecisionsAsync(string clusterKey, string rolloutId, int after, int limit, CancellationToken cancellation);

    /// <summary>Messages that have not been delivered, oldest first.</summary>
    ValueTask<ImmutableArray<OutboxMessage>> UndeliveredAsync(int limit, CancellationToken cancellation);

    ValueTask MarkDeliveredAsync(IReadOnlyCollection<string> ids, Instant at, CancellationToken cancellation);

    /// <summary>The picture of a simulated cluster and the entries after it; null when it has neither.</summary>
    ValueTask<(JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)?> JournalAsync(string clusterKey, CancellationToken cancellation);

    /// <summary>The number of a simulated cluster's last journal entry, 0 if it never had one: whoever has read the journal asks so whether there is more.</summary>
    async ValueTask<long> JournalNumberAsync(string clusterKey, CancellationToken cancellation) =>
        await JournalAsync(clusterKey, cancellation) is not { } journal ? 0
        : journal.Entries.IsEmpty ? journal.Snapshot?.UpToNumber ?? 0
        : journal.Entries[^1].Number;

    ValueTask<ImmutableArray<StoredRelease>> ReleasesAsync(CancellationToken cancellation);

    /// <summary>Takes or renews a cluster's lease; null if another holder's lease still runs at <paramref name="now"/>. A new holder gets a higher epoch than any before.</summary>
    ValueTask<StoredLease?> HoldLeaseAsync(string clusterKey, string holder, Instant now, Duration length, CancellationToken cancellation);

    /// <summary>Wakes of the shards that are due by an instant, and those planned later (null: all that are planned), earliest first. A cluster whose wake has no instant is not among them.</summary>
    ValueTask<ImmutableArray<ClusterWake>> WakesAsync(IReadOnlyCollection<int> shards, Instant? dueBy, int limit, CancellationToken cancellation);

    /// <summary>Notes when a cluster is to be looked at next, unless somebody nudged it after the generation that the pass began with.</summary>
    ValueTask<bool> PlanWakeAsync(ClusterWake wake, CancellationToken cancellation);

    /// <summary>Removes activity entries, delivered messages, ended operations and the decisions of ended rollouts older than an instant (EV-60); answers how many rows.</summary>
    ValueTask<int> ForgetBeforeAsync(Instant instant, CancellationToken cancellation);
}

/// <summary>The database could not be reached or did not answer.</summary>
public sealed class StoreUnavailableException : Exception
{
    public StoreUnavailableException()
    {
    }

    public StoreUnavailableException(string message)
        : base(message)
    {
    }

    public StoreUnavailableException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
