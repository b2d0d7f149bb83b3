using System.Collections.Immutable;
using Imago.Application.Catalog;
using Imago.Application.Catalog.Archives;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog.Archives;

public sealed class ArchiveWatchTests : IDisposable
{
    private static readonly Instant Start = Instant.FromUtc(2026, 11, 26, 10, 0);

    private readonly MemoryStore _store = new();
    private readonly TimedClock _clock = new(Start);
    private readonly Mirror _mirror = new();
    private readonly ReleaseSourceMetrics _metrics = new();

    public void Dispose() => _metrics.Dispose();

    [Fact]
    [Trait("Rule", "IM-32")]
    public async Task Look_NewFixes_PublishesALevelThatTheRunningCatalogueOffersToTheCanaryFirst()
    {
        var watch = Watch("one");
        await LookAsync(watch);
        _mirror.Move("b", Start + Duration.FromHours(1));
        _clock.MoveTo(_clock.Now + Duration.FromHours(2));
        await LookAsync(watch);

        using var catalog = new RunningCatalog(ReleaseCatalog.Empty, _store, null, _clock, NullLogger<RunningCatalog>.Instance);
        (await catalog.LookAsync(TestContext.Current.CancellationToken)).Tracks.ShouldBe(["debian12"]);
        var rings = ReleaseRings.Default.Rings;
        var latest = catalog.Current.LatestPatch("debian12", rings[0], _clock.Now).ShouldNotBeNull();
        latest.Level.ToString().ShouldBe("20261126T110000Z");
        latest.Previous.ToString().ShouldBe("20261124T000000Z");
        latest.Archive!.Suites[^1].Sha256.ShouldBe(_mirror.Hash);
        catalog.Current.LatestPatch("debian12", rings[1], _clock.Now).ShouldBeNull();
        catalog.Current.LatestImage(ImageFamily.OfMachine("debian", "12")!, rings[0], _clock.Now)!.Image.Text.ShouldBe("ImagoDebian-12-202611.26.0");
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public async Task Look_SignedAgain_RefreshesTheLevelAndKeepsWhatWasSaidByHand()
    {
        var watch = Watch("one");
        await LookAsync(watch);
        var byHand = await PublishedAsync("debian12@20261124T000000Z");
        await _store.CommitAsync(
            new StoreBatch { Releases = [byHand with { Source = "publish", Json = ReleaseText.Write(new PublishedRelease { Patch = Read(byHand).Patch! with { RebootRequired = false } }) }] }, default);
        _mirror.SignAgain(Start + Duration.FromDays(3));
        _clock.MoveTo(_clock.Now + Duration.FromDays(3) + Duration.FromHours(1));

        await LookAsync(watch);

        var followed = await PublishedAsync("debian12@20261124T000000Z");
        followed.Source.ShouldBe("publish");
        var patch = Read(followed).Patch!;
        (patch.RebootRequired, patch.PublishedAt, patch.Archive!.Suites[^1].Date, patch.Archive.Suites[^1].Sha256).ShouldBe((false, Start, Start + Duration.FromDays(3), _mirror.Hash));
        (await _store.ReleasesAsync(default)).Count(r => r.Name.StartsWith("debian12@", StringComparison.Ordinal)).ShouldBe(1);
    }

    [Fact]
    public async Task Look_SeveralReplicas_OneLooksAndTheOthersHear()
    {
        var (one, other) = (Watch("one"), Watch("other"));
        await LookAsync(one);
        _mirror.Failure = new ArchiveException(ArchiveProblem.Unreachable, "It is down.");

        (await other.LookAsync(Settings(), TestContext.Current.CancellationToken)).ShouldBeNull();
        _clock.MoveTo(_clock.Now + Duration.FromHours(2));
        (await other.LookAsync(Settings(), TestContext.Current.CancellationToken)).ShouldNotBeNull().Problem.ShouldBe(ArchiveProblem.Unreachable);
        _metrics.Problems.ShouldBe(["Release source 'debian12': Unreachable. It is down."]);
    }

    [Fact]
    public async Task Look_OverlongLookOfADeadReplica_PublishesNothing()
    {
        var slow = Watch("slow");
        _mirror.Reading = () =>
        {
            // While it reads, its lease ends and another replica looks.
            _mirror.Reading = null;
            _clock.MoveTo(_clock.Now + Duration.FromHours(2));
            Watch("quick").LookAsync(Settings(), TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
            _mirror.Move("z", Start + Duration.FromMinutes(1));
        };

        await LookAsync(slow);

        (await _store.ReleasesAsync(default)).Select(r => r.Name).ShouldBe(["ImagoDebian-12-202611.26.0", "debian12@20261124T000000Z"]);
    }

    [Fact]
    public async Task Look_ArchiveFails_WhatWasPublishedStaysAndTheProblemIsKept()
    {
        var watch = Watch("one");
        await LookAsync(watch);
        _mirror.Failure = new ArchiveException(ArchiveProblem.SignatureInvalid, "Suite 'bookworm-security': no signature counts.");
        _clock.MoveTo(_clock.Now + Duration.FromHours(1));

        (await LookAsync(watch))!.Problem.ShouldBe(ArchiveProblem.SignatureInvalid);

        var standing = ArchiveStanding.Read((await _store.FindAsync(Settings().Key, default))!.Status);
        (standing.Problem, standing.ReadAt, standing.LookedAt).ShouldBe((ArchiveProblem.SignatureInvalid, Start, Start + Duration.FromHours(1)));
        (await _store.ReleasesAsync(default)).Length.ShouldBe(2);
        _mirror.Failure = null;
        (await LookAsync(watch))!.Problem.ShouldBeNull();
        _metrics.Problems.ShouldBeEmpty();
    }

    [Fact]
    public async Task Look_Yearslong_ForgetsOldLevelsOfTheArchiveOnly()
    {
        var watch = Watch("one");
        await _store.CommitAsync(new StoreBatch { Releases = [new StoredRelease("debian12@20200101T000000Z", "publish", """{"track":"debian12","level":"20200101T000000Z","publishedAt":"2020-01-01T00:00:00Z"}""")] }, default);
        for (var week = 0; week < 40; week++)
        {
            _mirror.Move($"week {week}", _clock.Now);
            await LookAsync(watch);
            _clock.MoveTo(_clock.Now + Duration.FromDays(7));
        }

        var kept = (await _store.ReleasesAsync(default)).Where(r => r.Source == "archive debian12").Select(r => Read(r).PublishedAt).ToList();
        kept.Count.ShouldBeInRange(12, 32);
        kept.Min().ShouldBeGreaterThan(_clock.Now - Duration.FromDays(120));
        (await PublishedAsync("debian12@20200101T000000Z")).Source.ShouldBe("publish");
    }

    [Fact]
    public async Task Run_OneArchiveIsBroken_TheOtherIsWatched()
    {
        var other = Settings() with { Source = Settings().Source with { Name = "other", Family = ImageFamily.OfMachine("debian", "13")! } };
        _mirror.FailureOf = r => r.Keyring == "broken" ? new InvalidOperationException("A bug.") : null;
        using var stopping = new CancellationTokenSource();
        var watch = new ArchiveWatch([Settings() with { Keyring = "broken" }, other], new ArchiveObserver(_mirror), _store, _clock, new ArchiveWatchOptions("one", Duration.FromDays(90)), _metrics, NullLogger<ArchiveWatch>.Instance);

        var running = watch.RunAsync(stopping.Token);

        (await _store.ReleasesAsync(default)).Select(r => r.Name).ShouldContain("debian13@20261124T000000Z");
        await stopping.CancelAsync();
        await running;
    }

    private static ArchiveSettings Settings() => new(
        new ArchiveSource
        {
            Name = "debian12",
            Family = ImageFamily.OfMachine("debian", "12")!,
            Suites =
            [
                new SuiteSource(ArchivePocket.Release, "http://mirror.example/debian", "bookworm", ["main"]),
                new SuiteSource(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"]),
            ],
        },
        "keys.gpg",
        Duration.FromHours(1));

    private ArchiveWatch Watch(string holder) =>
        new([Settings()], new ArchiveObserver(_mirror), _store, _clock, new ArchiveWatchOptions(holder, Duration.FromDays(90)), _metrics, NullLogger<ArchiveWatch>.Instance);

    private static ValueTask<ArchiveStanding?> LookAsync(ArchiveWatch watch) => watch.LookAsync(Settings(), TestContext.Current.CancellationToken);

    private async Task<StoredRelease> PublishedAsync(string name) => (await _store.ReleasesAsync(default)).Single(r => r.Name == name);

    private static PublishedRelease Read(StoredRelease stored) =>
        ReleaseText.Read((System.Text.Json.Nodes.JsonObject)System.Text.Json.Nodes.JsonNode.Parse(stored.Json)!, Start).Release!;

    /// <summary>An archive that a test moves.</summary>
    private sealed class Mirror : IArchiveReader
    {
        private string _content = "a";
        private Instant _date = Instant.FromUtc(2026, 11, 24, 0, 0);

        public ArchiveException? Failure { get; set; }

        public Func<SuiteRequest, Exception?>? FailureOf { get; set; }

        public Action? Reading { get; set; }

        public string Hash => Sha(_content, _date);

        public void Move(string content, Instant date) => (_content, _date) = (content, date);

        public void SignAgain(Instant date) => _date = date;

        public ValueTask<SuiteReading> ReadAsync(SuiteRequest request, SuiteReading? before, CancellationToken cancellation)
        {
            Reading?.Invoke();
            if ((Failure ?? FailureOf?.Invoke(request)) is { } failure)
            {
                throw failure;
            }

            var isSecurity = request.Suite.Pocket == ArchivePocket.Security;
            var state = isSecurity
                ? new SuiteState(request.Suite.Pocket, request.Uri, request.Suite.Suite, request.Suite.Components, _date, Hash)
                : new SuiteState(request.Suite.Pocket, request.Uri, request.Suite.Suite, request.Suite.Components, Instant.FromUtc(2026, 11, 15, 9, 0), new string('1', 64));
            var versions = new SuiteVersions(
                ImmutableSortedDictionary<string, string>.Empty.Add("curl", _content), ImmutableSortedDictionary<string, string>.Empty);
            return ValueTask.FromResult(new SuiteReading(new SuiteEdition(state, isSecurity ? _content : "release") { Versions = isSecurity ? versions : null }, null, null));
        }

        private static string Sha(string content, Instant date) =>
            Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{content} {date}")));
    }
}
