using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Whether a pool under way may start another node.</summary>
internal static class StartGate
{
    /// <summary>Why it may not, or null.</summary>
    public static Reason? Held(RolloutPass pass)
    {
        var record = pass.Record;
        switch (record.Phase)
        {
            case RolloutPhase.Halting:
                return new Reason(ReasonCode.FailedBefore, record.Fault?.Message ?? "The rollout halts.");
            case RolloutPhase.Canceling:
                return new Reason(
                    Enum.TryParse<ReasonCode>(record.Fault?.Code, out var code) ? code : ReasonCode.Aborted, record.Fault?.Message ?? "The rollout was aborted.");
        }

        if (PausedBy(pass.Input.Spec, pass.Pool) is { } paused)
        {
            return paused;
        }

        // UP-67: on a stopped cluster nothing is started.
        if (!pass.Input.Spec.Running)
        {
            return new Reason(ReasonCode.ClusterStopped, $"Cluster '{pass.Input.Spec.Name}' is stopped; it catches up in the next window after its start.");
        }

        // MW-11, CH-52: what a person asked for is never held by a window.
        if (pass.Gate.IsOpen || record.Trigger != RolloutTrigger.Automatic)
        {
            return null;
        }

        // MW-54: with FinishPool a pool begun before the close is finished. MW-53: with FinishNode no further node is started. MW-63: live patches wait, too.
        return record.Settings.WindowClose == WindowClose.FinishPool ? null : pass.Gate.Closed;
    }

    /// <summary>Whether disruptive work that nobody waits for may begin: neither paused nor outside a window, whatever asked for the rollout.</summary>
    public static bool MayDisrupt(RolloutPass pass) =>
        pass.Gate.IsOpen && pass.Input.Spec.Running && PausedBy(pass.Input.Spec, pass.Pool) is null;

    /// <summary>UP-153: who paused the cluster or the pool, when and why; null when neither is paused.</summary>
    public static Reason? PausedBy(ClusterSpec spec, PoolSpec pool)
    {
        if (spec.Pause is { } whole)
        {
            return Text($"Cluster '{spec.Name}'", whole);
        }

        return pool.Pause is { } one ? Text($"Node pool '{pool.Name}'", one) : null;

        static Reason Text(string what, Pause pause) =>
            new(ReasonCode.Paused, $"{what} was paused by {pause.By} at {InstantPattern.General.Format(pause.Since)}: {pause.Why}.", Event: "resume");
    }
}
