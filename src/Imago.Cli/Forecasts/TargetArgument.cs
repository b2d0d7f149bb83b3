using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary>
/// What <c>--target</c> means for each pool: a bare version is one of the pool's own family; where the catalogue does not know the pool's images, the text itself
/// is the target, and current means equal.
/// </summary>
internal sealed class TargetArgument(string? text, NodeOsChannel channel, ReleaseCatalog catalog, ImmutableArray<PoolSpec> pools)
{
    public RolloutTarget? Of(PoolSpec pool)
    {
        if (text is null)
        {
            return null;
        }

        if (text.AsSpan().Trim().IsEmpty)
        {
            throw new UsageException("--target: the version is missing. Write for example 202607.02.0; `imago images` lists what there is.");
        }

        if (channel == NodeOsChannel.SecurityPatch)
        {
            return PatchLevel.TryParse(text, out var level)
                ? new RolloutTarget.Patch(level, LivePatching: true)
                : throw new InputException($"Target '{text}' is not a patch level, which channel SecurityPatch needs. Write one such as 20260720T000000Z; `imago images` lists them.");
        }

        if (IsKnown(pool))
        {
            return OfFamily(pool.Family!) is { } image ? new RolloutTarget.Image(image) : null;
        }

        return MeansTheCatalogue() ? null : new RolloutTarget.Opaque(text);
    }

    /// <summary>Refuses a target that is right for no pool at all: it was mistyped.</summary>
    /// <exception cref="InputException">No pool takes it.</exception>
    public void RefuseIfNoPoolTakesIt(ClusterSpec spec, Instant from)
    {
        // Channels that act on nothing say so for every node.
        if (text is null || channel is not (NodeOsChannel.NodeImage or NodeOsChannel.SecurityPatch))
        {
            return;
        }

        var input = new ClusterInput { Now = from, View = ClusterView.Empty, Spec = spec, Catalog = catalog };
        var answers = spec.Pools.Where(p => p.RequestedTarget is not null).Select(p => TargetChooser.For(input, p)).ToList();
        if (answers.Count > 0 && answers.TrueForAll(a => a.Target is null))
        {
            throw new InputException(string.Join(' ', answers.Select(a => a.Why!.Message).Distinct(StringComparer.Ordinal)));
        }
    }

    private bool IsKnown(PoolSpec pool) => pool.Family is { } family && catalog.Knows(family);

    // Null: the text is meant for pools that the catalogue does not know, and this one follows its channel.
    private NodeImage? OfFamily(ImageFamily family)
    {
        var whole = NodeImage.Parse(text);
        var image = whole.IsKnown ? whole : NodeImage.Parse($"{family}-{text}");
        return image.IsKnown ? image
            : pools.All(IsKnown) ? throw new InputException($"Target '{text}' is no version of family '{family}'. Write one such as 202607.02.0; `imago images --family {family}` lists them.")
            : null;
    }

    // In a mixed cluster a version of the catalogue is meant for the pools that it knows, and is nothing that others could run.
    private bool MeansTheCatalogue() =>
        (NodeImage.Parse(text) is { Family: { } named } && catalog.Knows(named))
        || pools.Any(p => IsKnown(p) && catalog.Find(NodeImage.Parse($"{p.Family}-{text}")) is not null);
}
