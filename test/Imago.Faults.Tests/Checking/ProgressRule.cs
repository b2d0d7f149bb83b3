using System.Collections.Immutable;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>
/// Invariant 10: nobody spins, and once faults have stopped everything that is under way gets on until it has ended, or waits for a known window.
/// </summary>
internal sealed class ProgressRule(Truth truth)
{
    private const int MostDecisionsAtOnce = 300;
    private const int MostPassesPerMinute = 200;
    private const int MostWritesPerNode = 80;

    private static readonly Duration Slack = Duration.FromHours(3);

    private readonly Dictionary<string, (Instant At, int Writes)> _changes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, ImmutableArray<Reason>> _holds = new(StringComparer.Ordinal);
    private Instant _decidedAt;
    private int _decisions;
    private Instant _minute = Instant.MinValue;
    private long _passesBefore;

    /// <summary>Rollouts begun.</summary>
    public int Rollouts { get; private set; }

    /// <summary>The last decision about the cluster, and what it was made from.</summary>
    public (ClusterInput Input, ClusterPlan Plan)? Last { get; private set; }

    public void Stored(RolloutRecord? before, RolloutRecord after)
    {
        var same = before is not null && string.Equals(before.Id, after.Id, StringComparison.Ordinal);
        var writes = same && _changes.TryGetValue(after.Pool, out var known) ? known.Writes + 1 : 1;
        Rollouts += same ? 0 : 1;
        _changes[after.Pool] = (truth.Now, writes);
        if (writes > MostWritesPerNode * (truth.Originals.Count + 10))
        {
            truth.Violated(10, $"rollout {after.Id} runs in circles: its record has been written {writes} times");
        }
    }

    public void Decided(ClusterInput input, ClusterPlan plan)
    {
        Last = (input, plan);
        foreach (var pool in truth.Intent.Spec.Pools)
        {
            _holds[pool.Name] = plan.Holds.TryGetValue(pool.Name, out var holds) ? holds : [];
        }

        Count();
    }

    public void Decided(RolloutPlan plan)
    {
        _holds[plan.Record.Pool] = plan.Holds;
        Count();
    }

    /// <summary>Nobody makes passes without end.</summary>
    public void Passed(long passes)
    {
        if (truth.Now >= _minute + Duration.FromMinutes(1))
        {
            (_minute, _passesBefore) = (truth.Now, passes);
        }
        else if (passes - _passesBefore > MostPassesPerMinute)
        {
            truth.Violated(10, $"{passes - _passesBefore} passes within a minute");
        }
    }

    /// <summary>Something under way that could go on does go on. Asked now and then after the heal.</summary>
    public void Settling()
    {
        foreach (var (pool, stored) in truth.Records())
        {
            var record = stored.Record;
            if (record.Ended)
            {
                continue;
            }

            // Between two windows a pool waits with nothing under way; then there is a window to wait for.
            var open = PlainCalendar.IsOpen(truth.Intent.Spec, truth.Now);
            var waits = !open && record.Active.IsEmpty && !record.SurgeNodes.Values.Any(s => s.Counts);
            var patience = record.Settings.DrainTimeout + record.Settings.NodeSoak + record.Settings.NodeReadyTimeout + record.Settings.CanarySoak + Slack;
            var since = Instant.Max(_changes[pool].At, Instant.Max(open ? OpenSince() : Instant.MinValue, truth.Scenario.HealAt));
            if (!waits && truth.Now - since > patience)
            {
                truth.Violated(10, $"rollout {record.Id} ({record.Phase}) does not get on: nothing has changed since {since}. Active: {string.Join(", ", record.Active.Select(a => $"{a.Key} {a.Value.Step}"))}; surge {record.Surge}: {string.Join(", ", record.SurgeNodes.Select(s => $"{s.Key} {s.Value.Step}"))}; max unavailable {record.MaxUnavailable}. {string.Join(" ", _holds.GetValueOrDefault(pool, []).Select(h => h.Message))}");
            }
        }
    }

    // Hour by hour back to where the window was last closed; what is open all the time counts from the heal.
    private Instant OpenSince()
    {
        var at = truth.Now;
        while (at > truth.Scenario.HealAt && PlainCalendar.IsOpen(truth.Intent.Spec, at))
        {
            at -= Duration.FromMinutes(30);
        }

        return at;
    }

    private void Count()
    {
        _decisions = _decidedAt == truth.Now ? _decisions + 1 : 1;
        _decidedAt = truth.Now;
        if (_decisions > MostDecisionsAtOnce)
        {
            truth.Violated(10, $"{_decisions} decisions at one and the same instant");
        }
    }
}
