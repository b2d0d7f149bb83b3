using Imago.Domain.NodeOs;
using Imago.NodeOs;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>How the state follows from what was decided and from what came of it: the only place where it changes.</summary>
/// <remarks>Rules: NM-30, NM-32, NM-33, NM-34.</remarks>
internal static class AgentTransitions
{
    /// <summary>Nothing is ordered. What was reached, and what hangs over the machine, stays.</summary>
    public static AgentState Forgotten(this AgentState state) => state.Fresh() with { Order = null, Phase = AgentPhase.Idle };

    /// <summary>What is ordered cannot be read.</summary>
    public static AgentState Unreadable(this AgentState state, string problem) => state.Fresh() with
    {
        Order = null,
        Phase = AgentPhase.Refused,
        Reason = AgentReason.OrderUnreadable,
        Message = AgentReason.Message(AgentReason.OrderUnreadable, problem),
    };

    /// <summary>A new order is taken down. What the plan of the last one came to counts no more, but a transaction that is open stays open.</summary>
    public static AgentState Accepted(this AgentState state, AgentOrder order, Instant notBefore, Instant now) => state.Fresh() with
    {
        Order = order,
        Phase = AgentPhase.Staging,
        NextAttemptAt = notBefore > now ? notBefore : null,
    };

    /// <summary>A new order will not be carried out.</summary>
    public static AgentState Refused(this AgentState state, AgentOrder order, string reason, string message) => state.Fresh() with
    {
        Order = order,
        Phase = AgentPhase.Refused,
        Reason = reason,
        Message = AgentReason.Message(reason, message),
    };

    /// <summary>CH-34: nothing is left to do.</summary>
    public static AgentState AlreadyThere(this AgentState state, AgentOrder order) => state.Fresh() with { Order = order, Phase = AgentPhase.Applied };

    /// <summary>An attempt begins.</summary>
    public static AgentState Attempting(this AgentState state, Instant now) => state with
    {
        IsWorking = true,
        Attempts = state.Attempts + 1,
        LastAttemptAt = now,
        NextAttemptAt = null,
        Phase = AgentPhase.Staging,
    };

    /// <summary>Planned and downloaded.</summary>
    public static AgentState Staged(this AgentState state, PatchPlan plan) => state.Planned(plan) with { Phase = AgentPhase.Staged, IsWorking = false, Reason = null, Message = null };

    /// <summary>CH-30: a reboot would follow, and nothing was changed.</summary>
    public static AgentState NeedsReboot(this AgentState state, PatchPlan plan, string because) => state.Planned(plan) with
    {
        Phase = AgentPhase.RebootNeeded,
        IsWorking = false,
        Reason = AgentReason.RebootNeeded,
        Message = AgentReason.Message(AgentReason.RebootNeeded, because),
    };

    /// <summary>The transaction begins: from here on packages may be half installed.</summary>
    public static AgentState Opened(this AgentState state, PatchPlan plan, string bootId) => state.Planned(plan) with
    {
        Phase = AgentPhase.Applying,
        IsOpen = true,
        Plan = plan,
        BootId = bootId,
    };

    /// <summary>NM-34: the machine was read again. Missing packages are a failure and never come here.</summary>
    public static AgentState Verified(this AgentState state, Verification verification, VerdictFindings findings, string bootId, string node, Instant now, RetryPace pace)
    {
        var read = state with { IsOpen = false, HasRestarted = state.HasRestarted || state.Phase == AgentPhase.Rebooting, Held = verification.Held, Verdict = findings.Verdict, Inventory = verification.Inventory };
        if (findings.Verdict == RebootVerdict.Reboot && state.Order!.MayRestart)
        {
            return !read.HasRestarted
                ? read.Restarting(bootId)

                // One restart that did not help is enough: the next attempt looks again and restarts nothing by itself.
                : read.Failed(AgentReason.StillRebootRequired, $"The machine has restarted and still has to: {string.Join("; ", findings.Because)}.", state.Order!, now, node, pace);
        }

        return read.Settled(now);
    }

    /// <summary>The machine has to restart, and may.</summary>
    public static AgentState Restarting(this AgentState state, string bootId) => state with
    {
        Phase = AgentPhase.Rebooting,
        IsWorking = false,
        BootId = bootId,
        RestartAskedAt = null,
        Restarts = 0,
        Reason = null,
        Message = null,
    };

    /// <summary>The machine is told to restart.</summary>
    public static AgentState RestartAsked(this AgentState state, Instant now) => state with { RestartAskedAt = now, Restarts = state.Restarts + 1 };

    /// <summary>Nothing is left to do for the order.</summary>
    public static AgentState Settled(this AgentState state, Instant now)
    {
        var order = state.Order!;
        if (!state.Held.IsEmpty && order.Order.Content != OrderContent.Reboot)
        {
            // NM-34: a fix that is held back is never the level.
            return state with
            {
                Phase = AgentPhase.AppliedPartially,
                IsWorking = false,
                IsOpen = false,
                Reason = AgentReason.FixesHeld,
                Message = AgentReason.Message(AgentReason.FixesHeld, $"Fixes are held back: {string.Join(", ", state.Held.Select(h => $"{h.Package} {h.Installed} -> {h.Available} ({h.Why})"))}."),

                // Nobody orders again where the level alone is the order, and holds are taken off by people.
                NextAttemptAt = order.Origin == OrderOrigin.Level ? now + RetryPace.Longest : null,
            };
        }

        return state with
        {
            Phase = AgentPhase.Applied,
            IsWorking = false,
            IsOpen = false,
            Reached = order.Order.Level ?? state.Reached,
            Reason = null,

            // NM-32: said clearly.
            Message = order.Order.Rollback ? $"The level was set back to {order.Order.Level}; packages were not downgraded." : null,
            Image = order.MayRestart && order.Order.Image is { } image ? image : state.Image,
            ImageAppliedAt = order.MayRestart && order.Order is { Image: not null, Content: not OrderContent.Reboot } ? now : state.ImageAppliedAt,
        };
    }

    /// <summary>An attempt failed.</summary>
    public static AgentState Failed(this AgentState state, string reason, string message, AgentOrder order, Instant now, string node, RetryPace pace) => state with
    {
        Phase = AgentReason.IsFinal(reason) ? AgentPhase.Refused : AgentPhase.Retrying,
        IsWorking = false,
        Reason = reason,
        Message = AgentReason.Message(reason, message),
        NextAttemptAt = AgentReason.IsFinal(reason) || reason == AgentReason.WindowClosed ? null : pace.Next(order, node, state.Attempts, now),

        // What was planned was not installed, and is planned anew in the next window.
        Planned = reason == AgentReason.WindowClosed ? null : state.Planned,
    };

    /// <summary>NM-46: the transaction whose order is gone was ended, or cannot be; the next order repairs what is left of it.</summary>
    public static AgentState Finished(this AgentState state, Verification? verification) => (state with { IsOpen = false, IsWorking = false }) switch
    {
        var closed when verification is { } read => closed with { Held = read.Held, Inventory = read.Inventory },
        var closed => closed,
    };

    /// <summary>NM-18: the packages are somebody else's now, or the switch is tried again later.</summary>
    public static AgentState UpdaterSwitched(this AgentState state, OsUpdater? to, Instant? retryAt) => retryAt is null
        ? state with { Updater = to, UpdaterRetryAt = null }
        : state with { UpdaterRetryAt = retryAt };

    private static AgentState Planned(this AgentState state, PatchPlan plan) => state with
    {
        Planned = new PlannedChange(plan.Goal.Level, plan.Goal.Content, plan.Verdict, plan.Changes.Length, plan.DownloadBytes),
        Held = plan.Held,
    };

    private static AgentState Fresh(this AgentState state) => state with
    {
        Reason = null,
        Message = null,
        Attempts = 0,
        LastAttemptAt = null,
        NextAttemptAt = null,
        IsWorking = false,
        Planned = null,
        Plan = state.IsOpen ? state.Plan : null,
        Held = [],
        RestartAskedAt = null,
        Restarts = 0,
        HasRestarted = false,
    };
}
