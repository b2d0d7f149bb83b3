using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>Keeps the status of disruption budgets, a moment after their pods change.</summary>
internal sealed class BudgetController(ClusterState state)
{
    // DeletionTimeout of the real disruption controller.
    private static readonly Duration StaleDisruption = Duration.FromMinutes(2);

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
            budget.Forget(pod);
        }
    }

    /// <summary>
    /// An eviction has used up a disruption and then did not happen. The API has noted the pod as about to go, and the controller believes it for two minutes.
    /// </summary>
    public void Charged(SimulatedBudget budget, SimulatedPod pod)
    {
        budget.ExpectToGo(pod, state.Time.Now + StaleDisruption);
        state.Changed(budget);
        state.Time.After(StaleDisruption, () => Update(budget));
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
        if (budget.Recompute(state.Time.Now))
        {
            state.Changed(budget);
            state.Trace(TraceKind.BudgetChanged, null, budget, before);
        }
    }

    public void UpdateAll()
    {
        foreach (var (_, budget) in state.Budgets)
        {
            budget.Recompute(state.Time.Now);
            state.Trace(TraceKind.BudgetPresent, null, budget, budget.DisruptionsAllowed);
        }
    }
}
