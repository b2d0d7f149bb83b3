using Imago.Application.Catalog;
using Imago.Application.Catalog.Feeds;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Application.Tests.Engine.Kit;
using Imago.Domain.Images;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog;

public sealed class RunningCatalogTests : IDisposable
{
    private static readonly ImageFamily Family = NodeImage.Parse(Installation.Old).Family!;
    private static readonly ReleaseCatalog Shipped = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(Installation.Old), Installation.Start - Duration.FromDays(9))], []);

    private readonly string _folder = Directory.CreateTempSubdirectory("imago-feed-").FullName;
    private readonly MemoryStore _store = new();
    private readonly TimedClock _clock = new(Installation.Start);

    private string Feed => Path.Join(_folder, "feed.json");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    [Trait("Rule", "IM-32")]
    public async Task Look_ReleaseWasPublished_CountsFromItsPublicationOn()
    {
        using var catalog = Catalog();
        await _store.CommitAsync(new StoreBatch { Releases = [new StoredRelease(Installation.New, "publish", $$"""{"image":"{{Installation.New}}","publishedAt":"2026-08-11T00:00:00Z"}""")] }, TestContext.Current.CancellationToken);

        var change = await LookAsync(catalog);

        change.Families.ShouldBe([Family]);
        catalog.Current.NewestAnywhere(Family, Installation.Start)!.Image.Text.ShouldBe(Installation.Old);
        catalog.Current.NewestAnywhere(Family, Installation.Start + Duration.FromDays(1))!.Image.Text.ShouldBe(Installation.New);
        (await LookAsync(catalog)).IsEmpty.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "IM-37")]
    public async Task Look_FeedIsChanged_IsReadAgain()
    {
        using var catalog = Catalog();
        await WriteAsync($$"""{"releases":[{"image":"{{Installation.New}}"}, {"track":"ubuntu2204","level":"20260801T000000Z","rebootRequired":true}]}""");
        var first = await LookAsync(catalog);
        (first.Families.Single(), first.Tracks.Single()).ShouldBe((Family, "ubuntu2204"));
        catalog.Current.NewestAnywhere(Family, Installation.Start)!.Image.Text.ShouldBe(Installation.New);
        catalog.Current.LatestPatch("ubuntu2204", null, Installation.Start)!.NeedsReboot.ShouldBeTrue();

        await WriteAsync($$"""{"releases":[{"image":"{{Installation.New}}","publishedAt":"2026-08-09T00:00:00Z","withdrawnAt":"2026-08-09T12:00:00Z"}]} """);
        (await LookAsync(catalog)).IsEmpty.ShouldBeFalse();

        catalog.Current.NewestAnywhere(Family, Installation.Start)!.Image.Text.ShouldBe(Installation.Old);
        catalog.Current.Tracks.ShouldNotContain("ubuntu2204");
    }

    [Theory]
    [InlineData("""{"releases":[{"image":"nonsense"}]}""")]
    [InlineData("""{"releases":[{"track":"ubuntu2204"}]}""")]
    [InlineData("""{"releases":[1]}""")]
    [InlineData("""{"releases":{}}""")]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task Look_FeedIsWrong_WhatItSaidBeforeGoesOnToCount(string wrong)
    {
        using var catalog = Catalog();
        await WriteAsync($$"""{"releases":[{"image":"{{Installation.New}}"}]}""");
        await LookAsync(catalog);

        await WriteAsync(wrong);
        (await LookAsync(catalog)).IsEmpty.ShouldBeTrue();
        catalog.Current.NewestAnywhere(Family, Installation.Start)!.Image.Text.ShouldBe(Installation.New);

        File.Delete(Feed);
        (await LookAsync(catalog)).IsEmpty.ShouldBeTrue();
        catalog.Current.NewestAnywhere(Family, Installation.Start)!.Image.Text.ShouldBe(Installation.New);
    }

    [Fact]
    public void Read_SeveralProblems_NamesAllOfThemWithTheirPaths()
    {
        var (releases, problems) = ReleaseFeed.Read("""{"releases":[{"image":"nonsense"},7,{"track":"ubuntu2204","level":"soon"}]}""", Installation.Start);

        releases.ShouldBeEmpty();
        problems.Count.ShouldBe(3);
        problems[0].ShouldStartWith("releases[0].image: ");
        problems[1].ShouldStartWith("releases[1]: ");
        problems[2].ShouldStartWith("releases[2].level: ");
    }

    [Fact]
    public async Task Look_NewRelease_WakesTheClustersOfItsFamilyOnly()
    {
        var world = new Installation(_store);
        await world.CreateAsync(("apps", 1));
        await world.RunAsync(Duration.FromHours(1));
        using var catalog = Catalog();
        var watch = new ReleaseWatch(catalog, _store, _clock, world.Options, NullLogger<ReleaseWatch>.Instance);
        (await watch.LookAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        var before = _store.Wake(Installation.Key)!;

        await WriteAsync("""{"releases":[{"image":"AKSAzureLinux-V3gen2-202608.06.1"}]}""");
        (await watch.LookAsync(TestContext.Current.CancellationToken)).ShouldBe(0);
        _store.Wake(Installation.Key).ShouldBe(before);

        await WriteAsync($$"""{"releases":[{"image":"AKSAzureLinux-V3gen2-202608.06.1"},{"image":"{{Installation.New}}"}]}""");
        (await watch.LookAsync(TestContext.Current.CancellationToken)).ShouldBe(1);
        (_store.Wake(Installation.Key)!.Generation, _store.Wake(Installation.Key)!.At).ShouldBe((before.Generation + 1, Installation.Start));
    }

    private RunningCatalog Catalog() => new(Shipped, _store, new FeedFile(Feed, NullLogger.Instance), _clock, NullLogger<RunningCatalog>.Instance);

    private static async Task<CatalogChange> LookAsync(RunningCatalog catalog) => await catalog.LookAsync(TestContext.Current.CancellationToken);

    private Task WriteAsync(string text) => File.WriteAllTextAsync(Feed, text, TestContext.Current.CancellationToken);
}
