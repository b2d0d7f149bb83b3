using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;

namespace Imago.Simulation.Worlds;

/// <summary>Keeps the status of disruption budgets, a moment after their pods change.</summary>
internal sealed class BudgetController(ClusterState state)
{
    public void Add(BudgetBlueprint blueprint)
    {
        var budget = new SimulatedBudget(blueprint);
        state.Budgets[budget.Key] = budget;
        if (!state.BudgetsByNamespace.TryGetValue(budget.Key.Namespace, out var siblings))
        {
            state.BudgetsByNamespace[budget.Key.Namespace] = siblings = [];
        }

        siblings.Add(budget);
    }

    /// <summary>Finds the budgets that cover a new pod.</summary>
    public void Cover(SimulatedPod pod)
    {
        if (!state.BudgetsByNamespace.TryGetValue(pod.Key.Namespace, out var candidates))
        {
            return;
        }

        foreach (var budget in candidates)
        {
            if (budget.Blueprint.Selector.Matches(pod.Template.Labels))
            {
                pod.Budgets.Add(budget);
                budget.Pods.Add(pod);
            }
        }
    }

    public void Uncover(SimulatedPod pod)
    {
        foreach (var budget in pod.Budgets)
        {
            budget.Pods.Remove(pod);
        }
    }

    /// <summary>Plans a new status for every budget of a pod that changed.</summary>
    public void Note(SimulatedPod pod)
    {
        foreach (var budget in pod.Budgets)
        {
            if (!budget.UpdatePlanned)
            {
                budget.UpdatePlanned = true;
                state.Time.After(state.Timing.BudgetReaction, () => Update(budget));
            }
        }
    }

    public void Update(SimulatedBudget budget)
    {
        budget.UpdatePlanned = false;
        var before = budget.DisruptionsAllowed;
        if (budget.Recompute())
        {
            state.Changed(budget);
            state.Trace(TraceKind.BudgetChanged, null, budget, before);
        }
    }

    public void UpdateAll()
    {
        foreach (var (_, budget) in state.Budgets)
        {
            budget.Recompute();
        }
    }

    /// <summary>The budget of a key, for the few who ask by name.</summary>
    public SimulatedBudget? Find(ObjectKey key) => state.Budgets.GetValueOrDefault(key);
}
