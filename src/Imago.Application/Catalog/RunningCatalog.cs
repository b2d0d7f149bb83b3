using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Catalog.Feeds;
using Imago.Application.Storage;
using Imago.Domain.Images;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>Families and tracks whose releases have changed.</summary>
/// <param name="Families">Families of images.</param>
/// <param name="Tracks">Tracks of patch levels.</param>
public sealed record CatalogChange(ImmutableHashSet<ImageFamily> Families, ImmutableHashSet<string> Tracks)
{
    /// <summary>Whether nothing has changed.</summary>
    public bool IsEmpty => Families.IsEmpty && Tracks.IsEmpty;

    /// <summary>Whether pools of that image are concerned.</summary>
    public bool Concerns(NodeImage image) => image.IsKnown && (Families.Contains(image.Family) || (image.Family.PatchTrack is { } track && Tracks.Contains(track)));
}

/// <summary>
/// The releases that count in a running server: the history that ships with the product, what was published into the server, and a feed, which is read again when it
/// changes. Of the same image or level the feed counts over what was published, and both over the shipped history.
/// </summary>
/// <remarks>Rules: IM-30, IM-32, IM-37.</remarks>
public sealed partial class RunningCatalog(ReleaseCatalog shipped, IStore store, IReleaseFeed? feed, TimeProvider clock, ILogger<RunningCatalog> logger) : ICatalogSource, IDisposable
{
    private readonly SemaphoreSlim _looking = new(1);
    private readonly ReleaseCatalog _shipped = shipped;
    private ReleaseCatalog _current = shipped;
    private ImmutableDictionary<string, PublishedRelease> _published = ImmutableDictionary<string, PublishedRelease>.Empty;
    private IReadOnlyList<PublishedRelease> _feed = [];

    /// <inheritdoc />
    public ReleaseCatalog Current => Volatile.Read(ref _current);

    /// <summary>Looks at the store and the feed; answers what has changed since the last look.</summary>
    /// <exception cref="StoreUnavailableException">The store does not answer; what counted goes on to count.</exception>
    public async ValueTask<CatalogChange> LookAsync(CancellationToken cancellation)
    {
        await _looking.WaitAsync(cancellation);
        try
        {
            await ReadFeedAsync(Instant.FromDateTimeOffset(clock.GetUtcNow()), cancellation);
            var releases = new Dictionary<string, PublishedRelease>(StringComparer.Ordinal);
            foreach (var stored in await store.ReleasesAsync(cancellation))
            {
                if (JsonNode.Parse(stored.Json) is JsonObject json && ReleaseText.Read(json, Instant.MinValue).Release is { } release)
                {
                    releases[release.Name] = release;
                }
                else
                {
                    LogUnreadable(logger, stored.Name);
                }
            }

            foreach (var release in _feed)
            {
                releases[release.Name] = release;
            }

            var next = releases.ToImmutableDictionary(StringComparer.Ordinal);
            var change = Between(_published, next);
            if (!change.IsEmpty)
            {
                _published = next;
                Volatile.Write(ref _current, PublishedCatalog.With(_shipped, next.Values));
            }

            return change;
        }
        finally
        {
            _looking.Release();
        }
    }

    /// <inheritdoc />
    public void Dispose() => _looking.Dispose();

    private static CatalogChange Between(ImmutableDictionary<string, PublishedRelease> before, ImmutableDictionary<string, PublishedRelease> after)
    {
        // An image or level that is gone from the feed counts as changed, too: what shipped with the product counts again.
        var changed = before.Keys.Union(after.Keys, StringComparer.Ordinal).Where(n => before.GetValueOrDefault(n) != after.GetValueOrDefault(n))
            .SelectMany(n => new[] { before.GetValueOrDefault(n), after.GetValueOrDefault(n) }).OfType<PublishedRelease>().ToList();
        return new CatalogChange(
            [.. changed.Select(r => r.Image?.Image.Family).OfType<ImageFamily>()], changed.Select(r => r.Patch?.Track).OfType<string>().ToImmutableHashSet(StringComparer.Ordinal));
    }

    private async ValueTask ReadFeedAsync(Instant now, CancellationToken cancellation)
    {
        if (feed is null || await feed.ChangedTextAsync(cancellation) is not { } text)
        {
            return;
        }

        var (releases, problems) = ReleaseFeed.Read(text, now);
        if (problems.Count > 0)
        {
            LogRefused(logger, feed.Name, string.Join(" ", problems));
            return;
        }

        _feed = releases;
        LogRead(logger, feed.Name, releases.Count);
    }
}
