using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>A catalogue with what was published beside it.</summary>
public static class PublishedCatalog
{
    /// <summary>A catalogue with further releases; where both know one, the published one counts, so that a withdrawal can be published, too (IM-37).</summary>
    public static ReleaseCatalog With(ReleaseCatalog shipped, IEnumerable<PublishedRelease> published)
    {
        var all = published.ToList();
        var images = all.Select(p => p.Image).OfType<ImageRelease>().ToLookup(r => r.Image.Family!);
        var patches = all.Select(p => p.Patch).OfType<PatchRelease>().ToLookup(r => r.Track, StringComparer.Ordinal);
        return all.Count == 0
            ? shipped
            : ReleaseCatalog.OfSections(
                shipped.Families.Union(images.Select(f => f.Key)).ToDictionary(
                    f => f, Func<IEnumerable<ImageRelease>> (f) => () => shipped.ImagesOf(f).Concat(images[f])),
                shipped.Tracks.Union(patches.Select(t => t.Key), StringComparer.Ordinal).ToDictionary(
                    t => t, Func<IEnumerable<PatchRelease>> (t) => () => shipped.PatchesOf(t).Concat(patches[t]), StringComparer.Ordinal),
                all.Select(p => p.PublishedAt).Append(shipped.DataEnd ?? Instant.MinValue).Max());
    }
}
