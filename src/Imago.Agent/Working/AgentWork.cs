using Imago.Agent.Deciding;
using Imago.Agent.State;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using NodaTime;

namespace Imago.Agent.Working;

/// <summary>What is needed to carry out steps.</summary>
/// <param name="Machine">The machine.</param>
/// <param name="Memory">The state.</param>
/// <param name="Node">Name of the node.</param>
/// <param name="Time">The clock.</param>
internal sealed record AgentTools(IMachine Machine, AgentMemory Memory, string Node, TimeProvider Time)
{
    /// <summary>Told how far a step is.</summary>
    public IPatchProgress Progress { get; init; } = SilentProgress.Instance;

    /// <summary>Called when the state has changed in the middle of a step and ought to be known outside before it goes on.</summary>
    public Func<CancellationToken, Task> Tell { get; init; } = _ => Task.CompletedTask;

    /// <summary>Services that are restarted only on a drained machine (NM-59).</summary>
    public IReadOnlyList<string> GuardedServices { get; init; } = [];

    /// <summary>Whether services are restarted at all.</summary>
    public bool RestartServices { get; init; } = true;

    /// <summary>How long is waited after a failure.</summary>
    public RetryPace Pace { get; init; } = new();

    /// <summary>Now.</summary>
    public Instant Now => Instant.FromDateTimeOffset(Time.GetUtcNow());
}

/// <summary>
/// Carries out the steps that <see cref="AgentPlanner"/> decides. It decides nothing about the order; it writes down what it is about to do, does it, and writes down what came
/// of it.
/// </summary>
internal sealed class AgentWork(AgentTools tools)
{
    /// <summary>CH-35: the longest run.</summary>
    public static readonly TimeSpan LongestRun = TimeSpan.FromMinutes(60);

    private AgentState State => tools.Memory.Current;

    /// <summary>Carries out a step. What fails becomes part of the state; only a cancellation is thrown.</summary>
    public async Task DoAsync(AgentStep step, NodeWishes wishes, CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(LongestRun, tools.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellation, limit.Token);
        try
        {
            await CarryOutAsync(step, wishes, both.Token);
        }
        catch (NodeOsException failure)
        {
            Fail(failure.Reason.ToString(), failure.Message);
        }
        catch (StateException failure)
        {
            Fail(AgentReason.StateUnwritable, failure.Message);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            Fail(nameof(NodeOsReason.TimedOut), $"The run took longer than {LongestRun.TotalMinutes} minutes and was ended.");
        }
#pragma warning disable CA1031 // An agent that dies of what nobody expected says nothing any more; one that goes on says what it was.
        catch (Exception bug) when (bug is not OperationCanceledException)
#pragma warning restore CA1031
        {
            Fail(AgentReason.Unexpected, $"{bug.GetType().Name}: {bug.Message}");
        }
    }

    private async Task CarryOutAsync(AgentStep step, NodeWishes wishes, CancellationToken cancellation)
    {
        switch (step)
        {
            case AgentStep.Wait:
                break;
            case AgentStep.Forget:
                tools.Memory.Keep(State.Forgotten());
                break;
            case AgentStep.NoteUnreadable(var problem):
                tools.Memory.Keep(State.Unreadable(problem));
                break;
            case AgentStep.Accept(var order, var notBefore):
                tools.Memory.Keep(State.Accepted(order, notBefore, tools.Now));
                break;
            case AgentStep.Refuse(var order, var reason, var message):
                tools.Memory.Keep(State.Refused(order, reason, message));
                break;
            case AgentStep.AlreadyThere(var order):
                tools.Memory.Keep(State.AlreadyThere(order));
                break;
            case AgentStep.Fail(var reason, var message):
                Fail(reason, message);
                break;
            case AgentStep.SwitchUpdater(var to):
                await SwitchAsync(to, cancellation);
                break;
            case AgentStep.Stage:
                await StageAsync(wishes, cancellation);
                break;
            case AgentStep.Install:
                await InstallAsync(wishes, cancellation);
                break;
            case AgentStep.RestartIfPending:
                await RestartIfPendingAsync(cancellation);
                break;
            case AgentStep.Finish:
                await FinishAsync(cancellation);
                break;
            case AgentStep.Restart:
                await RestartAsync(cancellation);
                break;
            case AgentStep.VerifyRestarted:
                await VerifyRestartedAsync(cancellation);
                break;
            default:
                throw new InvalidOperationException($"Step {step} is not known.");
        }
    }

    private async Task StageAsync(NodeWishes wishes, CancellationToken cancellation)
    {
        await BeginAsync("Planning.", cancellation);
        var order = State.Order!.Order;
        if (order.Content == OrderContent.Reboot)
        {
            throw new NodeOsException(NodeOsReason.NotSupported, $"Order '{order.Id}' asks to stage a reboot without packages; there is nothing to stage.");
        }

        var driver = tools.Machine.Driver;
        var plan = await driver.PlanAsync(GoalOf(order, wishes), tools.Progress, cancellation);
        await driver.StageAsync(plan, tools.Progress, cancellation);
        await NoteMachineAsync(driver, cancellation);
        tools.Memory.Keep(State.Staged(plan));
    }

    private async Task InstallAsync(NodeWishes wishes, CancellationToken cancellation)
    {
        await BeginAsync("Planning.", cancellation);
        var (order, driver) = (State.Order!, tools.Machine.Driver);
        var plan = await driver.PlanAsync(GoalOf(order.Order, wishes), tools.Progress, cancellation);
        if (order.NeedsQuiet && !State.IsOpen && await WhyNotQuietAsync(driver, plan, cancellation) is { } because)
        {
            // CH-30, NM-59: live is for what needs no reboot.
            await NoteMachineAsync(driver, cancellation);
            tools.Memory.Keep(State.NeedsReboot(plan, because));
            return;
        }

        if (!plan.IsEmpty || State.IsOpen)
        {
            await driver.StageAsync(plan, tools.Progress, cancellation);
            if (!State.IsOpen && (LimitOf(order, wishes) ?? order) is var limited && limited.IsLapsed(tools.Now))
            {
                // MW-53: planning and downloading took until the window closed.
                Fail(AgentReason.WindowClosed, AgentPlanner.TooLateText(limited.Order));
                return;
            }

            KeepOrStop(State.Opened(plan, tools.Machine.BootId));
            await tools.Tell(cancellation);
            tools.Progress.Report($"Installing {plan.Changes.Length} packages.");
            await driver.ApplyAsync(plan, tools.Progress, cancellation);
        }
        else
        {
            // Nothing is installed; verified it is all the same (NM-34).
            KeepOrStop(State.Opened(plan, tools.Machine.BootId) with { IsOpen = false });
        }

        await VerifyAsync(driver, plan, cancellation);
    }

    // The order as it stands on the node now: its limit may be another one than when it was taken.
    private static AgentOrder? LimitOf(AgentOrder order, NodeWishes wishes) => AgentOrder.Of(wishes) is { } wanted && wanted.IsSame(order) ? wanted : null;

    private async Task VerifyAsync(INodeOsDriver driver, PatchPlan plan, CancellationToken cancellation)
    {
        tools.Progress.Report("Reading the machine again.");
        var verification = await driver.VerifyAsync(plan, cancellation);
        if (!verification.Missing.IsEmpty)
        {
            // NM-34: never success from an exit code.
            throw new NodeOsException(NodeOsReason.NotAsPlanned, $"Not at the planned version: {string.Join(", ", verification.Missing)}.");
        }

        var findings = await driver.VerdictAsync(cancellation);
        if (findings.Verdict == RebootVerdict.RestartServices && await RestartServicesAsync(findings, cancellation))
        {
            findings = await driver.VerdictAsync(cancellation);
        }

        tools.Memory.Keep(State.Verified(verification, findings, tools.Machine.BootId, tools.Node, tools.Now, tools.Pace));
    }

    // NM-59: what the node's pods hang on is restarted only where they have been taken off.
    private async Task<bool> RestartServicesAsync(VerdictFindings findings, CancellationToken cancellation)
    {
        var restarted = false;
        foreach (var service in tools.RestartServices ? findings.Services : [])
        {
            if (State.Order!.MayRestart || !tools.GuardedServices.Contains(service.Replace(".service", "", StringComparison.Ordinal), StringComparer.Ordinal))
            {
                tools.Progress.Report($"Restarting service {service}.");
                restarted |= await tools.Machine.RestartServiceAsync(service, cancellation) is null;
            }
        }

        return restarted;
    }

    private static async Task<string?> WhyNotQuietAsync(INodeOsDriver driver, PatchPlan plan, CancellationToken cancellation)
    {
        if (plan.Verdict == RebootVerdict.Reboot)
        {
            return $"A reboot would follow level {plan.Goal.Level}.";
        }

        var findings = await driver.VerdictAsync(cancellation);
        return findings.Verdict == RebootVerdict.Reboot ? $"A reboot is pending: {string.Join("; ", findings.Because)}." : null;
    }

    private async Task RestartIfPendingAsync(CancellationToken cancellation)
    {
        await BeginAsync("Looking whether a restart is pending.", cancellation);
        var driver = tools.Machine.Driver;
        var findings = await driver.VerdictAsync(cancellation);
        var inventory = (await driver.ProbeAsync(cancellation)).Inventory;
        tools.Memory.Keep(State.Verified(new Verification { Inventory = inventory }, findings, tools.Machine.BootId, tools.Node, tools.Now, tools.Pace));
    }

    private async Task FinishAsync(CancellationToken cancellation)
    {
        if (State.Plan is not { } plan)
        {
            tools.Memory.Keep(State.Finished(null));
            return;
        }

        Verification? verification = null;
        try
        {
            KeepOrStop(State with { IsWorking = true, Attempts = State.Attempts + 1 });
            var driver = tools.Machine.Driver;
            await driver.ApplyAsync(plan, tools.Progress, cancellation);
            verification = await driver.VerifyAsync(plan, cancellation);
        }
        catch (Exception failure) when (failure is NodeOsException or IOException or UnauthorizedAccessException)
        {
            // Tried once: the next order repairs before it begins, and nobody waits for this one.
            tools.Progress.Report($"The interrupted installation could not be ended: {failure.Message}");
        }

        tools.Memory.Keep(State.Finished(verification));
    }

    private async Task RestartAsync(CancellationToken cancellation)
    {
        KeepOrStop(State.RestartAsked(tools.Now));
        await tools.Tell(cancellation);
        tools.Progress.Report("Restarting the machine.");
        await tools.Machine.RestartAsync(cancellation);
    }

    private async Task VerifyRestartedAsync(CancellationToken cancellation)
    {
        var (order, driver) = (State.Order!, tools.Machine.Driver);

        // Whatever reading it comes to: the machine has had its restart.
        tools.Memory.Keep(State with { HasRestarted = true });
        if (order.Order.Content != OrderContent.Reboot && State.Plan is { } plan)
        {
            await VerifyAsync(driver, plan, cancellation);
            return;
        }

        var findings = await driver.VerdictAsync(cancellation);
        var inventory = (await driver.ProbeAsync(cancellation)).Inventory;
        tools.Memory.Keep(State.Verified(new Verification { Inventory = inventory }, findings, tools.Machine.BootId, tools.Node, tools.Now, tools.Pace));
    }

    private async Task SwitchAsync(OsUpdater? to, CancellationToken cancellation)
    {
        string? problem;
        try
        {
            problem = await tools.Machine.SwitchUpdaterAsync(to, cancellation);
        }
        catch (Exception failure) when (failure is NodeOsException or IOException or UnauthorizedAccessException or System.Text.Json.JsonException)
        {
            // A file system that may not be written must not be asked in a circle, nor keep orders from being carried out.
            problem = failure.Message;
        }

        if (problem is not null)
        {
            tools.Progress.Report($"{AgentReason.UpdaterNotSwitched}: {problem}");
        }

        tools.Memory.Keep(State.UpdaterSwitched(to, problem is null ? null : tools.Now + RetryPace.First));
    }

    private async Task BeginAsync(string what, CancellationToken cancellation)
    {
        KeepOrStop(State.Attempting(tools.Now));
        tools.Progress.Report(what);
        await tools.Tell(cancellation);
    }

    private async Task NoteMachineAsync(INodeOsDriver driver, CancellationToken cancellation)
    {
        var (probe, findings) = (await driver.ProbeAsync(cancellation), await driver.VerdictAsync(cancellation));
        tools.Memory.Keep(State with { Inventory = probe.Inventory, Verdict = findings.Verdict });
    }

    private void Fail(string reason, string message)
    {
        if (State.Order is { } order)
        {
            tools.Memory.Keep(State.Failed(reason, message, order, tools.Now, tools.Node, tools.Pace));
        }
    }

    // What is not written down is not begun: after a loss of power nobody would know that it has to be repaired.
    private void KeepOrStop(AgentState state)
    {
        var before = State;
        if (tools.Memory.Keep(state) is { } trouble)
        {
            tools.Memory.Keep(before with { Attempts = state.Attempts, LastAttemptAt = state.LastAttemptAt });
            throw new StateException(trouble);
        }
    }

    private static PatchGoal GoalOf(NodeOrder order, NodeWishes wishes) => new(order.Level!.Value, order.Content) { Archive = order.Archive, RepoService = wishes.RepoService };

    private sealed class StateException(string message) : Exception(message);
}
