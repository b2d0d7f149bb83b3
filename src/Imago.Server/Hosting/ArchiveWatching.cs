using Imago.Application.Catalog.Archives;
using Imago.Application.Catalog.Feeds;
using Microsoft.Extensions.Hosting;

namespace Imago.Server.Hosting;

/// <summary>Watches package archives, and the feed where it is fetched, as long as the server runs.</summary>
internal sealed class ArchiveWatching(ArchiveWatch archives, IReleaseFeed? feed = null) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(archives.RunAsync(stoppingToken), feed is PolledFeed polled ? polled.RunAsync(stoppingToken) : Task.CompletedTask);
}
