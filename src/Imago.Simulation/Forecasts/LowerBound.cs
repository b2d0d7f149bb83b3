using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>
/// How long the run had to take at least, whoever plans it: <c>max(longest node, Σ node durations ÷ concurrency, max over budgets of ⌈covered pods ÷ allowed⌉ ×
/// recovery time)</c>. Computed from settings, timing and what the run measured per node, without any planner code.
/// </summary>
/// <remarks>
/// A node's duration is what it cannot do without: one stop of a pod, the soak, and everything from the reimage on as measured. Time spent waiting in the
/// drain is left out, or a planner that lets nodes wait would raise its own bound. Pools go one after another (UP-60), so their bounds add up.
/// </remarks>
internal static class LowerBound
{
    public static Duration Of(ForecastRequest request, RunLedger ledger, ClusterView start)
    {
        var upgraded = ledger.Nodes.Where(n => n.Value is { Result: NodeResult.Upgraded, StartedAt: not null, FinishedAt: not null })
            .ToDictionary(n => n.Key, n => n.Value, StringComparer.Ordinal);
        var bound = Duration.Zero;
        foreach (var pool in request.Spec.Pools)
        {
            var members = request.Blueprint.Nodes.Where(n => string.Equals(n.Pool, pool.Name, StringComparison.Ordinal)).ToList();
            var durations = members.Where(n => upgraded.ContainsKey(n.Name)).Select(n => OfNode(request, pool, start, n.Name, upgraded[n.Name])).ToList();
            if (durations.Count == 0)
            {
                continue;
            }

            var sum = durations.Aggregate(Duration.Zero, (a, b) => a + b);
            bound += Duration.Max(durations.Max(), sum / Concurrency(pool, members.Count, durations.Count));
        }

        foreach (var budget in start.Budgets.Values)
        {
            bound = Duration.Max(bound, OfBudget(request, start, budget, upgraded));
        }

        return bound;
    }

    private static Duration OfNode(ForecastRequest request, PoolSpec pool, ClusterView start, string name, NodeHistory node)
    {
        if (node.EmptyAt is not { } empty)
        {
            return node.FinishedAt!.Value - node.StartedAt!.Value;
        }

        var stops = start.PodsOn(name).Where(e => e.Pod.LeavesOnDrain).Select(e => Duration.Min(e.Pod.GracePeriod, Fastest(request, request.World.Timing.PodStop)))
            .DefaultIfEmpty(Duration.Zero).Max();
        return stops + pool.Settings.NodeSoak + (node.FinishedAt!.Value - empty);
    }

    // 10 % of 24 nodes: 2.4, so 3; never more than there is to do.
    private static int Concurrency(PoolSpec pool, int size, int todo)
    {
        var surge = pool.Provider.CanSurge ? pool.Settings.MaxSurge ?? Settings.DefaultSurge(pool) : IntOrPercent.Of(0);
        var asked = surge.IsZero ? pool.Settings.MaxUnavailable ?? IntOrPercent.Of(1) : surge;
        var count = asked.IsPercent ? (int)Math.Ceiling(size * asked.Value / 100.0) : asked.Value;
        return Math.Clamp(count, 1, todo);
    }

    private static Duration OfBudget(ForecastRequest request, ClusterView start, DisruptionBudget budget, Dictionary<string, NodeHistory> upgraded)
    {
        if (budget.DisruptionsAllowed == 0)
        {
            return Duration.Zero;
        }

        // A rollout with room for every covered pod at once waits for nobody's recovery, so the last round is not counted.
        var covered = upgraded.Keys.SelectMany(n => start.PodsOn(n)).Count(e => e.Pod.LeavesOnDrain && e.Pod.Ready && e.Budgets is [var only] && only == budget.Key);
        var rounds = (covered + budget.DisruptionsAllowed - 1) / budget.DisruptionsAllowed;
        return rounds <= 1 ? Duration.Zero : Recovery(request, budget) * rounds;
    }

    // The soonest at which a pod can be Ready again elsewhere after its predecessor was evicted.
    private static Duration Recovery(ForecastRequest request, DisruptionBudget budget)
    {
        var timing = request.World.Timing;
        var identity = request.Blueprint.Workloads.Any(w => w.Kind == WorkloadKind.StatefulSet
            && string.Equals(w.Namespace, budget.Key.Namespace, StringComparison.Ordinal) && budget.Selector.Matches(w.Template.Labels));
        var again = timing.ControllerReaction + timing.SchedulerReaction + Fastest(request, timing.PodStart);
        return identity ? again + Fastest(request, timing.PodStop) : again;
    }

    private static Duration Fastest(ForecastRequest request, Duration nominal) => nominal * (1 - request.World.Timing.Spread);

    private static class Settings
    {
        // UP-20 once more, from the specification's table.
        public static IntOrPercent DefaultSurge(PoolSpec pool) =>
            pool.Kubernetes is { } now && now.AtLeast(1, 32) ? IntOrPercent.Percent(10)
            : pool.CreatedAtKubernetes is { } created && created.AtLeast(1, 28) ? IntOrPercent.Percent(10)
            : IntOrPercent.Of(1);
    }
}
