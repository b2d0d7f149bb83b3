using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;

namespace Imago.Simulation.Worlds;

/// <summary>Keeps the pods of controllers in being: replaces what stops, and puts DaemonSet pods on nodes that join.</summary>
internal sealed class WorkloadController
{
    private readonly ClusterState _state;
    private readonly PodLifecycle _pods;
    private List<SimulatedWorkload> _daemonSets = [];

    public WorkloadController(ClusterState state, PodLifecycle pods)
    {
        _state = state;
        _pods = pods;
        pods.Ended += pod =>
        {
            if (pod.Workload is { } workload)
            {
                if (pod.Node is { } node)
                {
                    workload.NodesToLookAt?.Add(node.Name);
                }

                PlanLook(workload);
            }
        };
    }

    /// <summary>A node has joined: DaemonSets get to it.</summary>
    public void NodeJoined(SimulatedNode node) => _state.Time.After(_state.Timing.ControllerReaction, () =>
    {
        if (_state.Nodes.TryGetValue(node.Name, out var present) && present == node)
        {
            foreach (var workload in _daemonSets)
            {
                Daemon(workload, node);
            }
        }
    });

    /// <summary>Looks at every controller once, as it does when it starts.</summary>
    public void LookAtAll()
    {
        _daemonSets = [.. _state.Workloads.Where(w => w.Kind == WorkloadKind.DaemonSet)];
        foreach (var workload in _state.Workloads)
        {
            workload.NodesToLookAt = null;
            PlanLook(workload);
        }
    }

    /// <summary>Goes on with controllers that had nothing to do when the world was put away.</summary>
    public void Resume() => _daemonSets = [.. _state.Workloads.Where(w => w.Kind == WorkloadKind.DaemonSet)];

    /// <summary>Somebody creates a controller.</summary>
    public void Add(SimulatedWorkload workload)
    {
        _state.Workloads.Add(workload);
        workload.NodesToLookAt = null;
        Resume();
        _state.Changed(workload);
        PlanLook(workload);
    }

    /// <summary>A controller is deleted: it makes no pods any more. What becomes of those it has is for whoever deletes it.</summary>
    public void Remove(SimulatedWorkload workload)
    {
        workload.Deleted = true;
        _state.Workloads.Remove(workload);
        Resume();
        _state.Changed(workload);
    }

    /// <summary>A controller was changed: it looks again soon, at everything, and stops pods of which it has too many.</summary>
    public void Changed(SimulatedWorkload workload)
    {
        workload.NodesToLookAt = null;
        _state.Changed(workload);
        _state.Time.After(_state.Timing.ControllerReaction, () => StopSurplus(workload));
        PlanLook(workload);
    }

    private void StopSurplus(SimulatedWorkload workload)
    {
        List<SimulatedPod> surplus;
        if (workload.Kind == WorkloadKind.DaemonSet)
        {
            surplus = [.. workload.Pods.Where(p => p.CountsForController && p.Node is { } node && !Wants(workload, node)).OrderBy(p => p.Key)];
        }
        else if (workload.Kind == WorkloadKind.StatefulSet)
        {
            surplus = [.. workload.Pods.Where(p => p.CountsForController && !workload.Identities.ContainsKey(p.Key.Name)).OrderBy(p => p.Key)];
        }
        else
        {
            // As the real controller: what waits goes before what runs, what is not ready before what is.
            var counted = workload.Pods.Where(p => p.CountsForController).ToList();
            surplus = [.. counted.OrderBy(p => p.Node is not null).ThenBy(p => p.Ready).ThenByDescending(p => p.Key).Take(Math.Max(0, counted.Count - workload.Replicas))];
        }

        surplus.ForEach(p => _pods.Stop(p));
    }

    private void PlanLook(SimulatedWorkload workload)
    {
        if (!workload.LookPlanned)
        {
            workload.LookPlanned = true;
            _state.Time.After(_state.Timing.ControllerReaction, () =>
            {
                workload.LookPlanned = false;
                Look(workload);
            });
        }
    }

    private void Look(SimulatedWorkload workload)
    {
        if (workload.Deleted)
        {
            return;
        }

        switch (workload.Kind)
        {
            case WorkloadKind.DaemonSet:
                foreach (var node in Visited(workload))
                {
                    Daemon(workload, node);
                }

                break;
            case WorkloadKind.StatefulSet:
                // A name comes back only when its former bearer has left.
                foreach (var (name, template) in workload.Identities)
                {
                    if (!_state.Pods.ContainsKey(new ObjectKey(workload.Namespace, name)))
                    {
                        _pods.Create(NewPod(workload, name, template));
                    }
                }

                break;
            default:
                for (var missing = workload.Replicas - workload.Pods.Count(p => p.CountsForController); missing > 0; missing--)
                {
                    _pods.Create(NewPod(workload, NextName(workload), workload.Template));
                }

                break;
        }
    }

    // A DaemonSet misses a pod only where one has ended, or where a node has joined: no need to look at thousands of nodes each time.
    private List<SimulatedNode> Visited(SimulatedWorkload workload)
    {
        var names = workload.NodesToLookAt;
        workload.NodesToLookAt = new(StringComparer.Ordinal);
        return names is null ? [.. _state.Nodes.Values] : [.. names.Where(_state.Nodes.ContainsKey).Select(n => _state.Nodes[n])];
    }

    private void Daemon(SimulatedWorkload workload, SimulatedNode node)
    {
        if (Wants(workload, node) && !node.Pods.Any(p => p.Workload == workload))
        {
            _pods.CreateOn(NewPod(workload, NextName(workload), workload.Template), node);
        }
    }

    /// <summary>Whether a DaemonSet has a pod on a node. DaemonSet pods tolerate nodes that are not ready or cordoned; other taints count.</summary>
    public static bool Wants(SimulatedWorkload workload, SimulatedNode node) =>
        NodeMatching.SelectorMatches(workload.Template, node.Blueprint.Labels)
        && NodeMatching.AffinityMatches(workload.Template, node.Blueprint.Labels, node.Name)
        && node.Shape.Taints.All(t => t.Effect == TaintEffect.PreferNoSchedule || NodeMatching.Tolerates(workload.Template, t));

    private SimulatedPod NewPod(SimulatedWorkload workload, string name, PodTemplate template) =>
        new(new ObjectKey(workload.Namespace, name), _state.NewUid("pod"), template, workload, workload.Ref);

    private string NextName(SimulatedWorkload workload)
    {
        while (true)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{workload.Ref.Name}-s{++workload.Created:x4}");
            if (!_state.Pods.ContainsKey(new ObjectKey(workload.Namespace, name)))
            {
                return name;
            }
        }
    }
}
