using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Texts for drains that do not succeed: every pod, its owner, the budget, its limit, and the unready pods that keep it shut.</summary>
/// <remarks>Rules: UP-42, UP-44.</remarks>
internal static class DrainFaults
{
    private const int MostNamed = 5;
    private const int MostDetails = 20;

    public static RolloutFault TimedOut(RolloutPass pass, Node node, List<PodOnNode> left)
    {
        // Pods that could go, but stayed because a neighbour can never leave, are not to blame.
        var ledger = new EvictionLedger(pass.View);
        var guilty = left.FindAll(e => e.Pod.Terminating || !ledger.Ask(e, out _).Allowed);
        guilty = guilty.Count == 0 ? left : guilty;
        var texts = guilty.Take(MostNamed).Select(e => Describe(pass.View, e));
        var more = guilty.Count > MostNamed ? $" and {guilty.Count - MostNamed} more" : "";
        return new RolloutFault(
            nameof(ReasonCode.Undrainable),
            $"Node '{node.Name}' could not be drained within {pass.Settings.DrainTimeout.TotalMinutes:0} minutes: {string.Join("; ", texts)}{more}.",
            node.Name, pass.Now) { Details = [.. guilty.Take(MostDetails).Select(e => Detail(pass.View, e))] };
    }

    public static RolloutFault GraceTooLong(RolloutPass pass, Node node, Pod pod) => new(
        nameof(ReasonCode.GracePeriodTooLong),
        $"Node '{node.Name}' cannot be drained: {Name(pod)} may take {pod.GracePeriod.TotalSeconds:0} s to stop, longer than the drain timeout of {pass.Settings.DrainTimeout.TotalMinutes:0} minutes. Raise the drain timeout or shorten the pod's grace period.",
        node.Name, pass.Now) { Details = [new FaultDetail("GracePeriod", $"{pod.Key} may take {pod.GracePeriod.TotalSeconds:0} s to stop", pod.Key.ToString())] };

    public static RolloutFault BareKept(RolloutPass pass, Node node, List<PodOnNode> kept) => new(
        nameof(ReasonCode.BarePodKept), $"Node '{node.Name}' cannot be drained: {DescribeKept(kept.ConvertAll(e => e.Pod))}", node.Name, pass.Now)
    {
        Details = [.. kept.Take(MostDetails).Select(e => new FaultDetail("BarePod", $"{e.Pod.Key} has no controller", e.Pod.Key.ToString()))],
    };

    /// <summary>Bare pods that stay, with what to do.</summary>
    public static string DescribeKept(List<Pod> kept) => kept.Count == 1
        ? $"pod {kept[0].Key} has no controller and the pool keeps bare pods: delete it or move it, or set barePods to Evict."
        : $"pods {string.Join(", ", kept.Take(MostNamed).Select(p => p.Key))}{(kept.Count > MostNamed ? $" and {kept.Count - MostNamed} more" : "")} have no controller and the pool keeps bare pods: delete them or move them, or set barePods to Evict.";

    // UP-44: pod by pod, for programs.
    private static FaultDetail Detail(ClusterView view, PodOnNode entry)
    {
        var (pod, budgets) = entry;
        var (code, message) = (pod.Terminating, budgets.Length) switch
        {
            (true, _) => ("PodTerminating", $"{pod.Key} keeps running although it has been asked to stop"),
            (false, > 1) => ("SeveralPodDisruptionBudgets", $"{string.Join(", ", budgets)} cover it together, for which every eviction is refused"),
            (false, 1) when view.Budgets.TryGetValue(budgets[0], out var budget) => ("PodDisruptionBudget", $"{budget.Key} allows {budget.DisruptionsAllowed} disruption{(budget.DisruptionsAllowed == 1 ? "" : "s")}"),
            _ => ("GracePeriod", $"{pod.Key} could not be asked in time for its grace period of {pod.GracePeriod.TotalSeconds:0} s"),
        };
        return new FaultDetail(code, message, pod.Key.ToString());
    }

    /// <summary>Why one pod does not leave, for people.</summary>
    public static string Describe(ClusterView view, PodOnNode entry)
    {
        var (pod, budgets) = entry;
        if (pod.Terminating)
        {
            return $"{Name(pod)} keeps running although it has been asked to stop";
        }

        if (budgets.Length > 1)
        {
            return $"{Name(pod)} is covered by several disruption budgets ({string.Join(", ", budgets)}), for which the API refuses every eviction; leave one of them";
        }

        return budgets.Length == 1 && view.Budgets.TryGetValue(budgets[0], out var budget)
            ? $"{Name(pod)} is held by {Describe(view, budget)}"
            : $"{Name(pod)} could not be asked to leave in time for its grace period of {pod.GracePeriod.TotalSeconds:0} s";
    }

    private static string Describe(ClusterView view, DisruptionBudget budget) =>
        Describe(budget, view.Pods.Values.Where(e => !e.Pod.Ready && !e.Pod.Finished && e.Budgets.Contains(budget.Key)).Select(e => e.Pod.Key));

    /// <summary>What a budget allows and what keeps it shut, with what to do.</summary>
    public static string Describe(DisruptionBudget budget, IEnumerable<ObjectKey> unready)
    {
        var limit = budget.MinAvailable is { } min ? $"minAvailable {min}" : $"maxUnavailable {budget.MaxUnavailable?.ToString() ?? "not set"}";
        var text = $"disruption budget {budget.Key} ({limit}, {budget.CurrentHealthy} of {budget.ExpectedPods} pods healthy, {budget.DisruptionsAllowed} disruption{(budget.DisruptionsAllowed == 1 ? "" : "s")} allowed)";
        if (budget.CanNeverBeSatisfied)
        {
            return text + ", which can never allow one: lower minAvailable, raise maxUnavailable or add replicas";
        }

        // UP-44: the unready pods that keep it closed.
        var named = unready.Order().Take(MostNamed).ToList();
        return named.Count == 0 ? text : text + $"; not Ready: {string.Join(", ", named)}";
    }

    /// <summary>A pod with its owner.</summary>
    public static string Name(Pod pod) => (pod.Workload ?? pod.Owner) is { } owner ? $"pod {pod.Key} of {owner}" : $"pod {pod.Key} (no owner)";
}
