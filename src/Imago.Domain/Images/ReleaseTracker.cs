using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>A region as the tracker sees it.</summary>
/// <param name="Name">Name.</param>
/// <param name="Ring">Ring that decides when releases reach it.</param>
public sealed record TrackedRegion(string Name, ReleaseRing Ring);

/// <summary>What one family is at in one region.</summary>
/// <param name="Family">The family.</param>
/// <param name="Current">Its newest version there; null if none has reached it.</param>
/// <param name="Previous">The up to three versions before, newest first.</param>
/// <param name="SecurityPatch">Newest patch level there; null without a track or before the first.</param>
public sealed record FamilyInRegion(ImageFamily Family, ImageVersion? Current, ImmutableArray<ImageVersion> Previous, PatchLevel? SecurityPatch);

/// <summary>Everything tracked in one region.</summary>
public sealed record RegionReleases(TrackedRegion Region, ImmutableArray<FamilyInRegion> Families);

/// <summary>The answer of the release tracker at an instant: what is current in each region, and in which order versions get there.</summary>
/// <param name="AsOf">The instant.</param>
/// <param name="AfterData">Whether the instant lies after the end of the data.</param>
/// <param name="Regions">By ring, then name.</param>
/// <remarks>Rules: IM-34, IM-35.</remarks>
public sealed record ReleaseTracker(Instant AsOf, bool AfterData, ImmutableArray<RegionReleases> Regions)
{
    /// <summary>The order by version: regions that have it, in the order in which it reached them (ring, then name).</summary>
    public IEnumerable<(ImageVersion Version, ImmutableArray<string> Regions)> ByVersion(ImageFamily family) =>
        Regions.SelectMany(r => VersionsIn(r, family)).Distinct().OrderDescending()
            .Select(version => (version, (ImmutableArray<string>)[.. Regions.Where(r => VersionsIn(r, family).Contains(version)).Select(r => r.Region.Name)]));

    /// <summary>The order by region: its versions, oldest first.</summary>
    public IEnumerable<(string Region, ImmutableArray<ImageVersion> Versions)> ByRegion(ImageFamily family) =>
        Regions.Select(r => (r.Region.Name, (ImmutableArray<ImageVersion>)[.. VersionsIn(r, family).Reverse()]));

    /// <summary>Asks the catalogue for every region and family.</summary>
    public static ReleaseTracker Of(ReleaseCatalog catalog, IEnumerable<TrackedRegion> regions, IEnumerable<ImageFamily> families, Instant asOf)
    {
        ImmutableArray<ImageFamily> tracked = [.. families.Order()];
        return new ReleaseTracker(asOf, catalog.LiesAfterData(asOf), [
            .. regions.OrderBy(r => r.Ring.OpensAfter).ThenBy(r => r.Name, StringComparer.Ordinal)
                .Select(region => new RegionReleases(region, [.. tracked.Select(family => In(catalog, region, family, asOf))])),
        ]);
    }

    private static FamilyInRegion In(ReleaseCatalog catalog, TrackedRegion region, ImageFamily family, Instant asOf) => new(
        family,
        catalog.LatestImage(family, region.Ring, asOf)?.Image.Version,
        [.. catalog.Previous(family, region.Ring, asOf).Select(r => r.Image.Version)],
        family.PatchTrack is { } track ? catalog.LatestPatch(track, region.Ring, asOf)?.Level : null);

    private static IEnumerable<ImageVersion> VersionsIn(RegionReleases region, ImageFamily family) =>
        region.Families.Where(f => f.Family == family).SelectMany(f => f.Current is { } current ? f.Previous.Prepend(current) : []);
}
