using Imago.Domain.Clusters;

namespace Imago.Application.Attachments.Checks;

/// <summary>What will hold drains up.</summary>
/// <remarks>Rules: UP-40, UP-77.</remarks>
internal static class DrainChecks
{
    public static IEnumerable<Finding> Of(ClusterFacts cluster)
    {
        var managed = cluster.Nodes.Where(n => n.Facts.Membership.Managed).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        var leaving = cluster.View.Pods.Values.Where(p => p.Pod is { LeavesOnDrain: true, NodeName: { } node } && managed.Contains(node)).ToList();
        return [.. Budgets(cluster, leaving), .. Several(leaving), .. Bare(leaving)];
    }

    private static IEnumerable<Finding> Budgets(ClusterFacts cluster, List<PodOnNode> leaving)
    {
        foreach (var budget in cluster.View.Budgets.Values.OrderBy(b => b.Key))
        {
            var pods = leaving.Where(p => p.Budgets.Any(b => b == budget.Key)).ToList();
            if (pods.Count == 0)
            {
                continue;
            }

            var subject = $"PodDisruptionBudget {budget.Key}";
            var workloads = ClusterChecks.Names(pods.Select(p => p.Pod.Workload?.ToString() ?? $"Pod/{p.Pod.Key.Name}"));
            var written = budget.MinAvailable is { } least ? $"minAvailable: {least}" : $"maxUnavailable: {budget.MaxUnavailable?.ToString() ?? "?"}";

            // UP-77: told before anything starts; an automatic run works around the nodes concerned.
            if (budget.CanNeverBeSatisfied)
            {
                yield return new Finding(
                    FindingCodes.BudgetNeverSatisfied, FindingLevel.Warning, subject,
                    $"It allows no disruption even when all is well: {written} over {ClusterChecks.Count(budget.ExpectedPods, "pod")} of {workloads}. The nodes they run on cannot be drained.",
                    Way(budget, workloads));
            }
            else if (budget.DisruptionsAllowed == 0)
            {
                yield return new Finding(
                    FindingCodes.BudgetBlocksNow, FindingLevel.Warning, subject,
                    $"It allows no disruption now: {budget.CurrentHealthy} of {budget.ExpectedPods} pods of {workloads} are healthy, {budget.DesiredHealthy} have to be ({written}).",
                    $"Mend the pods that are not Ready: kubectl get pods -n {budget.Key.Namespace}");
            }
        }
    }

    // One more pod than have to be healthy would do; or one less that has to be.
    private static string Way(DisruptionBudget budget, string workloads) => budget switch
    {
        { MaxUnavailable: { IsZero: true } } => $"Let it allow at least one: kubectl patch pdb {budget.Key.Name} -n {budget.Key.Namespace} --type merge -p '{{\"spec\":{{\"maxUnavailable\":1}}}}'",
        { MinAvailable: { IsPercent: true } } => $"Let {workloads} have more replicas, or lower minAvailable below what it has.",
        _ => $"Let {workloads} have at least {budget.DesiredHealthy + 1} replicas, or replace minAvailable with maxUnavailable: 1.",
    };

    private static IEnumerable<Finding> Several(List<PodOnNode> leaving)
    {
        foreach (var group in leaving.Where(p => p.Budgets.Length > 1)
            .GroupBy(p => $"{p.Pod.Key.Namespace}: {string.Join(", ", p.Budgets.Select(b => b.Name).Order(StringComparer.Ordinal))}", StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal))
        {
            yield return new Finding(
                FindingCodes.PodInSeveralBudgets, FindingLevel.Warning, $"PodDisruptionBudgets in {group.Key}",
                $"{ClusterChecks.Count(group.Count(), "pod")} of {ClusterChecks.Names(group.Select(p => p.Pod.Workload?.ToString() ?? $"Pod/{p.Pod.Key.Name}"))} is covered by several budgets. The API refuses to evict such pods.",
                "Leave one of the budgets, or narrow their selectors until they no longer overlap.");
        }
    }

    private static IEnumerable<Finding> Bare(List<PodOnNode> leaving)
    {
        var bare = leaving.Where(p => p.Pod.Bare).Select(p => p.Pod.Key.ToString()).ToList();
        if (bare.Count > 0)
        {
            yield return new Finding(
                FindingCodes.BarePods, FindingLevel.Warning, $"pod {ClusterChecks.Names(bare)}",
                $"{ClusterChecks.Count(bare.Count, "pod")} without a controller: once evicted, nobody makes them again.",
                "Put them under a Deployment, StatefulSet or Job, or remove them before the window. To leave them where they are, and their nodes as they are, set barePods of the pool to Keep.");
        }
    }
}
