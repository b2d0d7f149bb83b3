using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>
/// How long the run had to take at least, whoever plans it: the longest node, Σ node durations ÷ concurrency, and what the budgets' rounds of recovery take,
/// whichever is longest. Computed from settings, timing and what the run measured per node, without any planner code.
/// </summary>
/// <remarks>
/// A node's duration is what it cannot do without: the stop of its slowest pod, the soak, and everything from the reimage on as measured. Time spent waiting in the
/// drain is left out, or a planner that lets nodes wait would raise its own bound. Pools go one after another (UP-60), so their bounds add up.
/// </remarks>
internal static class LowerBound
{
    public static Duration Of(ForecastRequest request, RunLedger ledger, ClusterView start)
    {
        var upgraded = ledger.Nodes.Where(n => n.Value is { Result: NodeResult.Upgraded, StartedAt: not null, FinishedAt: not null })
            .ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal);
        var bound = Duration.Zero;
        var shortest = Duration.MaxValue;
        foreach (var pool in request.Spec.Pools)
        {
            var members = request.Blueprint.Nodes.Where(n => string.Equals(n.Pool, pool.Name, StringComparison.Ordinal)).ToList();
            var nodes = members.Where(n => upgraded.ContainsKey(n.Name))
                .Select(n => (Live: upgraded[n.Name].EmptyAt is null, Takes: OfNode(request, pool, start, n.Name, upgraded[n.Name]))).ToList();
            if (nodes.Count == 0)
            {
                continue;
            }

            // Live patches and reimages have slots of their own.
            var concurrency = Concurrency(pool, members.Count, nodes.Count);
            var work = nodes.GroupBy(n => n.Live).Max(g => g.Aggregate(Duration.Zero, (sum, n) => sum + n.Takes)) / concurrency;
            bound += Duration.Max(nodes.Max(n => n.Takes), work);
            shortest = Duration.Min(shortest, nodes.Min(n => n.Takes));
        }

        // Time in which no window is open and nothing is in flight does not count, and pods recover in it: once per window but the last.
        var starts = upgraded.Values.Select(n => n.Window).Distinct().Count();
        var untimed = request.Spec.Window is null ? 0 : upgraded.Values.Any(n => n.Window is null) ? upgraded.Count : Math.Max(0, starts - 1);
        foreach (var (budget, demand) in BudgetDemands.Of(request, start, upgraded.Keys))
        {
            bound = Duration.Max(bound, OfBudget(start.Budgets[budget], demand, untimed, shortest));
        }

        return bound;
    }

    private static Duration OfNode(ForecastRequest request, PoolSpec pool, ClusterView start, string name, NodeHistory node)
    {
        if (node.EmptyAt is not { } empty)
        {
            return node.FinishedAt!.Value - node.StartedAt!.Value;
        }

        var stops = start.PodsOn(name).Where(e => e.Pod is { LeavesOnDrain: true, Terminating: false })
            .Select(e => Duration.Min(e.Pod.GracePeriod, request.World.Timing.Draw(request.World.Timing.PodStop, request.Seed.Fork("stop").Fork(e.Pod.Uid)))).DefaultIfEmpty(Duration.Zero).Max();
        return stops + pool.Settings.NodeSoak + (node.FinishedAt!.Value - empty);
    }

    // 10 % of 24 nodes: 2.4, so 3; never more than there is to do. With surge and max unavailable both set, the rollout may fall back from one to the other.
    private static int Concurrency(PoolSpec pool, int size, int todo)
    {
        var surge = pool.Provider.CanSurge ? pool.Settings.MaxSurge ?? DefaultSurge(pool) : IntOrPercent.Of(0);
        var unavailable = pool.Settings.MaxUnavailable ?? IntOrPercent.Of(1);
        return Math.Clamp(Math.Max(Count(surge), Count(unavailable)), 1, todo);

        int Count(IntOrPercent share) => share.IsPercent ? (int)Math.Ceiling(size * share.Value / 100.0) : share.Value;
    }

    // 18 pods with room for 5 at a time are 4 rounds. A round begins when the pods of the one before are Ready elsewhere; after the last eviction its node is
    // still to be reimaged.
    private static Duration OfBudget(DisruptionBudget budget, BudgetDemand demand, int untimed, Duration shortest)
    {
        // With some pods unready at the start more may be allowed later than at first.
        var room = Math.Max(budget.DisruptionsAllowed, Math.Max(budget.ExpectedPods, demand.Replicas) - budget.DesiredHealthy);
        var rounds = room <= 0 ? 0 : (demand.Pods + room - 1) / room;
        return rounds - 1 - untimed <= 0 ? Duration.Zero : (demand.Recovery * (rounds - 1 - untimed)) + shortest;
    }

    private static Duration Fastest(ForecastRequest request, Duration nominal) => nominal * (1 - request.World.Timing.Spread);

    // UP-20 once more, from the specification's table.
    private static IntOrPercent DefaultSurge(PoolSpec pool) =>
        pool.Kubernetes is { } now && now.AtLeast(1, 32) ? IntOrPercent.Percent(10)
        : pool.CreatedAtKubernetes is { } created && created.AtLeast(1, 28) ? IntOrPercent.Percent(10)
        : IntOrPercent.Of(1);

    /// <summary>What the upgraded nodes asked of one budget.</summary>
    /// <param name="Pods">Evictions that it had to allow.</param>
    /// <param name="Replicas">Pods that the controllers of those pods keep.</param>
    /// <param name="Recovery">The soonest at which a pod is Ready elsewhere after the eviction of its predecessor.</param>
    private readonly record struct BudgetDemand(int Pods, int Replicas, Duration Recovery);

    private static class BudgetDemands
    {
        public static Dictionary<ObjectKey, BudgetDemand> Of(ForecastRequest request, ClusterView start, IEnumerable<string> upgraded)
        {
            var workloads = request.Blueprint.Workloads.GroupBy(w => (w.Namespace, w.Ref)).ToDictionary(g => g.Key, g => g.First());
            var templates = request.Blueprint.Pods.ToDictionary(p => p.Key, p => p.Template);
            var forced = request.Spec.Pools.Where(p => p.Settings.Override is not null).Select(p => p.Name).ToHashSet(StringComparer.Ordinal);
            Dictionary<ObjectKey, BudgetDemand> demands = [];
            Dictionary<ObjectKey, HashSet<WorkloadRef>> owners = [];
            foreach (var (pod, budgets) in upgraded.Where(n => !forced.Contains(start.Nodes[n].Pool)).SelectMany(n => start.PodsOn(n)))
            {
                if (budgets is not [var budget] || pod is not { LeavesOnDrain: true, Ready: true, Terminating: false })
                {
                    continue;
                }

                var workload = pod.Owner is { } owner ? workloads.GetValueOrDefault((pod.Key.Namespace, owner)) : null;
                var known = owners.TryGetValue(budget, out var present) ? present : owners[budget] = [];
                var replicas = workload is not null && known.Add(workload.Ref) ? workload.Replicas : 0;
                var recovery = Recovery(request, workload, templates[pod.Key]);
                demands[budget] = demands.TryGetValue(budget, out var demand)
                    ? new(demand.Pods + 1, demand.Replicas + replicas, Duration.Min(demand.Recovery, recovery))
                    : new(1, replicas, recovery);
            }

            return demands;
        }

        // Controllers and the scheduler look at many pods at once, so one that has just been evicted may be replaced without their usual delay.
        private static Duration Recovery(ForecastRequest request, WorkloadBlueprint? workload, PodTemplate template)
        {
            var timing = request.World.Timing;
            var (own, next) = (template.StartupTime * timing.Pace, workload?.Template.StartupTime * timing.Pace);
            var start = Fastest(request, Duration.Min(own ?? timing.PodStart, next ?? own ?? timing.PodStart));

            // A StatefulSet brings a name back only when its bearer has left.
            return workload?.Kind == WorkloadKind.StatefulSet ? start + Duration.Min(template.GracePeriod, Fastest(request, timing.PodStop)) : start;
        }
    }
}
