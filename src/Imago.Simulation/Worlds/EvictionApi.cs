using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Worlds;

/// <summary>The eviction subresource of the Kubernetes API: the same checks in the same order.</summary>
internal sealed class EvictionApi(ClusterState state, PodLifecycle pods)
{
    public EvictionOutcome Evict(ObjectKey key, string uid)
    {
        if (!state.Pods.TryGetValue(key, out var pod))
        {
            return new(EvictionStatus.NotFound);
        }

        if (!string.Equals(pod.Uid, uid, StringComparison.Ordinal))
        {
            return new(EvictionStatus.WrongUid, Message: $"the UID in the precondition ({uid}) does not match the UID in record ({pod.Uid})");
        }

        // Pods that do not run, have ended, or are stopping already disrupt nobody.
        if (pod.Phase is PodPhase.Pending or PodPhase.Succeeded or PodPhase.Failed || pod.Terminating)
        {
            return Admit(pod, null);
        }

        if (pod.Budgets.Count > 1)
        {
            return Refuse(pod, EvictionStatus.SeveralBudgets, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.");
        }

        if (pod.Budgets.Count == 0)
        {
            return Admit(pod, null);
        }

        var budget = pod.Budgets[0];
        var unhealthyMayGo = !pod.Ready
            && (budget.Blueprint.UnhealthyPodEviction == UnhealthyPodEvictionPolicy.AlwaysAllow
                || (budget.DesiredHealthy > 0 && budget.CurrentHealthy >= budget.DesiredHealthy));
        if (unhealthyMayGo)
        {
            return Admit(pod, null);
        }

        return budget.DisruptionsAllowed > 0
            ? Admit(pod, budget)
            : Refuse(pod, EvictionStatus.Refused, $"Cannot evict pod as it would violate the pod's disruption budget. The disruption budget {budget.Key.Name} needs {budget.DesiredHealthy} healthy pods and has {budget.CurrentHealthy} currently");
    }

    /// <summary>Plain deletion: budgets are not asked (UP-94).</summary>
    public EvictionOutcome Delete(ObjectKey key, string uid)
    {
        if (!state.Pods.TryGetValue(key, out var pod))
        {
            return new(EvictionStatus.NotFound);
        }

        if (!string.Equals(pod.Uid, uid, StringComparison.Ordinal))
        {
            return new(EvictionStatus.WrongUid);
        }

        state.Trace(TraceKind.PodForced, pod);
        pods.Stop(pod);
        return new(EvictionStatus.Evicted);
    }

    private EvictionOutcome Admit(SimulatedPod pod, SimulatedBudget? charged)
    {
        if (charged is null)
        {
            state.Trace(TraceKind.PodEvicted, pod);
        }
        else
        {
            var before = charged.DisruptionsAllowed;
            charged.Spend();
            state.Changed(charged);
            state.Trace(TraceKind.PodEvicted, pod, charged, before);
        }

        pods.Stop(pod);
        return new(EvictionStatus.Evicted);
    }

    private EvictionOutcome Refuse(SimulatedPod pod, EvictionStatus status, string message)
    {
        state.Trace(TraceKind.EvictionRefused, pod, pod.Budgets[0], pod.Budgets[0].DisruptionsAllowed, message);
        return new(status, null, message);
    }
}
