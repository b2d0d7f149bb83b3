using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>What an earlier rollout of a pool means for starting another one.</summary>
/// <remarks>Rules: MW-57, UP-61, UP-64, UP-65, UP-77, UP-150.</remarks>
internal static class EarlierRun
{
    /// <summary>How long to wait before the one retry in a window.</summary>
    internal static readonly Duration RetryAfter = Duration.FromMinutes(10);

    /// <summary>What counts as one run where no window delimits it.</summary>
    internal static readonly Duration RunWithoutWindow = Duration.FromHours(24);

    /// <summary>Whether the rollout belongs to the run of now: the same window, or the same day where there is none.</summary>
    public static bool IsOfThisRun(RolloutRecord record, WindowGate gate, Instant now) => gate.Current is { } window
        ? record.WindowStart == window.Start || (record.EndedAt is { } ended && ended >= window.Start)
        : record.EndedAt is { } at && now < at + RunWithoutWindow;

    /// <summary>When the run of a rollout that belongs to the run of now is over: the window closes, or the day is over where there is none.</summary>
    public static Instant? EndOfRun(RolloutRecord record, WindowGate gate) => gate.Current is { } window ? window.End : record.EndedAt + RunWithoutWindow;

    /// <summary>Whether the rollout failed for another reason than quarantined nodes, and so ended its run (UP-61).</summary>
    public static bool EndedItsRun(RolloutRecord record) =>
        record is { Phase: RolloutPhase.Failed, Trigger: RolloutTrigger.Automatic }
        && !string.Equals(record.Fault?.Code, nameof(ReasonCode.Quarantined), StringComparison.Ordinal);

    /// <summary>Why the pool is not started again now, or null.</summary>
    public static Reason? Forbids(ClusterInput input, PoolSpec pool, RolloutTarget target, List<Candidate> todo, WindowGate gate)
    {
        // A new target is a new start.
        if (!input.Records.TryGetValue(pool.Name, out var last) || last.Target != target)
        {
            return null;
        }

        switch (last.Phase)
        {
            case RolloutPhase.Failed when string.Equals(last.Fault?.Code, nameof(ReasonCode.NotReadyAfterUpgrade), StringComparison.Ordinal) && StillBroken(input, last) is { } broken:
                // UP-150: another try at the same target would cost another node.
                return new Reason(
                    ReasonCode.FailedBefore,
                    $"The rollout to '{target.Name}' failed at {Format(last.EndedAt)} and is not tried again while '{broken}' is not healthy. {last.Fault!.Message}",
                    Until: input.View.Nodes.ContainsKey(broken) ? null : last.EndedAt + RunWithoutWindow,
                    Event: $"node {broken} becomes healthy, or a newer target is released");
            case RolloutPhase.Canceled when string.Equals(last.Fault?.Code, nameof(ReasonCode.Aborted), StringComparison.Ordinal) && IsOfThisRun(last, gate, input.Now):
                return new Reason(ReasonCode.Aborted, $"The rollout to '{target.Name}' was aborted at {Format(last.EndedAt)}: {last.Fault!.Message} It is taken up again in the next window.", EndOfRun(last, gate));
            case RolloutPhase.Failed or RolloutPhase.Canceled when last.Fault is { } fault && !string.Equals(fault.Code, TargetChooser.SupersededCode, StringComparison.Ordinal):
                return Retry(input, pool, last, fault, todo, gate);
            default:
                return null;
        }
    }

    private static Reason? Retry(ClusterInput input, PoolSpec pool, RolloutRecord last, RolloutFault fault, List<Candidate> todo, WindowGate gate)
    {
        if (IsOfThisRun(last, gate, input.Now))
        {
            // MW-57: one retry in the same window, a while later.
            if (last.Attempt > 1)
            {
                return new Reason(ReasonCode.FailedBefore, $"It failed twice in this window and is tried again in the next one. {fault.Message}", EndOfRun(last, gate));
            }

            var at = last.EndedAt!.Value + RetryAfter;
            if (input.Now < at)
            {
                return new Reason(ReasonCode.FailedBefore, $"It failed at {Format(last.EndedAt)} and is tried once more at {Format(at)}. {fault.Message}", at);
            }
        }

        // UP-77: nodes that failed to drain and that no waiting frees are worked around, not tried again and again.
        var ledger = new EvictionLedger(input.View);
        var startable = todo.Exists(c =>
            !(last.Settled.TryGetValue(c.Node.Name, out var outcome) && outcome.Result == NodeResult.Blocked)
            || c.Need.Kind == NodeWork.LivePatch
            || DrainChances.Of(input.View, ledger, c.Node, c.Load, pool.Settings, forced: false) < DrainChance.Doomed
            || pool.Settings.Override?.InEffectFor(input.Now) == true);
        return startable
            ? null
            : new Reason(ReasonCode.FailedBefore, $"It failed at {Format(last.EndedAt)}, and what blocked it still stands. {fault.Message}", Event: "the budget, the pod or the settings change");
    }

    private static string? StillBroken(ClusterInput input, RolloutRecord last) => last.Settled
        .Where(s => s.Value.Result is NodeResult.NotReady or NodeResult.ProviderFailed)
        .Select(s => s.Key)
        .FirstOrDefault(name => input.View.Nodes.TryGetValue(name, out var node)
            ? NodeHealth.Complaint(input.View, node) is not null
            : input.Now < last.EndedAt + RunWithoutWindow);

    private static string Format(Instant? instant) => instant is { } at ? InstantPattern.General.Format(at) : "an unknown time";
}
