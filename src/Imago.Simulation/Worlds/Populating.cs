using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Worlds;

/// <summary>Fills an empty world from a blueprint, in an order that does not depend on the blueprint's.</summary>
internal static class Populating
{
    public static void Fill(ClusterState state, ClusterBlueprint blueprint, NodeLifecycle nodes, PodLifecycle pods, BudgetController budgets)
    {
        foreach (var node in blueprint.Nodes.OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            nodes.Place(node);
        }

        foreach (var budget in blueprint.Budgets.OrderBy(b => b.Key))
        {
            budgets.Add(budget);
        }

        var deployments = blueprint.Workloads.Where(w => w.Kind == WorkloadKind.Deployment).ToLookup(w => (w.Namespace, w.Ref));
        var workloads = new Dictionary<(string Namespace, WorkloadRef Ref), SimulatedWorkload>();
        foreach (var workload in blueprint.Workloads.OrderBy(w => w.Namespace, StringComparer.Ordinal).ThenBy(w => w.Ref.Kind, StringComparer.Ordinal).ThenBy(w => w.Ref.Name, StringComparer.Ordinal))
        {
            // A Deployment acts through its ReplicaSets; where they are missing the pods name an owner of their own.
            if (workload.Kind == WorkloadKind.Deployment)
            {
                continue;
            }

            var above = workload.Parent is { } parent ? deployments[(workload.Namespace, parent)].FirstOrDefault() : null;
            var simulated = new SimulatedWorkload(workload) { Scaled = above ?? workload };
            workloads[(workload.Namespace, workload.Ref)] = simulated;
            state.Workloads.Add(simulated);
        }

        var stopping = new List<SimulatedPod>();
        foreach (var blue in blueprint.Pods.OrderBy(p => p.Key))
        {
            var workload = blue.Owner is null ? null : workloads.GetValueOrDefault((blue.Key.Namespace, blue.Owner));
            var pod = new SimulatedPod(blue.Key, blue.Uid, blue.Template, workload, blue.Owner) { Mirror = blue.Mirror };
            if (workload?.Kind == WorkloadKind.StatefulSet)
            {
                workload.Identities[blue.Key.Name] = blue.Template;
            }

            pods.Place(pod, blue.NodeName is { } name ? state.Nodes.GetValueOrDefault(name) : null, blue.Phase, blue.Ready);
            if (blue.Terminating)
            {
                stopping.Add(pod);
            }
        }

        Tell(state);
        foreach (var pod in stopping)
        {
            pods.Stop(pod);
        }

        budgets.UpdateAll();
    }

    // What a reader of the trace must know of the beginning to follow the rest.
    private static void Tell(ClusterState state)
    {
        if (!state.Traces)
        {
            return;
        }

        foreach (var node in state.Nodes.Values)
        {
            state.Trace(TraceKind.NodePresent, node);
        }

        foreach (var pod in state.Pods.Values.OrderBy(p => p.Key))
        {
            state.Trace(TraceKind.PodPresent, pod);
        }
    }
}
