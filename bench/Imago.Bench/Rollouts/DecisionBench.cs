using BenchmarkDotNet.Attributes;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Planning;

namespace Imago.Bench.Rollouts;

/// <summary>One full decision: every pool looked at for a start, and one pool under way with five free slots to fill.</summary>
[MemoryDiagnoser]
public class DecisionBench
{
    private RolloutUnderWay _rollout = null!;

    [Params(1250, 2500, 5000, 10000)]
    public int Nodes { get; set; }

    [GlobalSetup]
    public void Build() => _rollout = RolloutUnderWay.Of(Nodes, surge: 50, free: 5);

    [Benchmark]
    public (ClusterPlan Cluster, RolloutPlan Pool) Decide() =>
        (ClusterPlanner.Decide(_rollout.Input), RolloutPlanner.Decide(_rollout.Input, _rollout.Pool, _rollout.Record));

    /// <summary>What a new process pays once: the view from whole lists.</summary>
    [Benchmark]
    public ClusterView BuildView() => ClusterView.Of(
        _rollout.Input.View.Nodes.Values, _rollout.Input.View.Pods.Values.Select(p => p.Pod), _rollout.Input.View.Budgets.Values);
}
