using System.Collections.Immutable;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Api.Tests.Kit;

/// <summary>A store behind which nothing answers.</summary>
internal sealed class DeadStore(Exception? failure = null) : IStore
{
    private Exception Failure => failure ?? new StoreUnavailableException("secret-host does not answer");

    public ValueTask<CommitOutcome> CommitAsync(StoreBatch batch, CancellationToken cancellation) => throw Failure;

    public ValueTask<StoredResource?> FindAsync(string key, CancellationToken cancellation) => throw Failure;

    public ValueTask<Page<StoredResource>> ListAsync(ResourceQuery query, CancellationToken cancellation) => throw Failure;

    public ValueTask<ImmutableArray<StoredResource>> ClusterAsync(string clusterKey, CancellationToken cancellation) => throw Failure;

    public ValueTask<StoredOperation?> FindOperationAsync(string id, CancellationToken cancellation) => throw Failure;

    public ValueTask<ImmutableArray<StoredOperation>> OpenOperationsAsync(string clusterKey, CancellationToken cancellation) => throw Failure;

    public ValueTask<Page<ActivityEntry>> ActivitiesAsync(ActivityQuery query, CancellationToken cancellation) => throw Failure;

    public ValueTask<Page<StoredRollout>> RolloutsAsync(string clusterKey, string? after, int limit, CancellationToken cancellation) => throw Failure;

    public ValueTask<StoredRollout?> FindRolloutAsync(string clusterKey, string id, CancellationToken cancellation) => throw Failure;

    public ValueTask<ImmutableArray<StoredDecision>> DecisionsAsync(string clusterKey, string rolloutId, int after, int limit, CancellationToken cancellation) => throw Failure;

    public ValueTask<ImmutableArray<OutboxMessage>> UndeliveredAsync(int limit, CancellationToken cancellation) => throw Failure;

    public ValueTask MarkDeliveredAsync(IReadOnlyCollection<string> ids, Instant at, CancellationToken cancellation) => throw Failure;

    public ValueTask<(JournalSnapshot? Snapshot, ImmutableArray<JournalEntry> Entries)?> JournalAsync(string clusterKey, CancellationToken cancellation) => throw Failure;

    public ValueTask<ImmutableArray<StoredRelease>> ReleasesAsync(CancellationToken cancellation) => throw Failure;

    public ValueTask<StoredLease?> HoldLeaseAsync(string clusterKey, string holder, Instant now, Duration length, CancellationToken cancellation) => throw Failure;

    public ValueTask<ImmutableArray<ClusterWake>> WakesAsync(IReadOnlyCollection<int> shards, Instant? dueBy, int limit, CancellationToken cancellation) => throw Failure;

    public ValueTask<bool> PlanWakeAsync(ClusterWake wake, CancellationToken cancellation) => throw Failure;

    public ValueTask<int> ForgetBeforeAsync(Instant instant, CancellationToken cancellation) => throw Failure;
}
