using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>Everything that an agent looks at before it does something.</summary>
/// <param name="Wishes">What the node's annotations ask.</param>
/// <param name="State">What the agent remembers.</param>
/// <param name="BootId">The boot that the machine is in.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="Now">Now.</param>
internal sealed record AgentView(NodeWishes Wishes, AgentState State, string BootId, string Node, Instant Now)
{
    /// <summary>How long it waits.</summary>
    public RetryPace Pace { get; init; } = new();
}

/// <summary>
/// Decides what an agent does next: pure and total. It is asked again after every step, after every start of the process and whenever the node changes, and follows from what
/// is, not from what woke it. The process may die between any two steps.
/// </summary>
/// <remarks>Rules: MW-53, NM-2, NM-30, NM-32, NM-33, NM-46, CH-30, CH-31, CH-34.</remarks>
internal static class AgentPlanner
{
    /// <summary>How long a machine may take to go down before it is told again.</summary>
    public static readonly Duration RestartGrace = Duration.FromMinutes(5);

    /// <summary>How often it is told.</summary>
    public const int MostRestarts = 3;

    /// <summary>How many attempts are taken up again at once after the process died in them; later ones wait as failed ones do.</summary>
    public const int MostResumed = 3;

    /// <summary>The next step.</summary>
    public static AgentStep Decide(AgentView view)
    {
        var (wishes, state) = (view.Wishes, view.State);
        var wanted = AgentOrder.Of(wishes);
        if (state is { Order.Origin: OrderOrigin.ByHand, IsSettled: false } && (state.IsOpen || state.Phase == AgentPhase.Rebooting))
        {
            // What somebody began at the machine's command line is ended before anything else is begun.
            wanted = state.Order;
        }

        if (state.Phase == AgentPhase.Rebooting && DecideRestart(view, wanted) is { } restarting)
        {
            return restarting;
        }

        if (wishes.Updater != state.Updater && !IsToCome(state.UpdaterRetryAt, view.Now) && !state.IsOpen)
        {
            // NM-18: before any order, or the distribution's updater and the order would wait for each other's locks.
            return new AgentStep.SwitchUpdater(wishes.Updater);
        }

        if (state.IsOpen && (wanted is null || state.Order is null || !state.Order.IsSame(wanted)))
        {
            // NM-46: whatever comes next finds whole packages, even if it then installs nothing.
            return new AgentStep.Finish();
        }

        return wanted is null ? DecideNothing(view)
            : state.Order is null || !state.Order.IsSame(wanted) ? DecideNew(view, wanted)
            : DecideGoingOn(view, wanted);
    }

    private static AgentStep? DecideRestart(AgentView view, AgentOrder? wanted)
    {
        var state = view.State;
        if (view.BootId != state.BootId)
        {
            // Even if the order is gone: what became of the machine is read before anything else is done with it.
            return new AgentStep.VerifyRestarted();
        }

        if (wanted is null || !wanted.IsSame(state.Order!))
        {
            // Whoever drained the node has changed their mind. A restart that is under way cannot be called back, but it is not asked for again.
            return null;
        }

        // A clock that was set back says of what has just been asked that it is still to come.
        if (state.RestartAskedAt is { } asked && view.Now < asked + RestartGrace && asked < view.Now + RestartGrace)
        {
            return new AgentStep.Wait(asked + RestartGrace);
        }

        return view.Wishes.TakesWork && wanted.NeedsEmpty ? NotDrained(wanted)
            : state.Restarts < MostRestarts ? new AgentStep.Restart()
            : new AgentStep.Fail(AgentReason.RestartFailed, $"The machine was told to restart {MostRestarts} times and is still in the same boot.");
    }

    private static AgentStep DecideNothing(AgentView view)
    {
        var problem = view.Wishes.OrderProblem ?? view.Wishes.GoldenProblem;
        return problem is not null
            ? view.State is { Phase: AgentPhase.Refused, Order: null } && view.State.Message == AgentReason.Message(AgentReason.OrderUnreadable, problem) ? Rest(view, null) : new AgentStep.NoteUnreadable(problem)
            : view.State is { Order: null, Phase: AgentPhase.Idle } ? Rest(view, null)
            : new AgentStep.Forget();
    }

    private static AgentStep DecideNew(AgentView view, AgentOrder wanted)
    {
        var order = wanted.Order;
        if (order.Content == OrderContent.Reboot)
        {
            return wanted.MayRestart
                ? new AgentStep.Accept(wanted, view.Now)
                : new AgentStep.Refuse(wanted, nameof(NodeOsReason.NotSupported), $"Order '{order.Id}' asks for a reboot without packages in mode {order.Mode}; only a drained machine is restarted.");
        }

        if (order.Level is not { } level)
        {
            return new AgentStep.Refuse(wanted, nameof(NodeOsReason.NotSupported), $"Order '{order.Id}' names no level.");
        }

        if (view.State.Reached is { } reached && level < reached && !order.Rollback)
        {
            // NM-32: the level never goes down by itself, not even by a golden value that was moved back (NM-2).
            return new AgentStep.Refuse(wanted, nameof(NodeOsReason.LevelLower), LowerText(level, reached));
        }

        if (wanted.Origin == OrderOrigin.Level && view.State.Reached == level)
        {
            // CH-34, NM-2: equal is done.
            return new AgentStep.AlreadyThere(wanted);
        }

        return new AgentStep.Accept(wanted, view.Pace.FirstAttempt(wanted, view.Node, view.Now));
    }

    private static AgentStep DecideGoingOn(AgentView view, AgentOrder wanted)
    {
        var state = view.State;
        if (state.IsSettled && state.NextAttemptAt is null)
        {
            return Rest(view, null);
        }

        if (wanted.IsLapsed(view.Now) && !IsUnderWay(state, wanted))
        {
            // Whatever it would wait for: said at once, so that a drained node does not stay out of work for it.
            return state is { Phase: AgentPhase.Retrying, Reason: AgentReason.WindowClosed } ? Rest(view, null) : TooLate(wanted);
        }

        if (state.NextAttemptAt is { } next && IsToCome(next, view.Now))
        {
            return Rest(view, next);
        }

        if (state is { IsWorking: true, Attempts: > MostResumed })
        {
            // An attempt that kills the process every time must not do so in a circle.
            return new AgentStep.Fail(AgentReason.Interrupted, $"The agent died in the middle of attempt {state.Attempts}.");
        }

        if (view.Wishes.TakesWork && wanted.NeedsEmpty && !state.IsOpen)
        {
            // Said once: a cordon is a change of the node, and wakes the agent.
            return state is { Phase: AgentPhase.Retrying, Reason: AgentReason.NotDrained } ? Rest(view, null) : NotDrained(wanted);
        }

        return wanted switch
        {
            { StagesOnly: true } => new AgentStep.Stage(),
            { Order.Content: OrderContent.Reboot } => new AgentStep.RestartIfPending(),
            _ => new AgentStep.Install(),
        };
    }

    // CH-31: an order outlives those who gave it: a node that was put back to work, by whomever, is neither restarted nor worked on as if nothing ran there.
    private static AgentStep.Fail NotDrained(AgentOrder order) =>
        new(AgentReason.NotDrained, $"Order '{order.Order.Id}' is for a drained machine, and the node is not cordoned.");

    // MW-53: an installation that was begun is ended whenever it is (NM-46), and a drained machine that has been installed on gets its restart: it is of no use to anybody before.
    private static bool IsUnderWay(AgentState state, AgentOrder order) => state.IsOpen || (order.MayRestart && (state.Planned is not null || state.HasRestarted));

    private static AgentStep.Fail TooLate(AgentOrder order) => new(AgentReason.WindowClosed, TooLateText(order.Order));

    // No wait is as long as that: the clock has been set back since.
    private static bool IsToCome(Instant? at, Instant now) => at is { } moment && now < moment && moment < now + RetryPace.NeverBeyond;

    private static AgentStep Rest(AgentView view, Instant? until)
    {
        var updater = view.Wishes.Updater != view.State.Updater ? view.State.UpdaterRetryAt : null;
        return new AgentStep.Wait(until is { } a && updater is { } b ? Instant.Min(a, b) : until ?? updater);
    }

    internal static string TooLateText(NodeOrder order) =>
        $"Order '{order.Id}' was not to be begun after {NodaTime.Text.InstantPattern.General.Format(order.NotAfter!.Value)}, when its maintenance window closed.";

    internal static string LowerText(PatchLevel level, PatchLevel reached) => $"Level {level} is ordered and {reached} is reached; packages are never downgraded.";
}
