using Imago.Application.Catalog;
using Imago.Application.Catalog.Archives;
using Imago.Application.Catalog.Feeds;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Images;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog.Feeds;

public sealed class PolledFeedTests : IDisposable
{
    private readonly TimedClock _clock = new(Instant.FromUtc(2026, 11, 26, 10, 0));
    private readonly ReleaseSourceMetrics _metrics = new();
    private readonly Reader _reader = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    [Trait("Rule", "IM-37")]
    public async Task Look_FeedChangesAndFails_WhatItSaidLastCounts()
    {
        var feed = Feed();
        using var catalog = new RunningCatalog(ReleaseCatalog.Empty, new MemoryStore(), feed, _clock, NullLogger<RunningCatalog>.Instance);
        await feed.LookAsync(TestContext.Current.CancellationToken);
        (await catalog.LookAsync(TestContext.Current.CancellationToken)).Tracks.ShouldBe(["debian12"]);

        _reader.Failure = new ArchiveException(ArchiveProblem.SignatureInvalid, "No signature counts.");
        await Should.ThrowAsync<ArchiveException>(async () => await feed.LookAsync(TestContext.Current.CancellationToken));
        (await catalog.LookAsync(TestContext.Current.CancellationToken)).IsEmpty.ShouldBeTrue();
        _metrics.Problems.ShouldBe(["Release source 'feed': SignatureInvalid. No signature counts."]);

        (_reader.Failure, _reader.Text) = (null, """{"releases":[]}""");
        await feed.LookAsync(TestContext.Current.CancellationToken);
        (await catalog.LookAsync(TestContext.Current.CancellationToken)).Tracks.ShouldBe(["debian12"]);
        catalog.Current.Tracks.ShouldBeEmpty();
        _metrics.Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Run_ServerHangs_TheCatalogueIsNotKeptWaiting()
    {
        _reader.Hangs = true;
        var feed = Feed();
        using var stopping = new CancellationTokenSource();
        var running = feed.RunAsync(stopping.Token);
        using var catalog = new RunningCatalog(ReleaseCatalog.Empty, new MemoryStore(), feed, _clock, NullLogger<RunningCatalog>.Instance);

        (await catalog.LookAsync(TestContext.Current.CancellationToken)).IsEmpty.ShouldBeTrue();

        running.IsCompleted.ShouldBeFalse();
        await stopping.CancelAsync();
        await running;
    }

    private PolledFeed Feed() => new(new FeedSettings(new Uri("https://feed.example/feed.json")), _reader, _clock, "one", _metrics, NullLogger<PolledFeed>.Instance);

    private sealed class Reader : IFeedReader
    {
        public string Text { get; set; } = """{"releases":[{"track":"debian12","level":"20261126T000000Z"}]}""";

        public ArchiveException? Failure { get; set; }

        public bool Hangs { get; set; }

        public async ValueTask<FeedReading> ReadAsync(FeedSettings settings, FeedReading? before, Instant now, CancellationToken cancellation)
        {
            if (Hangs)
            {
                await Task.Delay(Timeout.Infinite, cancellation);
            }

            return Failure is null ? new FeedReading(Text, null, null) : throw Failure;
        }
    }
}
