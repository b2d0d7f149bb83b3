using BenchmarkDotNet.Attributes;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Planning;

namespace Imago.Bench.Rollouts;

/// <summary>One incremental pass in a cluster of 5,000 nodes: a pod changes, and the rollout, with all its slots taken, is decided about again.</summary>
[MemoryDiagnoser]
public class IncrementalBench
{
    private RolloutUnderWay _rollout = null!;
    private ClusterView _view = ClusterView.Empty;
    private int _turn;

    [Params(5, 10, 50)]
    public int InFlight { get; set; }

    [GlobalSetup]
    public void Build()
    {
        _rollout = RolloutUnderWay.Of(5000, surge: InFlight, free: 0);
        _view = _rollout.Input.View;
    }

    [Benchmark]
    public ClusterView Apply() => _view = _view.Apply(_rollout.Flipped[_turn++ & 1]);

    [Benchmark]
    public RolloutPlan ApplyAndDecide() => RolloutPlanner.Decide(_rollout.Input with { View = Apply() }, _rollout.Pool, _rollout.Record);
}
