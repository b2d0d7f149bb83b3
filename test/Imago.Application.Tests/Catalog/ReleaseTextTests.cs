using System.Text.Json.Nodes;
using Imago.Application.Catalog;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog;

public sealed class ReleaseTextTests
{
    private static readonly Instant At = Instant.FromUtc(2026, 11, 26, 10, 0);
    private static readonly ArchiveState Archive = new([new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], At, new string('a', 64))]);

    [Theory]
    [Trait("Rule", "IM-38")]
    [InlineData(null, true)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Write_Level_ReadsAsTheSameWithAllThatItSays(bool? reboot, bool core)
    {
        var patch = new PatchRelease("debian12", Level("20261126T000000Z"), At, reboot, core)
        {
            Previous = Level("20261120T000000Z"),
            SinceImage = new BaseImageVerdict(new ImageVersion(0, 0, new LocalDate(2026, 11, 23), 0), reboot),
            Archive = Archive,
        };

        Again(new PublishedRelease { Patch = patch }).ShouldBe(new PublishedRelease { Patch = patch });
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public void Write_ImageOfArchives_ReadsAsTheSame()
    {
        var image = new ImageRelease(NodeImage.Parse("ImagoDebian-12-202611.26.0"), At, At + Duration.FromDays(1)) { Archive = Archive };

        Again(new PublishedRelease { Image = image }).ShouldBe(new PublishedRelease { Image = image });
    }

    [Theory]
    [InlineData("""{"track":"debian12","level":"20261126T000000Z","previous":"20261126T000000Z"}""", "previous")]
    [InlineData("""{"track":"debian12","level":"20261126T000000Z","sinceImage":{"base":"soon"}}""", "sinceImage")]
    [InlineData("""{"track":"debian12","level":"20261126T000000Z","archive":[{"pocket":"proposed"}]}""", "archive")]
    [InlineData("""{"image":"ImagoDebian-12-202611.26.0","archive":{}}""", "archive")]
    public void Read_MemberIsWrong_NamesIt(string json, string path) =>
        ReleaseText.Read((JsonObject)JsonNode.Parse(json)!, At).Problems.ShouldHaveSingleItem().Path.ShouldBe(path);

    private static PublishedRelease? Again(PublishedRelease release) => ReleaseText.Read((JsonObject)JsonNode.Parse(ReleaseText.Write(release))!, Instant.MinValue).Release;

    private static PatchLevel Level(string text) => PatchLevel.TryParse(text, out var level) ? level : throw new ArgumentException(text, nameof(text));
}
