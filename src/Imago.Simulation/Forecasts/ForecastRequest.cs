using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>What to forecast.</summary>
public sealed record ForecastRequest
{
    /// <summary>The cluster as it is.</summary>
    public required ClusterBlueprint Blueprint { get; init; }

    /// <summary>What is asked of it.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>What has been released; releases after <see cref="From"/> are not used, because nobody could know them.</summary>
    public required ReleaseCatalog Catalog { get; init; }

    /// <summary>What the world is like.</summary>
    public WorldSettings World { get; init; } = new();

    public Seed Seed { get; init; } = new(1);

    /// <summary>The instant at which the cluster is as the blueprint says; inclusive.</summary>
    public required Instant From { get; init; }

    /// <summary>How far to look; a rollout that needs longer is pending at the end.</summary>
    public Duration Horizon { get; init; } = Duration.FromDays(28);

    /// <summary>Hears everything that happens; null: nobody does.</summary>
    public ITraceSink? Trace { get; init; }

    /// <summary>Told the virtual time now and then, for progress; null: nobody asks.</summary>
    public Action<Instant>? Progress { get; init; }
}
