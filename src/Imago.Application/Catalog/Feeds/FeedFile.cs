using Microsoft.Extensions.Logging;

namespace Imago.Application.Catalog.Feeds;

/// <summary>A feed in a file of this machine, read again when its length or time of change differs. Who may write to the file is its integrity.</summary>
public sealed partial class FeedFile(string path, ILogger logger) : IReleaseFeed
{
    private (long Length, DateTime WrittenAt)? _seen;

    /// <inheritdoc />
    public string Name => path;

    /// <inheritdoc />
    public async ValueTask<string?> ChangedTextAsync(CancellationToken cancellation)
    {
        try
        {
            var file = new FileInfo(path);
            (long, DateTime)? seen = file.Exists ? (file.Length, file.LastWriteTimeUtc) : null;
            if (seen == _seen)
            {
                return null;
            }

            _seen = seen;
            if (seen is null)
            {
                // A feed that is being replaced may be absent for a moment; what it said goes on to count.
                LogAbsent(logger, path);
                return null;
            }

            return await File.ReadAllTextAsync(path, cancellation);
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // Read again at the next look.
            _seen = null;
            LogUnreadable(logger, path, failure.Message);
            return null;
        }
    }
}
