using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Whether a pod can be evicted now, and if not, why not.</summary>
/// <param name="Allowed">Whether the eviction is to be asked for.</param>
/// <param name="Blocker">The reason code when it is not.</param>
/// <param name="Budget">The budget that does not allow it, if one is to blame.</param>
/// <param name="Forever">Whether waiting cannot help: somebody has to act.</param>
internal readonly record struct EvictionVerdict(bool Allowed, ReasonCode Blocker, ObjectKey? Budget, bool Forever)
{
    public static EvictionVerdict Yes { get; } = new(true, default, null, false);
}

/// <summary>
/// What the budgets still allow in this pass. It starts from their observed status and is charged with every eviction planned, so that one pass never
/// asks for more than was allowed. The status may lag behind: then the API refuses, and the pod is asked for again later.
/// </summary>
internal sealed class EvictionLedger(ClusterView view)
{
    private readonly Dictionary<ObjectKey, int> _spent = [];

    /// <summary>Disruptions the budget still allows, after what this pass has planned; never negative.</summary>
    public int Left(ObjectKey budget) =>
        view.Budgets.TryGetValue(budget, out var observed) && !observed.StatusIsStale
            ? Math.Max(0, observed.DisruptionsAllowed - _spent.GetValueOrDefault(budget))
            : 0;

    /// <summary>Charges the budget with disruptions that are coming although they have not been asked for yet.</summary>
    public void Reserve(ObjectKey budget, int pods) => _spent[budget] = _spent.GetValueOrDefault(budget) + pods;

    /// <summary>Decides about one pod as the eviction API would, and charges its budget if it may go.</summary>
    public EvictionVerdict Take(PodOnNode entry)
    {
        var verdict = Ask(entry, out var charge);
        if (verdict.Allowed && charge is { } budget)
        {
            Reserve(budget, 1);
        }

        return verdict;
    }

    /// <summary>Decides about one pod as the eviction API would.</summary>
    /// <param name="entry">The pod.</param>
    /// <param name="charge">The budget whose allowance the eviction uses up; null if it needs none.</param>
    public EvictionVerdict Ask(PodOnNode entry, out ObjectKey? charge)
    {
        charge = null;
        var (pod, budgets) = entry;

        // A pod that does not run yet, or has ended, disrupts nobody: the API does not look at budgets.
        if (budgets.IsEmpty || pod.Phase is PodPhase.Pending or PodPhase.Succeeded or PodPhase.Failed)
        {
            return EvictionVerdict.Yes;
        }

        // The API answers 500 for a pod that several budgets cover, whatever they allow.
        if (budgets.Length > 1)
        {
            return new(false, ReasonCode.PodInSeveralBudgets, budgets[0], Forever: true);
        }

        if (!view.Budgets.TryGetValue(budgets[0], out var budget))
        {
            return EvictionVerdict.Yes;
        }

        if (!pod.Ready)
        {
            // Unready pods do not count as healthy; letting them go costs no disruption where the policy or the healthy ones permit it.
            if (budget.UnhealthyPodEviction == UnhealthyPodEvictionPolicy.AlwaysAllow
                || (!budget.StatusIsStale && budget.DesiredHealthy > 0 && budget.CurrentHealthy >= budget.DesiredHealthy))
            {
                return EvictionVerdict.Yes;
            }
        }

        if (Left(budget.Key) > 0)
        {
            charge = budget.Key;
            return EvictionVerdict.Yes;
        }

        return new(false, ReasonCode.BudgetBlocks, budget.Key, budget.CanNeverBeSatisfied);
    }
}
