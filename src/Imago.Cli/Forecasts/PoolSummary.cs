using System.Collections.Immutable;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Dumps;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>What a forecast says of one pool.</summary>
/// <param name="Starts">When its first node starts; null when none does.</param>
/// <param name="Finished">When its last node is finished; null when none is.</param>
internal sealed record PoolSummary(string Name, int Nodes, int Upgraded, Instant? Starts, Instant? Finished, ImmutableArray<string> Targets)
{
    public static IEnumerable<PoolSummary> Of(ImmutableArray<DiscoveredPool> pools, Forecast forecast)
    {
        var nodesOf = forecast.Nodes.ToLookup(n => n.Pool, StringComparer.Ordinal);
        return pools.Select(p => new PoolSummary(
            p.Spec.Name,
            nodesOf[p.Spec.Name].Count(),
            nodesOf[p.Spec.Name].Count(n => n.Status == NodeStatus.Upgraded),
            nodesOf[p.Spec.Name].Min(n => n.StartedAt),
            nodesOf[p.Spec.Name].Max(n => n.FinishedAt),
            [.. nodesOf[p.Spec.Name].Select(n => n.To ?? "-").Distinct(StringComparer.Ordinal)]));
    }
}
