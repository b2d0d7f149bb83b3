using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Ledger;

/// <summary>What the books note of the world's news.</summary>
internal sealed partial class ObjectLedger
{
    /// <summary>Enters controllers that came into the world together with their pods.</summary>
    public void Populated()
    {
        foreach (var workload in _state.Workloads)
        {
            Enter(workload);
        }
    }

    /// <summary>Enters everything that is in a world whose books were not kept, as an older Imago put it away.</summary>
    public void Catch()
    {
        Begin();
        Populated();
        foreach (var name in _state.Nodes.Keys)
        {
            NodeChanged(name);
        }

        foreach (var key in _state.Budgets.Keys)
        {
            BudgetChanged(key);
        }

        foreach (var key in _state.Pods.Keys.Order())
        {
            PodChanged(key);
        }
    }

    /// <summary>The kind of a controller's object; null for one that is only inferred from its pods.</summary>
    public static TwinKind? KindOf(SimulatedWorkload workload) => workload.Kind switch
    {
        WorkloadKind.ReplicaSet => TwinKind.ReplicaSets,
        WorkloadKind.StatefulSet => TwinKind.StatefulSets,
        WorkloadKind.DaemonSet => TwinKind.DaemonSets,
        _ => null,
    };

    /// <summary>Enters a controller, and the Deployment above it, unless they have been.</summary>
    public void Enter(SimulatedWorkload workload)
    {
        if (workload.Scaled is { Kind: WorkloadKind.Deployment } deployment && Above(workload) is null)
        {
            Add(TwinKind.Deployments, new ObjectKey(workload.Namespace, deployment.Ref.Name), source: deployment);
        }

        if (KindOf(workload) is { } kind && Of(workload) is null)
        {
            Add(kind, new ObjectKey(workload.Namespace, workload.Ref.Name), source: workload);
        }
    }

    private void NodeChanged(string name)
    {
        var entry = Find(TwinKind.Nodes, new ObjectKey("", name));
        var node = _state.Nodes.GetValueOrDefault(name);
        if (entry is not null && !string.Equals(entry.Uid, node?.Uid, StringComparison.Ordinal))
        {
            Remove(entry);
            if (Find(TwinKind.Leases, LeaseOf(name)) is { } lease)
            {
                Remove(lease);
            }

            TellOfNode(name, entry.Uid, "RemovingNode", "Removing Node {0} from Controller", "node-controller");
            entry = null;
        }

        if (node is null)
        {
            return;
        }

        if (entry is null)
        {
            entry = Add(TwinKind.Nodes, new ObjectKey("", name), node.Uid, node.CreatedAt, node);
            (entry.WasReady, entry.WasSet) = (node.Ready, node.Unschedulable);
            if (!node.IsGuest)
            {
                Add(TwinKind.Leases, LeaseOf(name), source: node);
            }

            TellOfNode(name, node.Uid, "RegisteredNode", "Node {0} event: Registered Node {0} in Controller", "node-controller");
            return;
        }

        if (entry.WasReady != node.Ready)
        {
            (entry.WasReady, entry.ReadyAt) = (node.Ready, Now);
            TellOfNode(name, node.Uid, node.Ready ? "NodeReady" : "NodeNotReady", node.Ready ? "Node {0} status is now: NodeReady" : "Node {0} status is now: NodeNotReady", node.Ready ? "kubelet" : "node-controller");
        }

        if (entry.WasSet != node.Unschedulable)
        {
            entry.WasSet = node.Unschedulable;
            var reason = node.Unschedulable ? "NodeNotSchedulable" : "NodeSchedulable";
            TellOfNode(name, node.Uid, reason, $"Node {{0}} status is now: {reason}", "kubelet");
        }

        Touch(entry);
    }

    private void PodChanged(ObjectKey key)
    {
        var entry = Find(TwinKind.Pods, key);
        var pod = _state.Pods.GetValueOrDefault(key);
        if (entry is not null && !string.Equals(entry.Uid, pod?.Uid, StringComparison.Ordinal))
        {
            Remove(entry);
            Touch(((SimulatedPod)entry.Source!).Workload);
            entry = null;
        }

        if (pod is null)
        {
            return;
        }

        entry ??= Add(TwinKind.Pods, key, pod.Uid, source: pod);
        if (pod.Node is not null && !entry.WasBound)
        {
            (entry.WasBound, entry.BoundAt) = (true, Now);
        }

        if (pod.Terminating && entry.DeletedAt is null)
        {
            entry.DeletedAt = Now;
            entry.Grace = (long)(pod.GraceAsked ?? pod.Template.GracePeriod).TotalSeconds;
            entry.Generation++;
        }

        if (entry.WasReady != pod.Ready || entry.WasSet != pod.CountsForController)
        {
            if (entry.WasReady != pod.Ready)
            {
                entry.ReadyAt = Now;
            }

            (entry.WasReady, entry.WasSet) = (pod.Ready, pod.CountsForController);
            Touch(pod.Workload);
        }

        Touch(entry);
    }

    private void BudgetChanged(ObjectKey key)
    {
        var entry = Find(TwinKind.Budgets, key);
        if (!_state.Budgets.TryGetValue(key, out var budget))
        {
            if (entry is not null)
            {
                Remove(entry);
            }

            return;
        }

        if (entry is null)
        {
            entry = Add(TwinKind.Budgets, key, source: budget);
        }
        else
        {
            Touch(entry);
        }

        if (entry.WasSet != budget.DisruptionsAllowed > 0)
        {
            (entry.WasSet, entry.ReadyAt) = (budget.DisruptionsAllowed > 0, Now);
        }
    }

    private void WorkloadChanged(SimulatedWorkload workload)
    {
        if (workload.Deleted)
        {
            if (Of(workload) is { } gone && gone.Source == workload)
            {
                Remove(gone);
            }

            return;
        }

        Enter(workload);
        if (Above(workload) is { } above)
        {
            above.Source = workload.Scaled;
        }

        Touch(workload);
    }

    private void Touch(SimulatedWorkload? workload)
    {
        if (workload is not { Deleted: false })
        {
            return;
        }

        if (Of(workload) is { } own)
        {
            Touch(own);
        }

        if (Above(workload) is { } above)
        {
            Touch(above);
        }
    }

    private static ObjectKey LeaseOf(string node) => new("kube-node-lease", node);
}
