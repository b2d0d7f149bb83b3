using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>
/// What has been released, as an immutable value. Every question names the instant as of which it is asked; a ring delays what is asked for by the
/// ring's opening time.
/// </summary>
/// <remarks>
/// Rules: IM-9, IM-30…38, CH-33. IM-33: images and security patches are trains of their own, here as there. The questions that planners ask in every pass (<see cref="LatestImage"/>, <see cref="LatestPatch"/>, <see cref="NextChange"/>,
/// <see cref="Find"/>) are binary searches and allocate nothing.
/// </remarks>
public sealed class ReleaseCatalog
{
    private readonly Dictionary<ImageFamily, Lazy<FamilyReleases>> _images;
    private readonly Dictionary<string, Lazy<TrackReleases>> _patches;

    private ReleaseCatalog(Dictionary<ImageFamily, Lazy<FamilyReleases>> images, Dictionary<string, Lazy<TrackReleases>> patches, Instant? dataEnd)
    {
        _images = images;
        _patches = patches;
        DataEnd = dataEnd;
        Families = [.. images.Keys.Order()];
        Tracks = [.. patches.Keys.Order(StringComparer.Ordinal)];
    }

    /// <summary>A catalogue without releases.</summary>
    public static ReleaseCatalog Empty { get; } = Of([], []);

    /// <summary>IM-31: images come about weekly, but once took 28 days; a shorter silence means nothing.</summary>
    public static readonly Duration NormalSilence = Duration.FromDays(28);

    /// <summary>Until when the data is complete: what was said when it was built, else the newest publication; null for an empty catalogue.</summary>
    public Instant? DataEnd { get; }

    /// <summary>The families, in ordinal order.</summary>
    public ImmutableArray<ImageFamily> Families { get; }

    /// <summary>The patch tracks, in ordinal order.</summary>
    public ImmutableArray<string> Tracks { get; }

    /// <summary>Builds a catalogue. Unknown images are left out; of releases of the same image, or the same level of a track, the last one counts.</summary>
    /// <param name="images">Releases of images; a patch part of an image is dropped, because only base images are released.</param>
    /// <param name="patches">Releases of patch levels.</param>
    /// <param name="dataEnd">Until when the data is complete; null: until the newest publication in it.</param>
    public static ReleaseCatalog Of(IEnumerable<ImageRelease> images, IEnumerable<PatchRelease> patches, Instant? dataEnd = null)
    {
        var byFamily = images.Where(r => r.Image.IsKnown).ToLookup(r => r.Image.Family!);
        var byTrack = patches.ToLookup(r => r.Track, StringComparer.Ordinal);
        var published = byFamily.SelectMany(f => f.Select(r => r.PublishedAt)).Concat(byTrack.SelectMany(t => t.Select(r => r.PublishedAt))).ToList();
        return new ReleaseCatalog(
            byFamily.ToDictionary(f => f.Key, f => new Lazy<FamilyReleases>(new FamilyReleases(f))),
            byTrack.ToDictionary(t => t.Key, t => new Lazy<TrackReleases>(new TrackReleases(t)), StringComparer.Ordinal),
            dataEnd ?? (published.Count == 0 ? null : published.Max()));
    }

    /// <summary>Builds a catalogue whose families and tracks are read when they are first asked about, each at most once.</summary>
    /// <param name="images">The releases of each family; has to give the same every time, and releases of that family only.</param>
    /// <param name="patches">The levels of each track, likewise.</param>
    /// <param name="dataEnd">Until when the data is complete.</param>
    public static ReleaseCatalog OfSections(
        IReadOnlyDictionary<ImageFamily, Func<IEnumerable<ImageRelease>>> images, IReadOnlyDictionary<string, Func<IEnumerable<PatchRelease>>> patches, Instant dataEnd) =>
        new(
            images.ToDictionary(f => f.Key, f => new Lazy<FamilyReleases>(() => new FamilyReleases(f.Value()))),
            patches.ToDictionary(t => t.Key, t => new Lazy<TrackReleases>(() => new TrackReleases(t.Value())), StringComparer.Ordinal),
            dataEnd);

    /// <summary>Whether the instant lies after the end of the data: newer releases may exist that this catalogue does not know.</summary>
    public bool LiesAfterData(Instant asOf) => DataEnd is not { } end || asOf > end;

    /// <summary>Whether the family is in the catalogue.</summary>
    public bool Knows(ImageFamily family) => _images.ContainsKey(family);

    /// <summary>All releases of a family, oldest version first; empty for a family that is not in the catalogue.</summary>
    public ImmutableArray<ImageRelease> ImagesOf(ImageFamily family) => _images.TryGetValue(family, out var releases) ? releases.Value.ByVersion : [];

    /// <summary>All levels of a track, oldest first.</summary>
    public ImmutableArray<PatchRelease> PatchesOf(string track) => _patches.TryGetValue(track, out var releases) ? releases.Value.ByLevel : [];

    /// <summary>The newest image of a family that may be a target in the ring at the instant; null if there is none.</summary>
    /// <remarks>
    /// IM-32: only what has been published there. IM-36: a respin is simply newer. IM-37: a withdrawn image stops being a target at once, in every ring.
    /// IM-43: the last image of a retired family stays the latest.
    /// </remarks>
    public ImageRelease? LatestImage(ImageFamily family, ReleaseRing? ring, Instant asOf) =>
        _images.TryGetValue(family, out var releases) ? releases.Value.Latest(Delay(ring), asOf) : null;

    /// <summary>The newest image published anywhere at the instant, whether or not the ring has it yet.</summary>
    public ImageRelease? NewestAnywhere(ImageFamily family, Instant asOf) => LatestImage(family, null, asOf);

    /// <summary>The images that may be a target in the ring at the instant, older than the latest, newest first, at most three.</summary>
    /// <remarks>IM-34: the three before the current one.</remarks>
    public IEnumerable<ImageRelease> Previous(ImageFamily family, ReleaseRing? ring, Instant asOf) =>
        ImagesOf(family).Reverse().Where(r => IsTarget(r, ring, asOf)).Skip(1).Take(3);

    /// <summary>The release of an image, whatever its patch part; null if it is not in the catalogue.</summary>
    public ImageRelease? Find(NodeImage image) =>
        image.IsKnown && _images.TryGetValue(image.Family, out var releases) ? releases.Value.Find(image.Version) : null;

    /// <summary>The release of a level of a track; null if it is not in the catalogue.</summary>
    public PatchRelease? FindPatch(string track, PatchLevel level) => _patches.TryGetValue(track, out var releases) ? releases.Value.Find(level) : null;

    /// <summary>Whether an image has been withdrawn by then (IM-37).</summary>
    public bool IsWithdrawn(NodeImage image, Instant asOf) => Find(image)?.WithdrawnAt is { } at && at <= asOf;

    /// <summary>The newest patch level of a track that may be a target in the ring at the instant; null if there is none.</summary>
    public PatchRelease? LatestPatch(string track, ReleaseRing? ring, Instant asOf) =>
        _patches.TryGetValue(track, out var releases) ? releases.Value.Latest(Delay(ring), asOf) : null;

    /// <summary>
    /// Whether going from one level to another on the image's track needs a reboot; null if that is not known: the track is not in the catalogue, or levels on the
    /// way are missing from it.
    /// </summary>
    /// <remarks>CH-33: if any level passed on the way, (from, to], needs one.</remarks>
    public bool? RebootNeeded(NodeImage image, PatchLevel from, PatchLevel to) =>
        image.Family?.PatchTrack is { } track && _patches.TryGetValue(track, out var releases) ? releases.Value.RebootNeeded(from, to) : null;

    /// <summary>The next instant after <paramref name="asOf"/> at which the answer for this family in this ring can change; null if none is known.</summary>
    public Instant? NextChange(ImageFamily family, ReleaseRing? ring, Instant asOf)
    {
        var delay = Delay(ring);
        var ofImages = _images.TryGetValue(family, out var images) ? images.Value.NextChange(delay, asOf) : null;
        var ofPatches = family.PatchTrack is { } track && _patches.TryGetValue(track, out var patches) ? patches.Value.NextChange(delay, asOf) : null;
        return ofImages < ofPatches || ofPatches is null ? ofImages : ofPatches;
    }

    /// <summary>How long nothing new was released for a family; null if nothing had been released by then. Notable beyond <see cref="NormalSilence"/>.</summary>
    /// <remarks>IM-31.</remarks>
    public Duration? SilenceOf(ImageFamily family, Instant asOf) => NewestAnywhere(family, asOf) is { } newest ? asOf - newest.PublishedAt : null;

    /// <summary>When a ring gets what is published at an instant.</summary>
    public static Instant Opens(Instant publishedAt, ReleaseRing? ring) => publishedAt + Delay(ring);

    /// <summary>Whether a release may be a target in a ring at an instant (IM-32, IM-37).</summary>
    public static bool IsTarget(ImageRelease release, ReleaseRing? ring, Instant asOf) =>
        Opens(release.PublishedAt, ring) <= asOf && !(release.WithdrawnAt is { } withdrawn && withdrawn <= asOf);

    private static Duration Delay(ReleaseRing? ring) => ring?.OpensAfter ?? Duration.Zero;
}
