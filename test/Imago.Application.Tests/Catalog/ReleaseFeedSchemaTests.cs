using System.Text.Json.Nodes;
using Imago.Application.Catalog;
using Json.Schema;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog;

/// <summary>The documented schema and the reader accept the same feeds.</summary>
public sealed class ReleaseFeedSchemaTests
{
    private static readonly string Folder = Path.Join(AppContext.BaseDirectory, "Documented");
    private static readonly JsonSchema Schema = JsonSchema.FromFile(Path.Join(Folder, "release-feed.schema.json"));

    [Fact]
    public async Task Schema_DocumentedExample_IsAcceptedByBoth()
    {
        var page = await File.ReadAllTextAsync(Path.Join(Folder, "releases.md"), TestContext.Current.CancellationToken);
        var example = page.Split("```json")[1].Split("```")[0];

        var (releases, problems) = ReleaseFeed.Read(example, Instant.FromUtc(2026, 11, 26, 0, 0));

        problems.ShouldBeEmpty();
        releases.Count.ShouldBe(4);
        releases[3].Patch!.Archive!.Suites.Length.ShouldBe(2);
        IsAccepted(example).ShouldBeTrue();
    }

    [Theory]
    [InlineData("""{"releases":[{"image":"ImagoDebian-12-202611.26.0","archive":[{"pocket":"security","uri":"http://m","suite":"bookworm-security","components":["main"],"date":"2026-11-24T00:34:33Z","sha256":"0000000000000000000000000000000000000000000000000000000000000000"}]}]}""")]
    [InlineData("""{"releases":[{"track":"debian12","level":"20261126T000000Z","previous":"20261120T000000Z","sinceImage":{"base":"202611.13.0","rebootRequired":true}}]}""")]
    [InlineData("""{"releases":[]}""")]
    public void Schema_GoodFeed_IsAcceptedByBoth(string feed) =>
        (IsAccepted(feed), ReleaseFeed.Read(feed, Instant.FromUtc(2026, 11, 26, 0, 0)).Problems.Count).ShouldBe((true, 0));

    [Theory]
    [InlineData("""{"releases":{}}""")]
    [InlineData("""{"releases":[{"image":"nonsense"}]}""")]
    [InlineData("""{"releases":[{"track":"debian12"}]}""")]
    [InlineData("""{"releases":[{"track":"debian12","level":"soon"}]}""")]
    [InlineData("""{"releases":[{"track":"debian12","level":"20261126T000000Z","withdrawnAt":"2026-11-26T00:00:00Z"}]}""")]
    [InlineData("""{"releases":[{"image":"ImagoDebian-12-202611.26.0","rebootRequired":true}]}""")]
    [InlineData("""{"releases":[{"image":"ImagoDebian-12-202611.26.0","archive":[]}]}""")]
    [InlineData("""{"releases":[{"image":"ImagoDebian-12-202611.26.0","archive":[{"pocket":"proposed","uri":"http://m","suite":"s","components":["main"],"date":"2026-11-24T00:34:33Z"}]}]}""")]
    [InlineData("""{"releases":[{"image":"ImagoDebian-12-202611.26.0","publishedAt":"soon"}]}""")]
    public void Schema_BadFeed_IsRefusedByBoth(string feed)
    {
        IsAccepted(feed).ShouldBeFalse();
        ReleaseFeed.Read(feed, Instant.FromUtc(2026, 11, 26, 0, 0)).Problems.ShouldNotBeEmpty();
    }

    private static bool IsAccepted(string feed) => Schema.Evaluate(JsonNode.Parse(feed)).IsValid;
}
