using System.Text.Json.Nodes;
using Imago.Application.Storage;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>
/// The catalogue that comes with the product together with what was published into this installation. Refreshed after a publication in this process; hosts refresh
/// it now and then for what others published.
/// </summary>
public sealed class StoredCatalog(IStore store, ReleaseCatalog shipped) : ICatalogSource
{
    private readonly ReleaseCatalog _shipped = shipped;
    private ReleaseCatalog _current = shipped;

    public ReleaseCatalog Current => Volatile.Read(ref _current);

    /// <summary>Takes what is stored by now.</summary>
    public async ValueTask RefreshAsync(CancellationToken cancellation)
    {
        var releases = await store.ReleasesAsync(cancellation);
        Volatile.Write(ref _current, With(_shipped, releases.Select(ReadStored).OfType<PublishedRelease>()));
    }

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

    // Validated when it was published; what an older program wrote and this one cannot read is not a release to it.
    private static PublishedRelease? ReadStored(StoredRelease stored) =>
        JsonNode.Parse(stored.Json) is JsonObject json ? ReleaseText.Read(json, Instant.MinValue).Release : null;
}
