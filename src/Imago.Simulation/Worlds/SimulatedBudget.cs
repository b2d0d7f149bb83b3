using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Worlds;

/// <summary>One disruption budget: its pods, and its status, which follows them with a lag.</summary>
internal sealed class SimulatedBudget(BudgetBlueprint blueprint)
{
    private DisruptionBudget? _observed;

    public BudgetBlueprint Blueprint { get; } = blueprint;

    public ObjectKey Key => Blueprint.Key;

    public HashSet<SimulatedPod> Pods { get; } = [];

    public int DisruptionsAllowed { get; private set; }

    public int CurrentHealthy { get; private set; }

    public int DesiredHealthy { get; private set; }

    public int ExpectedPods { get; private set; }

    /// <summary>Whether a new status is planned already.</summary>
    public bool UpdatePlanned { get; set; }

    /// <summary>An admitted eviction uses up one disruption at once, before the controller looks again.</summary>
    public void Spend()
    {
        DisruptionsAllowed--;
        _observed = null;
    }

    /// <summary>What the disruption controller computes. Answers whether anything changed.</summary>
    public bool Recompute()
    {
        var before = (DisruptionsAllowed, CurrentHealthy, DesiredHealthy, ExpectedPods);
        var healthy = 0;
        var present = 0;
        HashSet<SimulatedWorkload> controllers = [];
        foreach (var pod in Pods)
        {
            if (pod.Workload is { Kind: not (WorkloadKind.DaemonSet or WorkloadKind.Job) } workload)
            {
                controllers.Add(workload);
            }

            present++;
            if (pod is { Terminating: false, Ready: true })
            {
                healthy++;
            }
        }

        // Pods that no scalable controller owns are not expected where the expectation comes from controllers; the real controller warns and leaves them out.
        var scale = controllers.Sum(c => c.Replicas);
        (ExpectedPods, DesiredHealthy) = Blueprint switch
        {
            { MaxUnavailable: { } most } => (scale, Math.Max(0, scale - most.RoundedUp(scale))),
            { MinAvailable: { IsPercent: true } least } => (scale, least.RoundedUp(scale)),
            { MinAvailable: { } least } => (present, least.Value),
            _ => (scale, Math.Max(0, scale - 1)),
        };
        CurrentHealthy = healthy;
        DisruptionsAllowed = ExpectedPods > 0 ? Math.Max(0, healthy - DesiredHealthy) : 0;
        if (before == (DisruptionsAllowed, CurrentHealthy, DesiredHealthy, ExpectedPods))
        {
            return false;
        }

        _observed = null;
        return true;
    }

    public DisruptionBudget Observe() => _observed ??= new DisruptionBudget
    {
        Key = Key,
        Selector = Blueprint.Selector,
        MinAvailable = Blueprint.MinAvailable,
        MaxUnavailable = Blueprint.MaxUnavailable,
        DisruptionsAllowed = DisruptionsAllowed,
        CurrentHealthy = CurrentHealthy,
        DesiredHealthy = DesiredHealthy,
        ExpectedPods = ExpectedPods,
        UnhealthyPodEviction = Blueprint.UnhealthyPodEviction,
    };
}
