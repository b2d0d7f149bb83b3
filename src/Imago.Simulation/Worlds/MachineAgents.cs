using System.Collections.Immutable;
using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>
/// The agents of machines that are patched in place: each carries out the order on its node, as far as the order goes, and reports. Where no agent has ever reported, none does here.
/// </summary>
internal sealed class MachineAgents
{
    // Planning and downloading, as a share of the time that patching takes.
    private const double StagingShare = 0.5;

    private static readonly ImmutableArray<HeldPackage> Holds = [new HeldPackage("kubelet", "1", "2", "apt-mark hold")];

    private readonly ClusterState _state;
    private readonly NodeLifecycle _nodes;

    // Machines whose agent's process has ended.
    private readonly HashSet<SimulatedNode> _dead = [];

    public MachineAgents(ClusterState state, NodeLifecycle nodes)
    {
        (_state, _nodes) = (state, nodes);
        nodes.CameUp += CameUp;
    }

    /// <summary>How they behave.</summary>
    public AgentPlay Play { get; } = new();

    /// <summary>Told when an agent is done with an order, as far as whoever gave it waits for it.</summary>
    public event Action<NodeOrder>? Carried;

    /// <summary>What a machine of the blueprint reports and has been ordered already; it goes on with it.</summary>
    public void Place(SimulatedNode node)
    {
        node.Agent = ReportText.Read(node.Blueprint.Annotations.GetValueOrDefault(NodeAnnotations.AgentReport));
        node.Order = OrderText.Read(node.Blueprint.Annotations.GetValueOrDefault(NodeAnnotations.Order), out _);
        node.Updater = NodeOsWords.Updater(node.Blueprint.Annotations.GetValueOrDefault(NodeAnnotations.Updater));
        node.NotPatchedYet = node.Blueprint.Taints.Any(t => string.Equals(t.Key, NodeLabels.NotPatchedTaint, StringComparison.Ordinal));
        node.InstallingFor = node.Agent is { Phase: AgentPhase.Applying } installing ? installing.OrderId : null;
        GoOn(node);
    }

    /// <summary>Gives a node's agent an order; one that stands already is carried out once.</summary>
    /// <param name="node">The node.</param>
    /// <param name="order">The order.</param>
    /// <param name="extra">How much longer than usual it takes.</param>
    /// <param name="comesBack">False: the machine does not come back from its restart.</param>
    public void Give(SimulatedNode node, NodeOrder order, Duration extra = default, bool comesBack = true)
    {
        // An agent reads neither who wrote an order nor when, and goes on with one that only has another limit.
        var isNew = !SameOrder(node.Order, order);
        node.Order = order;
        _state.Changed(node);
        if (isNew)
        {
            _state.Trace(TraceKind.PatchOrdered, node, $"{NodeOsWords.Of(order.Mode)} {order.Level}");
            Attempt(node, order, new AgentTrouble { Extra = extra, NeverBack = !comesBack }, attempt: 1);
        }
        else if (!IsLapsed(node, order) && node.Agent is { } report && string.Equals(report.OrderId, order.Id, StringComparison.Ordinal) && InPlaceOperations.IsTooLate(report))
        {
            Attempt(node, order, default, report.Attempts + 1);
        }
    }

    /// <summary>An agent that had died runs again, and goes on with the order that it finds.</summary>
    public bool Revive(SimulatedNode node)
    {
        if (!_dead.Remove(node))
        {
            return false;
        }

        GoOn(node);
        return true;
    }

    private void CameUp(SimulatedNode node)
    {
        if (node is not { Order: { } order, Agent: { } report, IsGuest: false })
        {
            return;
        }

        // The process begins anew with the machine.
        _dead.Remove(node);
        if (report.Phase == AgentPhase.Rebooting && string.Equals(report.OrderId, order.Id, StringComparison.Ordinal))
        {
            Installed(node, order, Trouble(node, order, report.Attempts));
        }
        else
        {
            GoOn(node);
        }
    }

    private void GoOn(SimulatedNode node)
    {
        if (node is { Order: { } order } && IsOpen(node, order))
        {
            Attempt(node, order, default, attempt: 1);
        }
    }

    // Whether an agent works, or would work, on this order.
    private bool IsOpen(SimulatedNode node, NodeOrder order) =>
        _nodes.IsPresent(node) && node is { Agent: { } report, IsGuest: false } && SameOrder(node.Order, order) && !_dead.Contains(node)
        && !(string.Equals(report.OrderId, order.Id, StringComparison.Ordinal) && (report.Settled || report.Phase is AgentPhase.Staged or AgentPhase.Rebooting));

    private static bool SameOrder(NodeOrder? now, NodeOrder order) => now is not null && now with { Epoch = order.Epoch, GivenAt = order.GivenAt, NotAfter = order.NotAfter } == order;

    // MW-53, NM-46: what was begun to install is ended, whenever that is.
    private bool IsLapsed(SimulatedNode node, NodeOrder order) => order.Mode != OrderMode.Stage && _state.Time.Now >= (SameOrder(node.Order, order) ? node.Order : order)?.NotAfter
        && !string.Equals(node.InstallingFor, order.Id, StringComparison.Ordinal);

    private void TooLate(SimulatedNode node, NodeOrder order, int attempt)
    {
        node.Agent = node.Agent! with { Planned = null };
        Report(node, order, AgentPhase.Retrying, attempt, InPlaceOperations.WindowClosed);
    }

    private AgentTrouble Trouble(SimulatedNode node, NodeOrder order, int attempt) => Play.Trouble?.Invoke(node.Name, order, attempt) ?? default;

    private void Attempt(SimulatedNode node, NodeOrder order, AgentTrouble asked, int attempt)
    {
        if (node.Agent is null || node.IsGuest || _dead.Contains(node) || !_nodes.IsPresent(node) || !node.IsUp)
        {
            return;
        }

        var drawn = Trouble(node, order, attempt);
        var trouble = drawn with { Extra = drawn.Extra + asked.Extra, NeverBack = drawn.NeverBack || asked.NeverBack };
        if (order.Level < node.ReachedLevel && !order.Rollback)
        {
            Report(node, order, AgentPhase.Refused, attempt, "LevelLower");
            return;
        }

        if (IsLapsed(node, order))
        {
            TooLate(node, order, attempt);
            return;
        }

        if (Play.Plan is not null)
        {
            node.Agent = attempt == 1 ? node.Agent with { Planned = null, Held = [] } : node.Agent;
            Report(node, order, AgentPhase.Staging, attempt, attempt == 1 ? null : node.Agent.Reason);
        }

        var run = ++node.AgentRuns;
        var takes = _state.Draw(_state.Timing.LivePatch, NodeOsWords.Of(order.Mode), node.Uid + order.Id + (attempt == 1 ? "" : $"#{attempt}")) + trouble.Extra;
        _state.Time.After(takes * StagingShare, () =>
        {
            if (Goes(node, order, run))
            {
                Planned(node, order, trouble, attempt, takes * (1 - StagingShare));
            }
        });
    }

    private bool Goes(SimulatedNode node, NodeOrder order, int run) => node.IsUp && node.AgentRuns == run && IsOpen(node, order);

    private void Planned(SimulatedNode node, NodeOrder order, AgentTrouble trouble, int attempt, Duration rest)
    {
        if (trouble.Refuses)
        {
            Report(node, order, AgentPhase.Refused, attempt, "NotSupported");
            return;
        }

        if (trouble is { Fails: { } why, Late: false })
        {
            Fail(node, order, attempt, why);
            return;
        }

        if (order.Content != OrderContent.Reboot && Play.Plan is { } plan)
        {
            // NM-34: when everything but what is held is installed, nothing is left to plan.
            var found = plan(node.Name, order);
            found = trouble.Holds && node.HeldLevel == order.Level ? found with { Packages = 0, DownloadBytes = 0, Verdict = RebootVerdict.None } : found;
            node.Agent = node.Agent! with { Planned = found, Held = trouble.Holds ? Holds : [] };
        }

        if (order.Mode == OrderMode.Stage)
        {
            Report(node, order, AgentPhase.Staged, attempt);
        }
        else if (order.Mode == OrderMode.Live && Restarts(node, order))
        {
            Report(node, order, AgentPhase.RebootNeeded, attempt);
        }
        else
        {
            Install(node, order, trouble, attempt, rest);
        }
    }

    private void Install(SimulatedNode node, NodeOrder order, AgentTrouble trouble, int attempt, Duration rest)
    {
        if (IsLapsed(node, order))
        {
            TooLate(node, order, attempt);
            return;
        }

        node.InstallingFor = order.Id;
        Play.Acts(node, node.Order ?? order, AgentPhase.Applying);
        Report(node, order, AgentPhase.Applying, attempt);
        if (trouble.Dies)
        {
            _dead.Add(node);
            return;
        }

        var run = node.AgentRuns;
        _state.Time.After(rest, () =>
        {
            // NM-46: packages that are half installed are ended, whatever has been ordered since; what follows from the order is not done any more.
            if (!Goes(node, order, run))
            {
                return;
            }

            if (trouble.Fails is { } why)
            {
                Fail(node, order, attempt, why);
            }
            else if (order.Mode == OrderMode.Drained && Restarts(node, order))
            {
                Restart(node, order, trouble, attempt);
            }
            else
            {
                Installed(node, order, trouble);
                Carried?.Invoke(order);
            }
        });
    }

    // What a machine has to restart for is known of those that have planned for the level; of others it is what the order was given for.
    private static bool Restarts(SimulatedNode node, NodeOrder order)
    {
        var planned = node.Agent!.Planned is { } plan && plan.Level == order.Level && plan.Content == order.Content ? plan : null;
        return node.RebootPending || (order.Content != OrderContent.Reboot && (planned is null ? order.Mode == OrderMode.Drained : planned.Verdict == RebootVerdict.Reboot));
    }

    private void Restart(SimulatedNode node, NodeOrder order, AgentTrouble trouble, int attempt)
    {
        Play.Acts(node, order, AgentPhase.Rebooting);
        Report(node, order, AgentPhase.Rebooting, attempt);
        _nodes.Down(node);
        Carried?.Invoke(order);
        _state.Time.After(_state.Draw(_state.Timing.NodeBoot, "restart", node.Uid + order.Id), () =>
        {
            if (!_nodes.IsPresent(node))
            {
                return;
            }

            node.Boots++;
            node.RebootPending = false;
            _state.Changed(node);
            if (!trouble.NeverBack && !node.IsUp && !_state.Stopped)
            {
                _nodes.Up(node);
            }
        });
    }

    // NM-33: the orders of an open window are tried again soon, what only prepares for one ever more slowly.
    private void Fail(SimulatedNode node, NodeOrder order, int attempt, string why)
    {
        var (first, longest) = order.Mode == OrderMode.Stage ? (Duration.FromMinutes(10), Duration.FromHours(6)) : (Duration.FromMinutes(1), Duration.FromMinutes(10));
        var wait = Duration.Min(longest, first * Math.Pow(2, Math.Min(attempt - 1, 16)));
        Report(node, order, AgentPhase.Retrying, attempt, why, _state.Time.Now + wait);
        var run = node.AgentRuns;
        _state.Time.After(wait, () =>
        {
            if (Goes(node, order, run))
            {
                Attempt(node, order, default, attempt + 1);
            }
        });
    }

    private void Installed(SimulatedNode node, NodeOrder order, AgentTrouble trouble)
    {
        node.InstallingFor = null;
        if (trouble.Holds && order.Content != OrderContent.Reboot)
        {
            node.HeldLevel = order.Level;
            node.Agent = node.Agent! with { Held = Holds };
            Report(node, order, AgentPhase.AppliedPartially, node.Agent.Attempts, "FixesHeld");
            return;
        }

        node.ReachedLevel = order.Level ?? node.ReachedLevel;
        node.Image = order.Mode == OrderMode.Drained && order.Image is { } image ? image : node.Image;
        Report(node, order, AgentPhase.Applied, Math.Max(1, node.Agent!.Attempts));
        _state.Trace(TraceKind.PatchReached, node, order.Level?.ToString());
    }

    private void Report(SimulatedNode node, NodeOrder order, AgentPhase phase, int attempts, string? reason = null, Instant? nextAttemptAt = null)
    {
        node.Agent = node.Agent! with
        {
            OrderId = order.Id,
            Phase = phase,
            Level = order.Level,
            Reached = node.ReachedLevel,
            At = _state.Time.Now,
            Attempts = attempts,
            NextAttemptAt = nextAttemptAt,
            Reason = reason,
            Message = null,
        };
        _state.Changed(node);
    }
}
