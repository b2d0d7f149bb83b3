using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>The eviction subresource of the Kubernetes API: the same checks in the same order, and the same answers.</summary>
internal sealed class EvictionApi(ClusterState state, PodLifecycle pods, BudgetController budgets)
{
    /// <summary>What a refusal says first.</summary>
    public const string Violation = "Cannot evict pod as it would violate the pod's disruption budget.";

    /// <summary>Asks to evict a pod.</summary>
    /// <param name="key">The pod.</param>
    /// <param name="uid">Only this incarnation; null: whichever is there.</param>
    /// <param name="dryRun">Whether to answer only.</param>
    /// <param name="grace">How long it may take to stop; null: what its template says.</param>
    public EvictionOutcome Evict(ObjectKey key, string? uid, bool dryRun = false, Duration? grace = null)
    {
        if (!state.Pods.TryGetValue(key, out var pod))
        {
            return NotFound(key);
        }

        // Pods that do not run, have ended, or are stopping already disrupt nobody.
        if (pod.Phase is PodPhase.Pending or PodPhase.Succeeded or PodPhase.Failed || pod.Terminating || pod.Budgets.Count == 0)
        {
            return Stop(pod, uid, dryRun, grace);
        }

        if (pod.Budgets.Count > 1)
        {
            return Refuse(pod, EvictionStatus.SeveralBudgets, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }

        var budget = pod.Budgets[0];
        var unhealthyMayGo = !pod.Ready
            && (budget.Blueprint.UnhealthyPodEviction == UnhealthyPodEvictionPolicy.AlwaysAllow
                || (budget.DesiredHealthy > 0 && budget.CurrentHealthy >= budget.DesiredHealthy));
        if (unhealthyMayGo)
        {
            return Stop(pod, uid, dryRun, grace);
        }

        return budget.DisruptionsAllowed > 0
            ? Spend(pod, uid, budget, dryRun, grace)
            : Refuse(pod, EvictionStatus.Refused, $"{Violation} {WhyShut(budget)}");
    }

    /// <summary>Plain deletion: budgets are not asked (UP-94).</summary>
    public EvictionOutcome Delete(ObjectKey key, string uid)
    {
        if (!state.Pods.TryGetValue(key, out var pod))
        {
            return NotFound(key);
        }

        if (IsAnother(pod, uid))
        {
            return WrongUid(pod, uid);
        }

        state.Trace(TraceKind.PodForced, pod);
        pods.Stop(pod);
        return new(EvictionStatus.Evicted);
    }

    private EvictionOutcome Stop(SimulatedPod pod, string? uid, bool dryRun, Duration? grace)
    {
        if (IsAnother(pod, uid))
        {
            return WrongUid(pod, uid!);
        }

        if (dryRun)
        {
            return new(EvictionStatus.Evicted);
        }

        state.Trace(TraceKind.PodEvicted, pod);
        pods.Stop(pod, grace);
        return new(EvictionStatus.Evicted);
    }

    // The disruption is used up first, the precondition is checked by the deletion: a wrong UID costs the budget a disruption for two minutes. So it is in the
    // real API, and a client that forgets to observe must not fare better here.
    private EvictionOutcome Spend(SimulatedPod pod, string? uid, SimulatedBudget budget, bool dryRun, Duration? grace)
    {
        if (dryRun)
        {
            return IsAnother(pod, uid) ? WrongUid(pod, uid!) : new(EvictionStatus.Evicted);
        }

        var before = budget.DisruptionsAllowed;
        budget.Spend();
        state.Changed(budget);
        if (IsAnother(pod, uid))
        {
            budgets.Charged(budget, pod);
            state.Trace(TraceKind.BudgetChanged, null, budget, before);
            return WrongUid(pod, uid!);
        }

        state.Trace(TraceKind.PodEvicted, pod, budget, before);
        pods.Stop(pod, grace);
        return new(EvictionStatus.Evicted);
    }

    private EvictionOutcome Refuse(SimulatedPod pod, EvictionStatus status, string message)
    {
        state.Trace(TraceKind.EvictionRefused, pod, pod.Budgets[0], pod.Budgets[0].DisruptionsAllowed, message);
        return new(status, null, message);
    }

    /// <summary>Why a budget allows nothing, as the cause of a refusal says it.</summary>
    public static string WhyShut(SimulatedBudget budget) => budget switch
    {
        { SyncFailure: { } failure } => $"The disruption budget {budget.Key.Name} does not allow evicting pods currently because it failed sync: {failure}",
        { CurrentHealthy: var healthy, DesiredHealthy: var desired } when healthy <= desired =>
            $"The disruption budget {budget.Key.Name} needs {desired} healthy pods and has {healthy} currently",
        _ => $"The disruption budget {budget.Key.Name} does not allow evicting pods currently",
    };

    private static bool IsAnother(SimulatedPod pod, string? uid) => uid is not null && !string.Equals(pod.Uid, uid, StringComparison.Ordinal);

    private static EvictionOutcome WrongUid(SimulatedPod pod, string uid) => new(
        EvictionStatus.WrongUid,
        Message: $"Operation cannot be fulfilled on Pod \"{pod.Key.Name}\": the UID in the precondition ({uid}) does not match the UID in record ({pod.Uid}). The object might have been deleted and then recreated");

    private static EvictionOutcome NotFound(ObjectKey key) => new(EvictionStatus.NotFound, Message: $"pods \"{key.Name}\" not found");
}
