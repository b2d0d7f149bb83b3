using Imago.Application.Catalog;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Images;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>Keeps the catalogue of the running server up to date, and wakes the clusters that a new release concerns.</summary>
public sealed partial class ReleaseWatch(RunningCatalog catalog, IStore store, TimeProvider clock, EngineOptions options, ILogger<ReleaseWatch> logger)
{
    // With each page the wake is a moment later: clusters are passed over a page at a time instead of ten thousand at once.
    private const int ClustersPerPage = 100;
    private static readonly Duration BetweenPages = Duration.FromSeconds(1);

    /// <summary>Looks for new releases again and again until it is cancelled.</summary>
    public async ValueTask RunAsync(CancellationToken stopping)
    {
        var failures = 0;
        while (!stopping.IsCancellationRequested)
        {
            var wait = options.PollInterval;
            try
            {
                await LookAsync(stopping);
                failures = 0;
            }
            catch (StoreUnavailableException failure)
            {
                wait = Retries.After(++failures, options, "releases");
                LogOutage(logger, wait.ToTimeSpan(), failure);
            }
            catch (OperationCanceledException) when (stopping.IsCancellationRequested)
            {
                return;
            }

            await Task.WhenAny(Task.Delay(wait.ToTimeSpan(), clock, stopping));
        }
    }

    /// <summary>One look; answers how many clusters were woken.</summary>
    public async ValueTask<int> LookAsync(CancellationToken cancellation)
    {
        var change = await catalog.LookAsync(cancellation);
        if (change.IsEmpty)
        {
            return 0;
        }

        var woken = 0;
        string? after = null;
        var at = Instant.FromDateTimeOffset(clock.GetUtcNow());
        do
        {
            var page = await store.ListAsync(new ResourceQuery { Type = ResourceTypes.AgentPool, After = after, Limit = ClustersPerPage }, cancellation);
            var concerned = page.Items.Where(p => p.ClusterKey is not null && change.Concerns(NodeImage.Parse(StatusText.ReadPool(p.Status).NodeImageVersion)))
                .Select(p => p.ClusterKey!).Distinct(StringComparer.Ordinal).ToList();
            if (concerned.Count > 0)
            {
                await store.CommitAsync(new StoreBatch { Nudges = [.. concerned.Select(c => (c, at))] }, cancellation);
                woken += concerned.Count;
                at += BetweenPages;
            }

            after = page.Next;
        }
        while (after is not null);

        LogWoken(logger, woken, string.Join(", ", change.Families.Select(f => f.Name).Concat(change.Tracks).Order(StringComparer.Ordinal)));
        return woken;
    }
}
