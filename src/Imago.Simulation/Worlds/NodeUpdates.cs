using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Worlds;

/// <summary>Patches of node objects, all or nothing, with the resource version as precondition.</summary>
internal sealed class NodeUpdates(ClusterState state, NodeLifecycle nodes, PodLifecycle pods, MachineAgents agents, NodePainting painting)
{
    public PatchOutcome Apply(RolloutAction.UpdateNode action)
    {
        if (!state.Nodes.TryGetValue(action.Node, out var node))
        {
            return PatchOutcome.NotFound;
        }

        if (!string.Equals(node.Observe().ResourceVersion, action.ResourceVersion, StringComparison.Ordinal))
        {
            return PatchOutcome.Conflict;
        }

        var update = action.Update;
        var (wasCordoned, wasSteered, wasQuarantined) = (node.Unschedulable, node.SteeredAway, node.Quarantined);
        node.Unschedulable = update.Unschedulable ?? node.Unschedulable;
        node.Mark = update.RemoveMark ? null : update.Mark ?? node.Mark;
        node.SteeredAway = update.SteeredAway ?? node.SteeredAway;
        node.ScaleDownDisabled = update.ScaleDownDisabled ?? node.ScaleDownDisabled;
        node.Quarantined = update.Quarantined ?? node.Quarantined;
        node.Updater = update.Updater ?? node.Updater;
        node.Order = update.RemoveOrder ? null : node.Order;
        state.Changed(node);
        if (update.RemoveNotPatchedTaint && node.NotPatchedYet)
        {
            // CH-37: from now on the scheduler may put pods there.
            node.NotPatchedYet = false;
            painting.Paint(node, node.Blueprint with { Taints = node.Blueprint.Taints.RemoveAll(t => string.Equals(t.Key, NodeLabels.NotPatchedTaint, StringComparison.Ordinal)) });
        }

        Tell(wasCordoned, node.Unschedulable, TraceKind.NodeCordoned, TraceKind.NodeUncordoned);
        Tell(wasSteered, node.SteeredAway, TraceKind.NodeSteered, TraceKind.NodeUnsteered);
        if (node.Quarantined && !wasQuarantined)
        {
            state.Trace(TraceKind.NodeQuarantined, node);
        }

        if (update.Order is { } order)
        {
            node.DesiredLevel = update.DesiredLevel ?? node.DesiredLevel;
            agents.Give(node, order);
        }
        else if (update.DesiredLevel is { } level)
        {
            nodes.PatchOrdered(node, level);
        }

        if (wasCordoned && !node.Unschedulable)
        {
            pods.PlanCycle();
        }

        return PatchOutcome.Patched;

        void Tell(bool before, bool after, TraceKind on, TraceKind off)
        {
            if (before != after)
            {
                state.Trace(after ? on : off, node);
            }
        }
    }
}
