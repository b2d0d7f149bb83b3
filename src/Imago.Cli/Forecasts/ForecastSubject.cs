using System.Collections.Immutable;
using Imago.Domain.Clusters.Pools;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>What a forecast is about.</summary>
/// <param name="Cluster">Its name.</param>
/// <param name="Channel">Its channel.</param>
/// <param name="From">The moment from which it looks.</param>
/// <param name="Horizon">How far.</param>
/// <param name="Pools">Names of the pools.</param>
/// <param name="FoundBy">How the pools of a dump were recognised; null where they are known.</param>
internal sealed record ForecastSubject(string Cluster, string Channel, Instant From, Duration Horizon, ImmutableArray<string> Pools, string? FoundBy)
{
    public static ForecastSubject Of(ForecastRequest request, ImmutableArray<DiscoveredPool> pools) => new(
        request.Blueprint.Name,
        request.Spec.Channel.ToString(),
        request.From,
        request.Horizon,
        [.. pools.Select(p => p.Spec.Name)],
        string.Join(", ", pools.Select(p => p.FoundBy).Distinct(StringComparer.Ordinal)));
}
