using System.Security.Cryptography;
using System.Text;
using Imago.Application.Catalog.Archives;
using Imago.Application.Catalog.Feeds;
using NodaTime;

namespace Imago.NodeOs.Archives;

/// <summary>Fetches a feed of releases, and its detached signature where one is asked for.</summary>
public sealed class SignedFeedReader(FileFetch fetch) : IFeedReader
{
    private const int MostBytes = 16 << 20;
    private const int MostSignatureBytes = 1 << 20;

    /// <inheritdoc />
    public async ValueTask<FeedReading> ReadAsync(FeedSettings settings, FeedReading? before, Instant now, CancellationToken cancellation)
    {
        var fetched = await fetch.GetAsync(settings.Address, MostBytes, before?.Tag, before?.ModifiedAt, cancellation);
        if (fetched.Content is not { } content)
        {
            return before!;
        }

        if (settings.Sha256 is { } wanted && Convert.ToHexStringLower(SHA256.HashData(content)) is var hash && hash != wanted)
        {
            throw new ArchiveException(ArchiveProblem.HashMismatch, $"{settings.Address} has SHA-256 {hash}; 'releases.feedSha256' demands {wanted}.");
        }

        if (settings.Keyring is { } keyring)
        {
            var address = new UriBuilder(settings.Address);
            address.Path += ".asc";
            var signature = await fetch.GetAsync(address.Uri, MostSignatureBytes, null, null, cancellation);
            Keyring.Open(keyring).Demand(content, signature.Content!, settings.Address.ToString(), now);
        }

        try
        {
            return new FeedReading(new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(content), fetched.Tag, fetched.ModifiedAt);
        }
        catch (DecoderFallbackException)
        {
            throw new ArchiveException(ArchiveProblem.Malformed, $"{settings.Address} is not text in UTF-8.");
        }
    }
}
