using System.Collections.Immutable;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Worlds;

namespace Imago.Faults.Tests.Generating;

/// <summary>How fast the infrastructure is and how it behaves.</summary>
internal static class WorldGenerator
{
    public static WorldSettings Of(Dice dice, ImmutableHashSet<string> badImages) => new()
    {
        Timing = (new TimingModel() with { Spread = dice.Pick(0, 0.1, 0.5) }).Times(dice.Pick(0.2, 1, 1, 2.5)),
        BadImages = badImages,
        SpareNodes = dice.Chance(0.7) ? null : dice.Between(0, 3),
        CapacityCode = dice.PickFrom(CapacityErrors.All),
        ReimageReplacesNode = dice.Chance(0.5),
    };
}
