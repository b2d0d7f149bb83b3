using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.Ports;

/// <summary>
/// One cluster, real or simulated: observation, node patches, evictions, the rollout records and the lease. Adapters translate and never
/// decide. A call that cannot be answered throws <see cref="ConnectionException"/>; what the API refuses is a value.
/// </summary>
public interface IClusterConnection
{
    /// <summary>The current view, kept change by change.</summary>
    ValueTask<ClusterView> ObserveAsync(CancellationToken cancellation);

    /// <summary>The stored records by pool.</summary>
    ValueTask<ImmutableSortedDictionary<string, StoredRecord>> ReadRecordsAsync(CancellationToken cancellation);

    /// <summary>Stores a record if the stored version is the expected one (null: none stored) and no higher epoch has been seen.</summary>
    ValueTask<WriteResult> WriteRecordAsync(RolloutRecord record, string? expectedVersion, CancellationToken cancellation);

    /// <summary>Patches a node if its resource version is the expected one.</summary>
    ValueTask<PatchOutcome> UpdateNodeAsync(RolloutAction.UpdateNode action, CancellationToken cancellation);

    /// <summary>Asks the eviction API to evict a pod.</summary>
    ValueTask<EvictionOutcome> EvictAsync(RolloutAction.EvictPod action, CancellationToken cancellation);

    /// <summary>Deletes a pod, budgets notwithstanding.</summary>
    ValueTask<EvictionOutcome> DeletePodAsync(RolloutAction.DeletePod action, CancellationToken cancellation);

    /// <summary>
    /// Takes or renews the cluster's lease. A new holder gets a higher epoch than any before; null if another holder's lease still runs.
    /// </summary>
    ValueTask<ClusterLease?> HoldLeaseAsync(string holder, Duration length, CancellationToken cancellation);

    /// <summary>
    /// Whether taking the lease writes something into the cluster of somebody else. It is then taken only when there is something to do: in a cluster without a channel nothing
    /// is touched.
    /// </summary>
    bool LeaseIsWritten => false;

    /// <summary>Whether anybody is there to hear what <see cref="TellAsync"/> tells; false: it need not be worked out.</summary>
    bool Tells => false;

    /// <summary>
    /// Tells what happened in the cluster itself, as Kubernetes events (UP-130…UP-136). It is a story for people: nothing is decided by it, an event told again is the
    /// same event, and one that cannot be told is not worth a failed pass. A cluster that nobody looks at, as in virtual time, need not keep them.
    /// </summary>
    ValueTask TellAsync(ImmutableArray<ClusterEvent> events, CancellationToken cancellation) => ValueTask.CompletedTask;
}

/// <summary>A record with the version under which it is stored.</summary>
public sealed record StoredRecord(RolloutRecord Record, string Version);

/// <summary>The right to write to one cluster.</summary>
/// <param name="Holder">Who holds it.</param>
/// <param name="Epoch">Grows with every change of holder.</param>
/// <param name="ExpiresAt">Work must stop before this instant unless it has been renewed; exclusive.</param>
public sealed record ClusterLease(string Holder, long Epoch, Instant ExpiresAt);

/// <summary>How a record write ended.</summary>
/// <param name="Stored">The stored record, or null if the write lost against another one.</param>
public sealed record WriteResult(StoredRecord? Stored);

/// <summary>How a node patch ended.</summary>
public enum PatchOutcome
{
    /// <summary>Done.</summary>
    Patched,

    /// <summary>The node has changed since it was observed; observe again.</summary>
    Conflict,

    /// <summary>The node is gone.</summary>
    NotFound,
}

/// <summary>How the eviction API answered.</summary>
public enum EvictionStatus
{
    /// <summary>The pod is being terminated, or is gone.</summary>
    Evicted,

    /// <summary>429: a budget does not allow it now.</summary>
    Refused,

    /// <summary>500: several budgets cover the pod.</summary>
    SeveralBudgets,

    /// <summary>409: another pod of that name has taken its place.</summary>
    WrongUid,

    /// <summary>404.</summary>
    NotFound,
}

/// <summary>Answer to an eviction.</summary>
/// <param name="Status">How it ended.</param>
/// <param name="RetryAfter">How long the API asks to wait; null if it does not say.</param>
/// <param name="Message">The API's text, if any.</param>
public sealed record EvictionOutcome(EvictionStatus Status, Duration? RetryAfter = null, string? Message = null);

/// <summary>A call could not be answered: no connection, a time-out, an answer that makes no sense. Whether it took effect is unknown.</summary>
public class ConnectionException : Exception
{
    public ConnectionException()
    {
    }

    public ConnectionException(string message)
        : base(message)
    {
    }

    public ConnectionException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
