using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>One disruption budget: its pods, and its status, which follows them with a lag.</summary>
internal sealed class SimulatedBudget(BudgetBlueprint blueprint)
{
    private readonly Dictionary<SimulatedPod, Instant> _expectedToGo = [];
    private DisruptionBudget? _observed;

    public BudgetBlueprint Blueprint { get; private set; } = blueprint;

    public ObjectKey Key => Blueprint.Key;

    public HashSet<SimulatedPod> Pods { get; } = [];

    public int DisruptionsAllowed { get; private set; }

    public int CurrentHealthy { get; private set; }

    public int DesiredHealthy { get; private set; }

    public int ExpectedPods { get; private set; }

    /// <summary>Why the controller could not compute a status; null when it could.</summary>
    public string? SyncFailure { get; private set; }

    /// <summary>Whether a new status is planned already.</summary>
    public bool UpdatePlanned { get; set; }

    /// <summary>Puts back the status that it had when the world was put away.</summary>
    public void Restore(int disruptionsAllowed, int currentHealthy, int desiredHealthy, int expectedPods, string? syncFailure)
    {
        (DisruptionsAllowed, CurrentHealthy, DesiredHealthy, ExpectedPods) = (disruptionsAllowed, currentHealthy, desiredHealthy, expectedPods);
        SyncFailure = syncFailure;
    }

    /// <summary>Somebody wrote another budget under its name.</summary>
    public void Rewrite(BudgetBlueprint blueprint)
    {
        Blueprint = blueprint;
        _observed = null;
    }

    /// <summary>An admitted eviction uses up one disruption at once, before the controller looks again.</summary>
    public void Spend()
    {
        DisruptionsAllowed--;
        _observed = null;
    }

    /// <summary>The API has noted that a pod is about to go; until then it does not count as healthy.</summary>
    public void ExpectToGo(SimulatedPod pod, Instant until) => _expectedToGo[pod] = until;

    /// <summary>The pod has left.</summary>
    public void Forget(SimulatedPod pod)
    {
        Pods.Remove(pod);
        _expectedToGo.Remove(pod);
    }

    /// <summary>What the disruption controller computes. Answers whether anything changed.</summary>
    public bool Recompute(Instant now)
    {
        var before = (DisruptionsAllowed, CurrentHealthy, DesiredHealthy, ExpectedPods);
        SyncFailure = Expect();
        if (SyncFailure is not null)
        {
            // The real controller fails safe: no disruption, the other numbers as they were.
            DisruptionsAllowed = 0;
        }
        else
        {
            CurrentHealthy = Pods.Count(p => p is { Terminating: false, Ready: true } && !(_expectedToGo.TryGetValue(p, out var until) && now < until));
            DisruptionsAllowed = ExpectedPods > 0 ? Math.Max(0, CurrentHealthy - DesiredHealthy) : 0;
        }

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

    // A number of available pods is taken of the pods there are; everything else of the scale of their controllers, summed up. Pods without a controller are not
    // expected then; pods of a controller that cannot be scaled are an error. A budget that says neither expects nothing, and so allows nothing.
    private string? Expect()
    {
        if (Blueprint is { MaxUnavailable: null, MinAvailable: null or { IsPercent: false } })
        {
            (ExpectedPods, DesiredHealthy) = Blueprint.MinAvailable is { } least ? (Pods.Count, least.Value) : (0, 0);
            return null;
        }

        HashSet<WorkloadBlueprint> scaled = new(ReferenceEqualityComparer.Instance);
        foreach (var pod in Pods)
        {
            if (pod.Workload is not { } workload)
            {
                continue;
            }

            if (workload.Kind is WorkloadKind.DaemonSet or WorkloadKind.Job)
            {
                return workload.Kind == WorkloadKind.Job
                    ? "jobs.batch does not implement the scale subresource"
                    : "daemonsets.apps does not implement the scale subresource";
            }

            scaled.Add(workload.Scaled);
        }

        var scale = scaled.Sum(w => w.Replicas);
        (ExpectedPods, DesiredHealthy) = Blueprint.MaxUnavailable is { } most
            ? (scale, Math.Max(0, scale - most.RoundedUp(scale)))
            : (scale, Blueprint.MinAvailable!.Value.RoundedUp(scale));
        return null;
    }
}
