using System.Collections.Immutable;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>What a forecast says of one pool.</summary>
/// <param name="Starts">When its first node starts; null when none does.</param>
/// <param name="Finished">When its last node is finished; null when none is.</param>
internal sealed record PoolSummary(string Name, int Nodes, int Upgraded, Instant? Starts, Instant? Finished, ImmutableArray<string> Targets)
{
    public static IEnumerable<PoolSummary> Of(ImmutableArray<string> pools, Forecast forecast)
    {
        var nodesOf = forecast.Nodes.ToLookup(n => n.Pool, StringComparer.Ordinal);
        return pools.Select(p => new PoolSummary(
            p,
            nodesOf[p].Count(),
            nodesOf[p].Count(n => n.Status == NodeStatus.Upgraded),
            nodesOf[p].Min(n => n.StartedAt),
            nodesOf[p].Max(n => n.FinishedAt),
            [.. nodesOf[p].Select(n => n.To ?? "-").Distinct(StringComparer.Ordinal)]));
    }
}
