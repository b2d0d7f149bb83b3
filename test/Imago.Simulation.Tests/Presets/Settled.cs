using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Tests.Presets;

/// <summary>What must hold of a cluster before a simulation starts from it.</summary>
internal static class Settled
{
    public static void Check(ClusterBlueprint cluster)
    {
        var nodes = cluster.Nodes.ToDictionary(n => n.Name);
        cluster.Nodes.Select(n => n.Uid).Concat(cluster.Pods.Select(p => p.Uid)).ShouldBeUnique();
        cluster.Pods.Select(p => p.Key).ShouldBeUnique();
        cluster.Pods.ShouldAllBe(p => p.NodeName != null && p.Ready && p.Phase == PodPhase.Running);
        foreach (var here in cluster.Pods.GroupBy(p => p.NodeName!))
        {
            var node = nodes[here.Key];
            here.Sum(p => p.Template.Requests.MilliCpu).ShouldBeLessThanOrEqualTo(node.Allocatable.MilliCpu);
            here.Sum(p => p.Template.Requests.MemoryBytes).ShouldBeLessThanOrEqualTo(node.Allocatable.MemoryBytes);
            here.Count().ShouldBeLessThanOrEqualTo(node.Allocatable.Pods);
            foreach (var pod in here)
            {
                pod.Template.NodeSelector.All(s => node.Labels.GetValueOrDefault(s.Key) == s.Value).ShouldBeTrue();
                pod.Template.VolumeZones.All(z => z == node.Zone).ShouldBeTrue();
            }
        }

        foreach (var workload in cluster.Workloads.Where(w => w.Kind is not (WorkloadKind.Deployment or WorkloadKind.DaemonSet)))
        {
            cluster.Pods.Count(p => p.Key.Namespace == workload.Namespace && p.Owner == workload.Ref && workload.Selector.Matches(p.Template.Labels))
                .ShouldBe(workload.Replicas);
        }
    }

    /// <summary>How many pods a budget lets go while all are healthy.</summary>
    public static int Allowed(ClusterBlueprint cluster, BudgetBlueprint budget)
    {
        var pods = cluster.Pods.Count(p => p.Key.Namespace == budget.Key.Namespace && budget.Selector.Matches(p.Template.Labels));
        return budget.MaxUnavailable is { } most ? most.RoundedUp(pods) : pods - budget.MinAvailable!.Value.RoundedUp(pods);
    }
}
