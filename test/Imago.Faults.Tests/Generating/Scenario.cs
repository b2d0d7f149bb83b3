using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>Everything a run starts from; all of it follows from the seed.</summary>
internal sealed record Scenario
{
    public static readonly Instant Start = Instant.FromUtc(2026, 8, 10, 0, 0);

    public required Seed Seed { get; init; }

    public required ClusterBlueprint Blueprint { get; init; }

    public required WorldSettings World { get; init; }

    public required ClusterSpec Spec { get; init; }

    public required ReleaseCatalog Catalog { get; init; }

    /// <summary>Whether the catalogue names releases before they are published, as a simulated one does; otherwise they turn up when they are.</summary>
    public required bool CatalogKnowsTheFuture { get; init; }

    public required FaultSet Faults { get; init; }

    /// <summary>From here on nothing goes wrong any more.</summary>
    public required Instant HealAt { get; init; }

    /// <summary>How long the run goes on after that.</summary>
    public required Duration Settling { get; init; }

    /// <summary>Whether its pools are machines that are patched in place.</summary>
    public bool Machines { get; init; }

    /// <summary>The same kind of run, with machines that agents patch in place.</summary>
    public static Scenario OfMachines(Seed seed) => MachineGenerator.Over(Of(seed));

    public static Scenario Of(Seed seed)
    {
        var start = new Dice(seed, "run");
        var heal = Start + Duration.FromMinutes(start.Between(3 * 60, 60 * 60));
        var spec = SpecGenerator.WithBarePods(SpecGenerator.Of(new Dice(seed, "spec")), new Dice(seed, "bare pods"));
        spec = SpecGenerator.WithReboots(spec, new Dice(seed, "reboot policy"));
        var (catalog, world) = ReleaseGenerator.Of(new Dice(seed, "releases"), spec, heal);
        return new Scenario
        {
            Seed = seed,
            Blueprint = ClusterGenerator.WithPendingReboots(ClusterGenerator.Of(new Dice(seed, "cluster"), spec), spec, new Dice(seed, "pending reboots")),
            World = WorldGenerator.Of(new Dice(seed, "world"), world),
            Spec = spec,
            Catalog = catalog,
            CatalogKnowsTheFuture = start.Chance(0.5),
            Faults = FaultSet.Of(new Dice(seed, "faults")),
            HealAt = heal,
            Settling = Duration.FromDays(spec.Window is null ? 4 : spec.Window.Times is Domain.Maintenance.MaintenanceWindow { Schedule: Domain.Maintenance.Schedule.Daily } ? 12 : 40),
        };
    }
}
