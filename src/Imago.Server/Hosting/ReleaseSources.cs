using Imago.Application.Catalog;
using Imago.Application.Catalog.Archives;
using Imago.Application.Catalog.Feeds;
using Imago.Application.Storage;
using Imago.NodeOs.Archives;
using Imago.Server.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Imago.Server.Hosting;

/// <summary>Where releases come from beyond those that ship: a feed, and package archives.</summary>
internal static class ReleaseSources
{
    /// <summary>How long a single file may take: package indexes of slow mirrors are some megabytes.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    public static void AddReleaseSources(this IServiceCollection services, ServerOptions options, string holder)
    {
        services.AddSingleton<ReleaseSourceMetrics>();
        services.AddSingleton(s => new FileFetch(s.GetRequiredService<TimeProvider>(), Patience));
        services.AddSingleton<IArchiveReader, AptArchiveReader>();
        services.AddSingleton<IFeedReader, SignedFeedReader>();
        services.AddSingleton<ArchiveObserver>();
        if (FeedRules.Fetched(options) is { } fetched)
        {
            services.AddSingleton<IReleaseFeed>(s => new PolledFeed(
                fetched,
                s.GetRequiredService<IFeedReader>(),
                s.GetRequiredService<TimeProvider>(),
                holder,
                s.GetRequiredService<ReleaseSourceMetrics>(),
                s.GetRequiredService<ILogger<PolledFeed>>()));
        }
        else if (options.ReleaseFeed is { } file)
        {
            services.AddSingleton<IReleaseFeed>(s => new FeedFile(file, s.GetRequiredService<ILogger<FeedFile>>()));
        }

        services.AddSingleton(s => new ArchiveWatch(
            options.Archives,
            s.GetRequiredService<ArchiveObserver>(),
            s.GetRequiredService<IStore>(),
            s.GetRequiredService<TimeProvider>(),
            new ArchiveWatchOptions(holder, options.Retention),
            s.GetRequiredService<ReleaseSourceMetrics>(),
            s.GetRequiredService<ILogger<ArchiveWatch>>()));
        services.AddSingleton(s => new RunningCatalog(
            ShippedCatalog.Load().Releases, s.GetRequiredService<IStore>(), s.GetService<IReleaseFeed>(), s.GetRequiredService<TimeProvider>(), s.GetRequiredService<ILogger<RunningCatalog>>()));
        services.AddSingleton<ICatalogSource>(s => s.GetRequiredService<RunningCatalog>());
        services.AddHostedService(s => new ArchiveWatching(s.GetRequiredService<ArchiveWatch>(), s.GetService<IReleaseFeed>()));
    }
}
