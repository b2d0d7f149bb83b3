using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving;

/// <summary>A served cluster as data, for a rehearsal of what comes.</summary>
internal static class ServedBlueprint
{
    /// <summary>The cluster as it is, without what a rollout that is under way has put there: its surge nodes and its own cordons.</summary>
    public static ClusterBlueprint Of(ServedWorld served)
    {
        var state = served.World.State;
        var nodes = state.Nodes.Values.Where(n => !n.IsSurge).ToDictionary(n => n.Name, Node, StringComparer.Ordinal);
        return new ClusterBlueprint
        {
            Name = served.Facts.Name,
            Nodes = [.. nodes.Values],
            Pods = [.. state.Pods.Values.Where(p => !p.BelongsToDaemonSet || (p.Node is { } node && nodes.ContainsKey(node.Name))).Select(p => Pod(p, nodes))],
            Workloads = [.. state.Workloads.SelectMany<SimulatedWorkload, WorkloadBlueprint>(w => w.Scaled == w.Blueprint ? [w.Blueprint] : [w.Blueprint, w.Scaled]).Distinct()],
            Budgets = [.. state.Budgets.Values.Select(b => b.Blueprint)],
            Assumptions = [.. Left(served, nodes)],
        };
    }

    private static NodeBlueprint Node(SimulatedNode node)
    {
        var annotations = node.ReachedLevel is { } level
            ? node.Blueprint.Annotations.SetItem(NodeAnnotations.LivePatchingCurrent, level.ToString())
            : node.Blueprint.Annotations;
        return node.Blueprint with
        {
            Uid = node.Uid,
            Image = node.Image,
            Labels = node.Blueprint.Labels.SetItem(NodeLabels.NodeImageVersion, node.Image),
            Annotations = annotations,
            Ready = node.Ready,
            UnderPressure = node.UnderPressure,
            RebootPending = node.RebootPending,
            Unschedulable = node.Mark is { } mark ? mark.WasUnschedulable : node.Unschedulable,
            CreatedAt = node.CreatedAt,
        };
    }

    private static PodBlueprint Pod(SimulatedPod pod, Dictionary<string, NodeBlueprint> nodes)
    {
        var node = pod.Node is { } on && nodes.ContainsKey(on.Name) ? on.Name : null;
        return new PodBlueprint
        {
            Key = pod.Key,
            Uid = pod.Uid,
            NodeName = node,
            Template = pod.Template,
            Owner = pod.Owner,
            Phase = node is null && !pod.Finished ? PodPhase.Pending : pod.Phase,
            Ready = node is not null && pod.Ready,
            Mirror = pod.Mirror,
            Terminating = node is not null && pod.Terminating,
        };
    }

    private static IEnumerable<string> Left(ServedWorld served, Dictionary<string, NodeBlueprint> nodes)
    {
        foreach (var guest in served.World.State.Nodes.Values.Where(n => n.IsGuest))
        {
            yield return $"Node '{guest.Name}' was registered by a client and belongs to no pool of the cluster: it holds pods and is not upgraded.";
        }

        foreach (var machine in served.Pools.Pools.Values.SelectMany(p => p.Machines.Values).Where(m => !nodes.ContainsKey(m.Name)))
        {
            yield return $"Node '{machine.Name}' is being made or reimaged now and is left out.";
        }

        foreach (var record in served.World.RecordStore.All.Values.Select(r => r.Record).Where(r => !r.Ended))
        {
            yield return $"The rollout of node pool '{record.Pool}' to {record.Target.Name} is under way; the forecast begins anew with the nodes as they are now.";
        }
    }
}
