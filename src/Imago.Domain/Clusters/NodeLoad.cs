using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Clusters;

/// <summary>How many pods of one node one budget covers.</summary>
public readonly record struct BudgetDemand(ObjectKey Budget, int Pods);

/// <summary>
/// What draining one node asks for: a summary that the view keeps per node, so that choosing among thousands of candidates does not look at
/// tens of thousands of pods. It depends on pods and on what budgets select, not on budgets' changing status.
/// </summary>
/// <param name="Pods">Pods that have to leave.</param>
/// <param name="Demands">Per budget, the pods it covers and no other budget does; ordered by budget.</param>
/// <param name="CoveredTwice">Pods that several budgets cover: the API refuses to evict them at all.</param>
/// <param name="LongestGrace">The longest grace period among the pods that have to leave.</param>
/// <param name="Bare">Pods without a controller: some pools keep them (<see cref="Rollouts.Settings.BarePods"/>).</param>
public sealed record NodeLoad(int Pods, ImmutableArray<BudgetDemand> Demands, int CoveredTwice, Duration LongestGrace, int Bare)
{
    /// <summary>The load of a node with nothing to evict.</summary>
    public static NodeLoad Empty { get; } = new(0, [], 0, Duration.Zero, 0);

    internal static NodeLoad Of(ImmutableArray<PodOnNode> pods)
    {
        var count = 0;
        var twice = 0;
        var bare = 0;
        var grace = Duration.Zero;
        SortedDictionary<ObjectKey, int>? demands = null;
        foreach (var entry in pods)
        {
            if (!entry.Pod.LeavesOnDrain || entry.Pod.Terminating)
            {
                continue;
            }

            count++;
            grace = Duration.Max(grace, entry.Pod.GracePeriod);
            bare += entry.Pod.Bare ? 1 : 0;
            if (entry.Budgets.Length > 1)
            {
                twice++;
            }
            else if (entry.Budgets.Length == 1)
            {
                demands ??= [];
                demands[entry.Budgets[0]] = demands.GetValueOrDefault(entry.Budgets[0]) + 1;
            }
        }

        return count == 0 ? Empty : new NodeLoad(count, demands is null ? [] : [.. demands.Select(d => new BudgetDemand(d.Key, d.Value))], twice, grace, bare);
    }
}

/// <summary>A pod with the budgets that cover it, ordered by key.</summary>
public sealed record PodOnNode(Pod Pod, ImmutableArray<ObjectKey> Budgets);
