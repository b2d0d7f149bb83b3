using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;

namespace Imago.Simulation.Worlds;

/// <summary>Gives a node that is there other labels, annotations and taints. Whoever is on it stays there; only where new pods may go changes.</summary>
internal sealed class NodePainting(ClusterState state, Scheduler scheduler, WorkloadController workloads)
{
    public void Paint(SimulatedNode node, NodeBlueprint blueprint)
    {
        var bound = node.Pods.Where(p => !p.Finished).ToList();
        bound.ForEach(state.Groups.Unbound);
        scheduler.Remove(node);
        node.Remake(blueprint, scheduler.ShapeOf(blueprint));
        scheduler.Add(node);
        bound.ForEach(state.Groups.Bound);
        state.Changed(node);
        workloads.NodeJoined(node);
    }
}
