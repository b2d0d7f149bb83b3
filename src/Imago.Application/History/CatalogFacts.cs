using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using NodaTime;

namespace Imago.Application.History;

/// <summary>The releases that a decision could depend on: a catalogue of thousands is a few dozen for one cluster.</summary>
/// <param name="Images">Releases of the families of its pools and nodes.</param>
/// <param name="Patches">Levels of their tracks.</param>
/// <param name="DataEnd">Until when the catalogue was complete.</param>
internal sealed record CatalogFacts(ImmutableArray<ImageRelease> Images, ImmutableArray<PatchRelease> Patches, Instant? DataEnd)
{
    // IM-35 within IM-30: a ring opens at most 14 days after a publication; what is older than that changes nothing by itself any more.
    private static readonly Duration StillOpening = Duration.FromDays(15);
    private const int NewestKept = 6;

    /// <summary>The facts of a decision.</summary>
    public static CatalogFacts Of(ClusterInput input)
    {
        var nodes = input.View.Nodes.Values.Where(n => n.Image.IsKnown).ToList();
        var families = input.Spec.Pools.Select(p => p.Family).OfType<ImageFamily>().Concat(nodes.Select(n => n.Image.Family!)).Distinct().Order().ToList();
        var named = nodes.Select(n => n.Image.Version)
            .Concat(input.Records.Values.Select(r => r.Target).OfType<RolloutTarget.Image>().Where(t => t.Value.IsKnown).Select(t => t.Value.Version))
            .Concat(input.Spec.Pools.Select(p => p.RequestedTarget).OfType<RolloutTarget.Image>().Where(t => t.Value.IsKnown).Select(t => t.Value.Version)).ToHashSet();
        var oldest = nodes.Select(TargetJudge.PatchedLevel).DefaultIfEmpty().Min();
        return new CatalogFacts(
            [.. families.SelectMany(f => ImagesOf(input, f, named))],
            [.. families.Select(f => f.PatchTrack).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).SelectMany(t => PatchesOf(input, t, oldest))],
            input.Catalog.DataEnd);
    }

    /// <summary>A catalogue of the facts.</summary>
    public ReleaseCatalog ToCatalog() => ReleaseCatalog.Of(Images, Patches, DataEnd);

    private static IEnumerable<ImageRelease> ImagesOf(ClusterInput input, ImageFamily family, HashSet<ImageVersion> named)
    {
        var all = input.Catalog.ImagesOf(family);
        var old = all.Where(r => r.PublishedAt <= input.Now - StillOpening && r.WithdrawnAt is null).TakeLast(NewestKept).ToHashSet();
        return all.Where(r => r.PublishedAt > input.Now - StillOpening || (r.WithdrawnAt is not null && !r.NeverReleased) || old.Contains(r) || named.Contains(r.Image.Version));
    }

    // CH-33: every level passed on the way from the oldest node counts; and the newest that are open in the last ring.
    private static IEnumerable<PatchRelease> PatchesOf(ClusterInput input, string track, PatchLevel oldest)
    {
        var all = input.Catalog.PatchesOf(track);
        var open = all.Where(r => r.PublishedAt <= input.Now - StillOpening).TakeLast(NewestKept).ToHashSet();
        return all.Where(r => r.Level >= oldest || r.PublishedAt > input.Now - StillOpening || open.Contains(r));
    }
}
