using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Imago.Application.Catalog.Archives;

namespace Imago.NodeOs.Archives;

/// <summary>Fetches single files by http, https and from the file system: whole, within a size and a time, and only when they have changed.</summary>
/// <remarks>A file is kept in memory: what is fetched here is some megabytes at most, and has to be hashed before the first byte of it is believed.</remarks>
public sealed class FileFetch : IDisposable
{
    private const int Chunk = 1 << 16;

    private readonly HttpClient _client;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _clock;

    /// <summary>Fetches with one limit for every file.</summary>
    /// <param name="clock">What the time limit is measured with.</param>
    /// <param name="patience">How long one file may take.</param>
    public FileFetch(TimeProvider clock, TimeSpan patience)
    {
        _clock = clock;
        _patience = patience;

        // Proxies come from the environment, as for every program. Nothing is followed from https to http; that is the handler's own rule.
        _client = new HttpClient(new SocketsHttpHandler { ConnectTimeout = patience, PooledConnectionLifetime = TimeSpan.FromMinutes(5), MaxAutomaticRedirections = 5 })
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        _client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("imago", typeof(FileFetch).Assembly.GetName().Version?.ToString(3)));
    }

    public void Dispose() => _client.Dispose();

    /// <summary>Fetches a file.</summary>
    /// <param name="address">An address with http, https or file.</param>
    /// <param name="mostBytes">The most that is read.</param>
    /// <param name="tag">The tag that it had before; null: it is fetched in any case.</param>
    /// <param name="modifiedAt">When it had last been changed; null: not known.</param>
    /// <param name="cancellation">Ends it.</param>
    internal async ValueTask<FetchedFile> GetAsync(Uri address, int mostBytes, string? tag, DateTimeOffset? modifiedAt, CancellationToken cancellation)
    {
        using var late = new CancellationTokenSource(_patience, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation, late.Token);
        try
        {
            return address.IsFile ? await OfFileAsync(address, mostBytes, modifiedAt, either.Token) : await OfServerAsync(address, mostBytes, tag, modifiedAt, either.Token);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !cancellation.IsCancellationRequested)
        {
            throw new ArchiveException(ArchiveProblem.Unreachable, string.Create(CultureInfo.InvariantCulture, $"{address} did not answer in full within {_patience.TotalSeconds:0} seconds."));
        }
        catch (Exception failure) when (failure is HttpRequestException or IOException or UnauthorizedAccessException)
        {
            throw new ArchiveException(ArchiveProblem.Unreachable, $"{address} cannot be read: {Innermost(failure)}");
        }
    }

    private static async ValueTask<FetchedFile> OfFileAsync(Uri address, int mostBytes, DateTimeOffset? modifiedAt, CancellationToken cancellation)
    {
        var file = new FileInfo(address.LocalPath);
        if (!file.Exists)
        {
            throw new ArchiveException(ArchiveProblem.NotFound, $"{address.LocalPath} does not exist.");
        }

        var written = new DateTimeOffset(file.LastWriteTimeUtc, TimeSpan.Zero);
        if (written == modifiedAt)
        {
            return new FetchedFile(null, null, written);
        }

        await using var stream = file.OpenRead();
        return new FetchedFile(await WholeAsync(stream, address, mostBytes, cancellation), null, written);
    }

    private async ValueTask<FetchedFile> OfServerAsync(Uri address, int mostBytes, string? tag, DateTimeOffset? modifiedAt, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (tag is not null && EntityTagHeaderValue.TryParse(tag, out var known))
        {
            request.Headers.IfNoneMatch.Add(known);
        }

        request.Headers.IfModifiedSince = modifiedAt;
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        if (answer.StatusCode == HttpStatusCode.NotModified && (tag ?? (object?)modifiedAt) is not null)
        {
            return new FetchedFile(null, tag, modifiedAt);
        }

        if (answer.StatusCode is HttpStatusCode.NotFound or HttpStatusCode.Gone)
        {
            throw new ArchiveException(ArchiveProblem.NotFound, $"{address} does not exist there ({(int)answer.StatusCode}).");
        }

        if (answer.StatusCode != HttpStatusCode.OK)
        {
            throw new ArchiveException(ArchiveProblem.Unreachable, $"{address} answers {(int)answer.StatusCode} {answer.ReasonPhrase}.");
        }

        if (answer.Content.Headers.ContentLength > mostBytes)
        {
            throw TooLarge(address, mostBytes);
        }

        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        return new FetchedFile(await WholeAsync(stream, address, mostBytes, cancellation), answer.Headers.ETag?.ToString(), answer.Content.Headers.LastModified);
    }

    private static async ValueTask<byte[]> WholeAsync(Stream stream, Uri address, int mostBytes, CancellationToken cancellation)
    {
        using var whole = new MemoryStream();
        var chunk = new byte[Chunk];
        int read;
        while ((read = await stream.ReadAsync(chunk, cancellation)) > 0)
        {
            if (whole.Length + read > mostBytes)
            {
                throw TooLarge(address, mostBytes);
            }

            whole.Write(chunk, 0, read);
        }

        return whole.ToArray();
    }

    private static ArchiveException TooLarge(Uri address, int mostBytes) =>
        new(ArchiveProblem.TooLarge, string.Create(CultureInfo.InvariantCulture, $"{address} is larger than {mostBytes} bytes, more than such a file can be."));

    private static string Innermost(Exception failure) => failure.InnerException is { } inner ? Innermost(inner) : failure.Message;
}
