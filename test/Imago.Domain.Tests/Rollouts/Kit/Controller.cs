using Imago.Domain.Clusters;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>What Kubernetes' disruption controller writes into the status of a budget.</summary>
internal static class Controller
{
    public static DisruptionBudget StatusOf(DisruptionBudget budget, IEnumerable<Pod> pods)
    {
        var covered = pods.Where(p => string.Equals(p.Key.Namespace, budget.Key.Namespace, StringComparison.Ordinal) && !p.Finished && budget.Selector.Matches(p.Labels)).ToList();
        var expected = covered.Count(p => !p.Terminating);
        var healthy = covered.Count(p => p.Ready && !p.Terminating);
        var desired = budget.MinAvailable is { } min ? min.RoundedUp(expected) : expected - (budget.MaxUnavailable?.RoundedUp(expected) ?? 0);
        return budget with { ExpectedPods = expected, CurrentHealthy = healthy, DesiredHealthy = Math.Max(0, desired), DisruptionsAllowed = Math.Max(0, healthy - Math.Max(0, desired)) };
    }
}
