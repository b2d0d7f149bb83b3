using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>
/// What has been released, as an immutable value. Every question names the instant as of which it is asked; a ring delays what is asked for by the
/// ring's opening time.
/// </summary>
/// <remarks>Rules: IM-9, IM-30…38, CH-33.</remarks>
public sealed class ReleaseCatalog
{
    private readonly ImmutableDictionary<ImageFamily, ImmutableArray<ImageRelease>> _images;
    private readonly ImmutableDictionary<string, ImmutableArray<PatchRelease>> _patches;

    private ReleaseCatalog(
        ImmutableDictionary<ImageFamily, ImmutableArray<ImageRelease>> images, ImmutableDictionary<string, ImmutableArray<PatchRelease>> patches, Instant? dataEnd)
    {
        _images = images;
        _patches = patches;
        DataEnd = dataEnd;
    }

    /// <summary>A catalogue without releases.</summary>
    public static ReleaseCatalog Empty { get; } = Of([], []);

    /// <summary>Publication of the newest release known; null for an empty catalogue. Questions about later instants are answered from older data.</summary>
    public Instant? DataEnd { get; }

    /// <summary>The families, in ordinal order.</summary>
    public IEnumerable<ImageFamily> Families => _images.Keys.Order();

    /// <summary>The patch tracks, in ordinal order.</summary>
    public IEnumerable<string> Tracks => _patches.Keys.Order(StringComparer.Ordinal);

    /// <summary>Builds a catalogue. Unknown images are left out; of releases of the same image the last one counts.</summary>
    public static ReleaseCatalog Of(IEnumerable<ImageRelease> images, IEnumerable<PatchRelease> patches)
    {
        var byFamily = images.Where(r => r.Image.IsKnown).GroupBy(r => r.Image.Family!)
            .ToImmutableDictionary(g => g.Key, g => g.GroupBy(r => r.Image).Select(same => same.Last()).OrderBy(r => r.Image.Version).ToImmutableArray());
        var byTrack = patches.GroupBy(r => r.Track, StringComparer.Ordinal)
            .ToImmutableDictionary(g => g.Key, g => g.OrderBy(r => r.Level).ToImmutableArray(), StringComparer.Ordinal);
        var published = byFamily.Values.SelectMany(f => f.Select(r => r.PublishedAt)).Concat(byTrack.Values.SelectMany(t => t.Select(r => r.PublishedAt))).ToList();
        return new ReleaseCatalog(byFamily, byTrack, published.Count == 0 ? null : published.Max());
    }

    /// <summary>Whether the instant lies after the end of the data: newer releases may exist that this catalogue does not know.</summary>
    public bool LiesAfterData(Instant asOf) => DataEnd is not { } end || asOf > end + Duration.FromDays(7);

    /// <summary>Whether the family is in the catalogue.</summary>
    public bool Knows(ImageFamily family) => _images.ContainsKey(family);

    /// <summary>All releases of a family, oldest version first; empty for a family that is not in the catalogue.</summary>
    public ImmutableArray<ImageRelease> ImagesOf(ImageFamily family) => _images.TryGetValue(family, out var releases) ? releases : [];

    /// <summary>All levels of a track, oldest first.</summary>
    public ImmutableArray<PatchRelease> PatchesOf(string track) => _patches.TryGetValue(track, out var releases) ? releases : [];

    /// <summary>The newest image of a family that may be a target in the ring at the instant; null if there is none.</summary>
    /// <remarks>
    /// IM-32: only what has been published there. IM-36: a respin is simply newer. IM-37: a withdrawn image stops being a target at once. IM-43: the last
    /// image of a retired family stays the latest.
    /// </remarks>
    public ImageRelease? LatestImage(ImageFamily family, ReleaseRing? ring, Instant asOf)
    {
        var releases = ImagesOf(family);
        for (var i = releases.Length - 1; i >= 0; i--)
        {
            if (IsTarget(releases[i], ring, asOf))
            {
                return releases[i];
            }
        }

        return null;
    }

    /// <summary>The newest image published anywhere at the instant, whether or not the ring has it yet.</summary>
    public ImageRelease? NewestAnywhere(ImageFamily family, Instant asOf) => LatestImage(family, null, asOf);

    /// <summary>The image a family had before, newest first: what was current earlier and is not withdrawn.</summary>
    /// <remarks>IM-34: the three before the current one.</remarks>
    public IEnumerable<ImageRelease> Previous(ImageFamily family, ReleaseRing? ring, Instant asOf) =>
        ImagesOf(family).Reverse().Where(r => IsTarget(r, ring, asOf)).Skip(1).Take(3);

    /// <summary>The release of an image, or null.</summary>
    public ImageRelease? Find(NodeImage image) =>
        image.IsKnown ? ImagesOf(image.Family).FirstOrDefault(r => r.Image.Equals(image.WithoutPatch())) : null;

    /// <summary>Whether an image has been withdrawn by then (IM-37).</summary>
    public bool IsWithdrawn(NodeImage image, Instant asOf) => Find(image)?.WithdrawnAt is { } at && at <= asOf;

    /// <summary>The newest patch level of a track that may be a target in the ring at the instant; null if there is none.</summary>
    public PatchRelease? LatestPatch(string track, ReleaseRing? ring, Instant asOf)
    {
        var releases = PatchesOf(track);
        for (var i = releases.Length - 1; i >= 0; i--)
        {
            if (Opens(releases[i].PublishedAt, ring) <= asOf)
            {
                return releases[i];
            }
        }

        return null;
    }

    /// <summary>Whether going from one level to another on the image's track needs a reboot; null if the track is not known.</summary>
    /// <remarks>CH-33: if any level passed on the way, (from, to], needs one.</remarks>
    public bool? RebootNeeded(NodeImage image, PatchLevel from, PatchLevel to)
    {
        if (image.Family?.PatchTrack is not { } track || !_patches.TryGetValue(track, out var releases))
        {
            return null;
        }

        return releases.Any(r => r.Level > from && r.Level <= to && r.NeedsReboot);
    }

    /// <summary>The next instant after <paramref name="asOf"/> at which the answer for this family in this ring can change; null if none is known.</summary>
    public Instant? NextChange(ImageFamily family, ReleaseRing? ring, Instant asOf)
    {
        Instant? next = null;
        foreach (var release in ImagesOf(family))
        {
            Consider(Opens(release.PublishedAt, ring));
            if (release.WithdrawnAt is { } withdrawn)
            {
                Consider(withdrawn);
            }
        }

        if (family.PatchTrack is { } track)
        {
            foreach (var release in PatchesOf(track))
            {
                Consider(Opens(release.PublishedAt, ring));
            }
        }

        return next;

        void Consider(Instant at)
        {
            if (at > asOf && (next is not { } present || at < present))
            {
                next = at;
            }
        }
    }

    /// <summary>When a ring gets what is published at an instant.</summary>
    public static Instant Opens(Instant publishedAt, ReleaseRing? ring) => publishedAt + (ring?.OpensAfter ?? Duration.Zero);

    private static bool IsTarget(ImageRelease release, ReleaseRing? ring, Instant asOf) =>
        Opens(release.PublishedAt, ring) <= asOf && !(release.WithdrawnAt is { } withdrawn && withdrawn <= asOf);
}
