using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>Says what keeps the pods of a node from leaving now. One per explained cluster: what it finds about budgets is found once.</summary>
internal sealed class DrainObstacles(ClusterView view)
{
    private const int MostNamed = 5;

    private readonly EvictionLedger _ledger = new(view);
    private readonly Dictionary<ObjectKey, string> _budgets = [];
    private ILookup<ObjectKey, ObjectKey>? _unready;

    /// <summary>The obstacles of a node, those that no waiting removes first.</summary>
    public List<(Reason Reason, bool Forever)> Of(Node node, UpgradeSettings settings)
    {
        var found = new List<(Reason Reason, bool Forever)>();
        var kept = new List<Pod>();
        var held = new SortedDictionary<ObjectKey, (List<Pod> Pods, bool Forever)>();
        foreach (var entry in view.PodsOn(node.Name))
        {
            var pod = entry.Pod;
            if (!pod.LeavesOnDrain || pod.Terminating)
            {
                continue;
            }

            // UP-42: a grace period beyond the timeout can never fit.
            if (pod.GracePeriod > settings.DrainTimeout)
            {
                found.Add((new Reason(
                    ReasonCode.GracePeriodTooLong,
                    $"{DrainFaults.Name(pod)} may take {pod.GracePeriod.TotalMinutes:0.#} minutes to stop, longer than the drain timeout of {settings.DrainTimeout.TotalMinutes:0} minutes. Raise the drain timeout or shorten the pod's grace period.",
                    Event: "the drain timeout or the pod's grace period changes"), true));
            }

            if (settings.Keeps(pod))
            {
                kept.Add(pod);
            }

            var verdict = _ledger.Ask(entry, out _);
            if (verdict is { Allowed: false, Blocker: ReasonCode.PodInSeveralBudgets })
            {
                found.Add((new Reason(
                    ReasonCode.PodInSeveralBudgets,
                    $"{DrainFaults.Name(pod)} is covered by several disruption budgets ({string.Join(", ", entry.Budgets)}), for which the API refuses every eviction. Leave one of them.",
                    Event: "only one budget covers the pod"), true));
            }
            else if (verdict is { Allowed: false, Budget: { } budget })
            {
                held.TryAdd(budget, ([], verdict.Forever));
                held[budget].Pods.Add(pod);
            }
        }

        // UP-42: a pod that is not asked to leave stays.
        if (kept.Count > 0)
        {
            found.Add((new Reason(ReasonCode.BarePodKept, DrainFaults.DescribeKept(kept), Event: "the pod goes, or the pool's barePods changes"), true));
        }

        foreach (var (budget, (pods, forever)) in held)
        {
            found.Add((new Reason(ReasonCode.BudgetBlocks, Text(budget, pods), Event: $"disruption budget {budget} allows a disruption"), forever));
        }

        return [.. found.OrderBy(f => f.Forever ? 0 : 1)];
    }

    private string Text(ObjectKey budget, List<Pod> pods)
    {
        if (!_budgets.TryGetValue(budget, out var limits))
        {
            // UP-44: the unready pods keep it shut. One pass over the pods serves all budgets.
            _unready ??= view.Pods.Values.Where(e => !e.Pod.Ready && !e.Pod.Finished).SelectMany(e => e.Budgets, (e, b) => (Budget: b, e.Pod.Key))
                .ToLookup(p => p.Budget, p => p.Key);
            limits = _budgets[budget] = DrainFaults.Describe(view.Budgets[budget], _unready[budget]);
        }

        var named = string.Join(", ", pods.Take(MostNamed).Select(DrainFaults.Name));
        return $"{named}{(pods.Count > MostNamed ? $" and {pods.Count - MostNamed} more" : "")} cannot be evicted now: {limits}.";
    }
}
