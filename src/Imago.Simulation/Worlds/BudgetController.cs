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

    /// <summary>Somebody creates a budget in a cluster that has pods.</summary>
    public void Create(BudgetBlueprint blueprint)
    {
        Add(blueprint);
        var budget = state.Budgets[blueprint.Key];
        foreach (var pod in Covered(blueprint))
        {
            pod.Budgets.Add(budget);
            pod.BudgetsChanged();
            budget.Pods.Add(pod);
        }

        state.Changed(budget);
        Plan(budget);
    }

    /// <summary>Somebody writes another budget in the place of one; its status follows.</summary>
    public void Rewrite(SimulatedBudget budget, BudgetBlueprint blueprint)
    {
        Uncover(budget);
        budget.Rewrite(blueprint);
        foreach (var pod in Covered(blueprint))
        {
            pod.Budgets.Add(budget);
            pod.BudgetsChanged();
            budget.Pods.Add(pod);
        }

        state.Changed(budget);
        Plan(budget);
    }

    /// <summary>Somebody deletes a budget: from now on it forbids nothing.</summary>
    public void Remove(SimulatedBudget budget)
    {
        Uncover(budget);
        state.Budgets.Remove(budget.Key);
        state.BudgetsByNamespace[budget.Key.Namespace].Remove(budget);
        state.Removed(budget);
    }

    /// <summary>A pod has other labels, and so perhaps other budgets.</summary>
    public void Recover(SimulatedPod pod)
    {
        Note(pod);
        Uncover(pod);
        pod.Budgets.Clear();
        pod.BudgetsChanged();
        Cover(pod);
        Note(pod);
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
            Plan(budget);
        }
    }

    private void Plan(SimulatedBudget budget)
    {
        if (!budget.UpdatePlanned)
        {
            budget.UpdatePlanned = true;
            state.Time.After(state.Timing.BudgetReaction, () => Update(budget));
        }
    }

    private static void Uncover(SimulatedBudget budget)
    {
        foreach (var pod in budget.Pods)
        {
            pod.Budgets.Remove(budget);
            pod.BudgetsChanged();
        }

        budget.Pods.Clear();
    }

    // In the order of their keys, so that the same run is the same run.
    private IEnumerable<SimulatedPod> Covered(BudgetBlueprint blueprint) => state.Pods.Values
        .Where(p => string.Equals(p.Key.Namespace, blueprint.Key.Namespace, StringComparison.Ordinal) && blueprint.Selector.Matches(p.Template.Labels))
        .OrderBy(p => p.Key);

    public void Update(SimulatedBudget budget)
    {
        budget.UpdatePlanned = false;
        if (state.Budgets.GetValueOrDefault(budget.Key) != budget)
        {
            return;
        }

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
