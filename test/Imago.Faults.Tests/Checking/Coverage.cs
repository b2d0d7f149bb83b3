using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;

namespace Imago.Faults.Tests.Checking;

/// <summary>What a run got to see, by name. A search that never gets anywhere finds nothing, either.</summary>
internal sealed class Coverage
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public IReadOnlySet<string> Seen => _seen;

    public void Saw(string what) => _seen.Add(what);

    public void Stored(RolloutRecord record)
    {
        _seen.Add($"phase {record.Phase}");
        Note(record.Fault is not null, $"fault {record.Fault?.Code}");
        Note(record.Attempt > 1, "second attempt");
        Note(record.Forced, "forced");
        Note(record.TriedSingleSurge, "surge of one tried");
        Note(!record.CapacityFaults.IsEmpty && record is { Surge: 0, MaxUnavailable: > 0 }, "fallback in place");
        Note(record.Target is RolloutTarget.Patch, "security patch");
        Note(record.Target is RolloutTarget.Reboot, "reboot");
        foreach (var progress in record.Active.Values)
        {
            _seen.Add($"step {progress.Step}");
            Note(progress.WasUnschedulable, "foreign cordon under way");
        }

        foreach (var surge in record.SurgeNodes.Values)
        {
            _seen.Add($"surge {surge.Step}");
        }

        foreach (var outcome in record.Settled.Values)
        {
            _seen.Add($"node {outcome.Result}");
        }
    }

    private void Note(bool seen, string what)
    {
        if (seen)
        {
            _seen.Add(what);
        }
    }
}
