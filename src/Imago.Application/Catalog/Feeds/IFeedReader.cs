using Imago.Application.Catalog.Archives;
using NodaTime;

namespace Imago.Application.Catalog.Feeds;

/// <summary>A feed that is fetched.</summary>
/// <param name="Address">Where it lies: an address with https, http or file.</param>
public sealed record FeedSettings(Uri Address)
{
    /// <summary>How often feeds are fetched if nobody says otherwise.</summary>
    public static readonly Duration DefaultInterval = Duration.FromMinutes(5);

    /// <summary>The SHA-256 that it has to have, in lower-case hexadecimal; null: any. A feed that is pinned changes only together with the setting.</summary>
    public string? Sha256 { get; init; }

    /// <summary>File with public keys, one of which has to have signed it: the signature lies beside it, with <c>.asc</c> behind its name; null: signatures are not asked for.</summary>
    public string? Keyring { get; init; }

    /// <summary>How often it is fetched.</summary>
    public Duration Interval { get; init; } = DefaultInterval;
}

/// <summary>A feed as it was fetched and verified.</summary>
/// <param name="Text">Its text.</param>
/// <param name="Tag">Its entity tag; null: none was given.</param>
/// <param name="ModifiedAt">When it was last changed; null: not known.</param>
public sealed record FeedReading(string Text, string? Tag, DateTimeOffset? ModifiedAt);

/// <summary>Fetches feeds and verifies them.</summary>
public interface IFeedReader
{
    /// <summary>Fetches a feed; answers <paramref name="before"/> itself if it has not changed.</summary>
    /// <exception cref="ArchiveException">It could not be read, or is not to be trusted.</exception>
    ValueTask<FeedReading> ReadAsync(FeedSettings settings, FeedReading? before, Instant now, CancellationToken cancellation);
}
