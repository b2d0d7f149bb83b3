using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Presets;
using NodaTime;

namespace Imago.Bench.Forecasts;

/// <summary>Forecast requests over generated clusters.</summary>
internal static class ScaledRequest
{
    public static readonly Instant From = Instant.FromUtc(2026, 7, 20, 0, 0);

    public static readonly NodeImage Target = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.13.0");

    /// <summary>What an automatic run does to a cluster of this shape.</summary>
    /// <param name="settings">Upgrade settings of every pool.</param>
    /// <param name="window">When work may start; null: at any time.</param>
    public static ForecastRequest Of(ClusterShape shape, UpgradeSettings settings, MaintenanceConfiguration? window, Seed seed)
    {
        var blueprint = ScaledCluster.Create(shape, seed);
        var pools = blueprint.Nodes.Select(n => n.Pool).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).Select(name => new PoolSpec
        {
            Name = name,
            Family = shape.Image.Family,
            Kubernetes = new KubernetesVersion(1, 33, 1),
            Settings = settings,

            // One pool of a thousand nodes must have room for its surge.
            Provider = new ProviderCapabilities(CanSurge: true, SizeLimit: 2 * shape.PoolSize),
        });
        return new ForecastRequest
        {
            Blueprint = blueprint,
            Spec = new ClusterSpec { Name = blueprint.Name, Pools = [.. pools], Window = window },
            Catalog = ReleaseCatalog.Of(
                [new ImageRelease(shape.Image, From - Duration.FromDays(30)), new ImageRelease(Target, From - Duration.FromDays(2))], []),
            Seed = seed,
            From = From,
        };
    }

    /// <summary>Four hours in the night to Sunday.</summary>
    public static MaintenanceConfiguration Weekly() => new(
        ConfigurationKind.NodeOsUpgrade,
        new MaintenanceWindow(new Schedule.Weekly(1, IsoDayOfWeek.Sunday), 4, new LocalTime(0, 0), Offset.Zero, new LocalDate(2026, 1, 1), ImmutableArray<BlockedDates>.Empty));
}
