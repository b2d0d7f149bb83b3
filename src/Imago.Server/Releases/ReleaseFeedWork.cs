using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Server.Configuration;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using NodaTime;

namespace Imago.Server.Releases;

/// <summary>Takes releases from a feed file when it changes, and hears of those that other replicas published.</summary>
internal sealed partial class ReleaseFeedWork(IStore store, ICatalogSource catalog, IEngineSignal signal, ServerOptions options, TimeProvider clock, ILogger<ReleaseFeedWork> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private const int NudgedAtOnce = 500;

    private DateTime _readAt = DateTime.MinValue;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        do
        {
            try
            {
                if (options.ReleaseFeed is { } feed && File.GetLastWriteTimeUtc(feed) is var changedAt && changedAt != _readAt && File.Exists(feed))
                {
                    await TakeAsync(feed, stoppingToken);
                    _readAt = changedAt;
                }

                await catalog.RefreshAsync(stoppingToken);
            }
            catch (Exception problem) when (problem is IOException or UnauthorizedAccessException or StoreUnavailableException)
            {
                NotRead(problem.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    // Good releases count even if others in the file are not; what is wrong is said once per change of the file.
    private async Task TakeAsync(string feed, CancellationToken cancellation)
    {
        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var known = (await store.ReleasesAsync(cancellation)).ToDictionary(r => r.Name, StringComparer.Ordinal);
        List<StoredRelease> taken = [];
        foreach (var item in Items(await File.ReadAllTextAsync(feed, cancellation)))
        {
            var (release, problems) = ReleaseText.Read(item, now);
            if (release is null)
            {
                Refused(feed, string.Join(' ', problems.Select(p => $"{p.Path}: {p.Message}")));
            }
            else if (!item.ContainsKey("publishedAt") && known.ContainsKey(release.Name))
            {
                // Without a date it was published when it was first seen.
            }
            else if (ReleaseText.Write(release) is var json && (!known.TryGetValue(release.Name, out var old) || old.Json != json))
            {
                taken.Add(new StoredRelease(release.Name, Path.GetFileName(feed), json));
            }
        }

        if (taken.Count > 0)
        {
            await store.CommitAsync(new StoreBatch { Releases = [.. taken] }, cancellation);
            await catalog.RefreshAsync(cancellation);
            await NudgeAllAsync(now, cancellation);
            Taken(taken.Count, feed);
        }
    }

    private List<JsonObject> Items(string text)
    {
        try
        {
            var node = JsonNode.Parse(text, documentOptions: new JsonDocumentOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            if ((node is JsonObject document ? document["releases"] : node) is JsonArray releases)
            {
                return [.. releases.OfType<JsonObject>()];
            }

            Refused(options.ReleaseFeed!, "It must hold an array of releases, or an object with the array 'releases'.");
        }
        catch (JsonException malformed)
        {
            Refused(options.ReleaseFeed!, malformed.Message);
        }

        return [];
    }

    private async Task NudgeAllAsync(Instant now, CancellationToken cancellation)
    {
        string? after = null;
        do
        {
            var page = await store.ListAsync(new ResourceQuery { Type = ResourceTypes.ManagedCluster, After = after, Limit = NudgedAtOnce }, cancellation);
            await store.CommitAsync(new StoreBatch { Nudges = [.. page.Items.Select(c => (c.Key, now))] }, cancellation);
            foreach (var cluster in page.Items)
            {
                signal.Nudge(cluster.Key);
            }

            after = page.Next;
        }
        while (after is not null);
    }
}
