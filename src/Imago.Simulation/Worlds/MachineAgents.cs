using Imago.Application.NodeOs;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>
/// The agents of machines that are patched in place: each carries out the order on its node, as far as the order goes, and reports. Where no agent has ever reported, none does here.
/// </summary>
internal sealed class MachineAgents(ClusterState state, NodeLifecycle nodes)
{
    // Planning and downloading, as a share of the time that patching takes.
    private const double StagingShare = 0.5;

    /// <summary>Told when an agent is done with an order, as far as whoever gave it waits for it.</summary>
    public event Action<NodeOrder>? Carried;

    /// <summary>What a machine of the blueprint reports and has been ordered already; it goes on with it.</summary>
    public void Place(SimulatedNode node)
    {
        node.Agent = ReportText.Read(node.Blueprint.Annotations.GetValueOrDefault(NodeAnnotations.AgentReport));
        node.Order = OrderText.Read(node.Blueprint.Annotations.GetValueOrDefault(NodeAnnotations.Order), out _);
        node.Updater = NodeOsWords.Updater(node.Blueprint.Annotations.GetValueOrDefault(NodeAnnotations.Updater));
        node.NotPatchedYet = node.Blueprint.Taints.Any(t => string.Equals(t.Key, NodeLabels.NotPatchedTaint, StringComparison.Ordinal));
        if (node is { Order: { } order, Agent: { } report } && !(string.Equals(report.OrderId, order.Id, StringComparison.Ordinal) && (report.Settled || report.Phase == AgentPhase.Staged)))
        {
            Ordered(node, order, Duration.Zero, comesBack: true);
        }
    }

    /// <summary>Gives a node's agent an order; one of that id is carried out once.</summary>
    /// <param name="node">The node.</param>
    /// <param name="order">The order.</param>
    /// <param name="extra">How much longer than usual it takes.</param>
    /// <param name="comesBack">False: the machine does not come back from its restart.</param>
    public void Give(SimulatedNode node, NodeOrder order, Duration extra = default, bool comesBack = true)
    {
        if (string.Equals(node.Order?.Id, order.Id, StringComparison.Ordinal))
        {
            return;
        }

        node.Order = order;
        state.Changed(node);
        state.Trace(TraceKind.PatchOrdered, node, $"{NodeOsWords.Of(order.Mode)} {order.Level}");
        Ordered(node, order, extra, comesBack);
    }

    private void Ordered(SimulatedNode node, NodeOrder order, Duration extra, bool comesBack)
    {
        // A guest has an agent of its own.
        if (node.Agent is null || node.IsGuest)
        {
            return;
        }

        var takes = state.Draw(state.Timing.LivePatch, NodeOsWords.Of(order.Mode), node.Uid + order.Id) + extra;
        state.Time.After(order.Mode == OrderMode.Stage ? takes * StagingShare : takes, () =>
        {
            if (nodes.IsPresent(node) && node.IsUp && node.Order == order)
            {
                Carry(node, order, comesBack);
            }
        });
    }

    private void Carry(SimulatedNode node, NodeOrder order, bool comesBack)
    {
        // What a machine has to restart for is known of those that have planned for the level; of others it is what the order was given for.
        var planned = node.Agent!.Planned is { } plan && plan.Level == order.Level && plan.Content == order.Content ? plan : null;
        var restarts = planned is null ? order.Mode == OrderMode.Drained : planned.Verdict == RebootVerdict.Reboot;
        switch (order.Mode)
        {
            case OrderMode.Stage:
                Report(node, order, AgentPhase.Staged);
                break;
            case OrderMode.Live when restarts:
                Report(node, order, AgentPhase.RebootNeeded);
                break;
            case OrderMode.Drained when restarts:
                Report(node, order, AgentPhase.Rebooting);
                nodes.Down(node);
                Carried?.Invoke(order);
                if (comesBack)
                {
                    state.Time.After(state.Draw(state.Timing.NodeBoot, "restart", node.Uid + order.Id), () => Back(node, order));
                }

                break;
            default:
                Applied(node, order);
                Carried?.Invoke(order);
                break;
        }
    }

    private void Back(SimulatedNode node, NodeOrder order)
    {
        if (nodes.IsPresent(node) && !node.IsUp && !state.Stopped)
        {
            nodes.Up(node);
            Applied(node, order);
        }
    }

    private void Applied(SimulatedNode node, NodeOrder order)
    {
        node.ReachedLevel = order.Level ?? node.ReachedLevel;
        node.Image = order.Image ?? node.Image;
        node.RebootPending = false;
        Report(node, order, AgentPhase.Applied);
        state.Trace(TraceKind.PatchReached, node, order.Level?.ToString());
    }

    private void Report(SimulatedNode node, NodeOrder order, AgentPhase phase)
    {
        node.Agent = node.Agent! with
        {
            OrderId = order.Id,
            Phase = phase,
            Level = order.Level,
            Reached = node.ReachedLevel,
            At = state.Time.Now,
            Attempts = 1,
            Reason = null,
            Message = null,
        };
        state.Changed(node);
    }
}
