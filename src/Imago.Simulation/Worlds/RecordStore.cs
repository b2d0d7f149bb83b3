using System.Collections.Immutable;
using System.Globalization;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>The rollout records and the lease, as they live in the cluster: optimistic versions, growing epochs.</summary>
internal sealed class RecordStore(ClusterState state)
{
    private ImmutableSortedDictionary<string, StoredRecord> _records = ImmutableSortedDictionary.Create<string, StoredRecord>(StringComparer.Ordinal);
    private ClusterLease? _lease;
    private long _highestEpoch;
    private long _writes;

    public ImmutableSortedDictionary<string, StoredRecord> All => _records;

    public long HighestEpoch => _highestEpoch;

    /// <summary>Versions given so far.</summary>
    public long Writes => _writes;

    /// <summary>Puts back what was stored when the world was put away. The lease is not part of it.</summary>
    public void Restore(long highestEpoch, long writes, IEnumerable<StoredRecord> records)
    {
        _highestEpoch = highestEpoch;
        _writes = writes;
        _records = _records.SetItems(records.Select(r => KeyValuePair.Create(r.Record.Pool, r)));
    }

    public WriteResult Write(RolloutRecord record, string? expectedVersion)
    {
        var before = _records.GetValueOrDefault(record.Pool);
        if (!string.Equals(before?.Version, expectedVersion, StringComparison.Ordinal) || record.Epoch < Math.Max(_lease?.Epoch ?? 0, _highestEpoch))
        {
            // A writer whose lease has gone to another one is refused even if the other has not written yet: its write may have been under way for long.
            return new WriteResult(null);
        }

        _highestEpoch = record.Epoch;
        var stored = new StoredRecord(record, (++_writes).ToString(CultureInfo.InvariantCulture));
        _records = _records.SetItem(record.Pool, stored);
        RecordTrace.Tell(state, before?.Record, record);
        return new WriteResult(stored);
    }

    public ClusterLease? Hold(string holder, Duration length)
    {
        var now = state.Time.Now;
        if (_lease is { } running && now < running.ExpiresAt && !string.Equals(running.Holder, holder, StringComparison.Ordinal))
        {
            return null;
        }

        var epoch = _lease is { } last && string.Equals(last.Holder, holder, StringComparison.Ordinal) ? last.Epoch : (_lease?.Epoch ?? 0) + 1;
        return _lease = new ClusterLease(holder, epoch, now + length);
    }
}
