using Imago.Domain.Images;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

/// <summary>Whether a node needs a reboot to reach a patch level, from where it is.</summary>
public sealed class RebootNeededTests
{
    private static readonly NodeImage Ubuntu = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202606.01.0");

    [Theory]
    [Trait("Rule", "CH-33")]
    [InlineData("20260706T000000Z", "20260720T000000Z", false)]
    [InlineData("20260613T000000Z", "20260720T000000Z", true)]
    [InlineData("20260613T000000Z", "20260706T000000Z", true)]
    [InlineData("20260720T000000Z", "20260720T000000Z", false)]
    public void RebootNeeded_FromALevel_IsWhetherAnyLevelAfterItUpToTheTargetNeedsOne(string from, string to, bool expected) =>
        Catalog(Patch("20260613T000000Z", false), Patch("20260706T000000Z", true), Patch("20260720T000000Z", false))
            .RebootNeeded(Ubuntu, Level(from), Level(to)).ShouldBe(expected);

    [Theory]
    [Trait("Rule", "CH-33")]
    [InlineData(true, true)]
    [InlineData(false, false)]
    public void RebootNeeded_WithoutAVerdict_IsWhetherKernelOrCLibraryChanged(bool core, bool expected) =>
        Catalog(Patch("20260613T000000Z", null, core)).RebootNeeded(Ubuntu, Level("20260601T000000Z"), Level("20260613T000000Z")).ShouldBe(expected);

    [Fact]
    [Trait("Rule", "CH-33")]
    public void RebootNeeded_WithAVerdict_ItOutweighsTheContent() =>
        Catalog(Patch("20260613T000000Z", false, core: true)).RebootNeeded(Ubuntu, Level("20260601T000000Z"), Level("20260613T000000Z")).ShouldBe(false);

    // As Ubuntu 22.04 of 20260524: no reboot against the level before, reboot against image 202604.24.0.
    [Theory]
    [Trait("Rule", "IM-38")]
    [InlineData("20260424T000000Z", true)]
    [InlineData("20260413T000000Z", true)]
    [InlineData("20260425T000000Z", false)]
    public void RebootNeeded_ReachedFromTheBaseImageOrBeforeIt_TheBaseVerdictCounts(string from, bool expected)
    {
        var patch = Patch("20260524T000000Z", false) with { SinceImage = new BaseImageVerdict(Version("202604.24.0"), true) };

        Catalog(patch).RebootNeeded(Ubuntu, Level(from), Level("20260524T000000Z")).ShouldBe(expected);
    }

    [Fact]
    [Trait("Rule", "IM-38")]
    public void RebootNeeded_BaseVerdictSaysNo_ARebootOnTheWayStillCounts()
    {
        var patch = Patch("20251021T000000Z", true) with { SinceImage = new BaseImageVerdict(Version("202509.23.0"), false) };

        Catalog(patch).RebootNeeded(Ubuntu, Level("20250923T000000Z"), Level("20251021T000000Z")).ShouldBe(true);
    }

    [Fact]
    [Trait("Rule", "CH-33")]
    public void RebootNeeded_LevelsOnTheWayAreMissing_IsNotKnown()
    {
        var catalog = Catalog(Patch("20260721T000000Z", false) with { Previous = Level("20260714T000000Z") });

        catalog.RebootNeeded(Ubuntu, Level("20260701T000000Z"), Level("20260721T000000Z")).ShouldBeNull();
        catalog.RebootNeeded(Ubuntu, Level("20260714T000000Z"), Level("20260721T000000Z")).ShouldBe(false);
    }

    [Fact]
    [Trait("Rule", "CH-33")]
    public void RebootNeeded_MissingLevelsButNoRebootSinceAnOlderImage_IsKnown()
    {
        var catalog = Catalog(Patch("20260721T000000Z", false) with { Previous = Level("20260714T000000Z"), SinceImage = new BaseImageVerdict(Version("202607.01.0"), false) });

        catalog.RebootNeeded(Ubuntu, Level("20260702T000000Z"), Level("20260721T000000Z")).ShouldBe(false);
        catalog.RebootNeeded(Ubuntu, Level("20260630T000000Z"), Level("20260721T000000Z")).ShouldBeNull();
    }

    [Fact]
    public void RebootNeeded_ToALevelThatIsNotInTheCatalogue_IsNotKnown() =>
        Catalog(Patch("20260613T000000Z", false)).RebootNeeded(Ubuntu, Level("20260613T000000Z"), Level("20260720T000000Z")).ShouldBeNull();

    [Fact]
    public void RebootNeeded_WithoutATrack_IsNotKnown() =>
        Catalog(Patch("20260613T000000Z", false))
            .RebootNeeded(NodeImage.Parse("AKSWindows-2025-gen2-26100.1.260601"), Level("20260601T000000Z"), Level("20260613T000000Z")).ShouldBeNull();

    private static ReleaseCatalog Catalog(params PatchRelease[] patches) => ReleaseCatalog.Of([], patches);

    private static PatchRelease Patch(string level, bool? reboot, bool core = false) => new("ubuntu2204", Level(level), Level(level).Moment, reboot, core);

    private static PatchLevel Level(string text) => PatchLevel.TryParse(text, out var level) ? level : throw new FormatException(text);

    private static ImageVersion Version(string text) => ImageVersion.TryParse(text, out var version) ? version : throw new FormatException(text);
}
