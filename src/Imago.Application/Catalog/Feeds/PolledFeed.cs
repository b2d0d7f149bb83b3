using Imago.Application.Catalog.Archives;
using Imago.Domain;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Application.Catalog.Feeds;

/// <summary>A feed that is fetched at an interval, apart from everything else: a server that hangs delays nobody.</summary>
public sealed partial class PolledFeed(FeedSettings settings, IFeedReader reader, TimeProvider clock, string holder, ReleaseSourceMetrics metrics, ILogger<PolledFeed> logger) : IReleaseFeed
{
    private static readonly Duration FirstRetry = Duration.FromSeconds(30);

    private FeedReading? _read;
    private string? _changed;

    /// <inheritdoc />
    public string Name => settings.Address.ToString();

    /// <inheritdoc />
    public ValueTask<string?> ChangedTextAsync(CancellationToken cancellation) => ValueTask.FromResult(Interlocked.Exchange(ref _changed, null));

    /// <summary>Fetches it again and again until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var (looks, failures) = (0, 0);
        while (!stopping.IsCancellationRequested)
        {
            looks++;
            Duration wait;
            try
            {
                await LookAsync(stopping);
                wait = Wait(looks, failures = 0);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (ArchiveException failure)
            {
                wait = Wait(looks, ++failures);
                LogProblem(logger, settings.Address, failure.Problem, wait.ToTimeSpan(), failure.Message);
            }
            catch (Exception failure)
            {
                wait = Wait(looks, ++failures);
                LogFailure(logger, settings.Address, wait.ToTimeSpan(), failure);
            }

            await Task.WhenAny(Task.Delay(wait.ToTimeSpan(), clock, stopping));
        }
    }

    /// <summary>One look.</summary>
    /// <exception cref="ArchiveException">It could not be read, or is not to be trusted.</exception>
    public async ValueTask LookAsync(CancellationToken cancellation)
    {
        try
        {
            var read = await reader.ReadAsync(settings, _read, Instant.FromDateTimeOffset(clock.GetUtcNow()), cancellation);
            if (!string.Equals(read.Text, _read?.Text, StringComparison.Ordinal))
            {
                Interlocked.Exchange(ref _changed, read.Text);
            }

            _read = read;
            metrics.Looked(ReleaseSourceMetrics.Feed, new ArchiveStanding());
        }
        catch (ArchiveException failure)
        {
            metrics.Looked(ReleaseSourceMetrics.Feed, new ArchiveStanding { Problem = failure.Problem, Message = failure.Message });
            throw;
        }
    }

    private Duration Wait(int looks, int failures)
    {
        var full = failures == 0 ? settings.Interval : Duration.Min(settings.Interval, FirstRetry * Math.Pow(2, Math.Min(failures - 1, 16)));
        return full * (0.75 + (StableHash.Of($"{holder}/feed/{looks}") % 1000 / 2000.0));
    }
}
