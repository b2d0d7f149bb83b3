using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class ReleaseCatalogTests
{
    private static readonly ImageFamily Ubuntu = new("AKSUbuntu-2204gen2containerd");
    private static readonly ReleaseRing Early = ReleaseRings.Default.Named("early")!;

    [Fact]
    [Trait("Rule", "IM-32")]
    public void LatestImage_BeforePublication_IsTheOneBefore()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.06.0", At(7, 8)), Release("202607.18.0", At(7, 20))], []);

        catalog.LatestImage(Ubuntu, null, At(7, 20) - Duration.Epsilon)!.Image.Version.ToString().ShouldBe("202607.06.0");
        catalog.LatestImage(Ubuntu, null, At(7, 20))!.Image.Version.ToString().ShouldBe("202607.18.0");
        catalog.LatestImage(Ubuntu, null, At(7, 8) - Duration.Epsilon).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "IM-32")]
    [Trait("Rule", "IM-35")]
    public void LatestImage_InALaterRing_ComesAfterTheBakeTimeOfTheRingsBefore()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.06.0", At(7, 8)), Release("202607.18.0", At(7, 20))], []);

        catalog.LatestImage(Ubuntu, Early, At(7, 21) - Duration.Epsilon)!.Image.Version.ToString().ShouldBe("202607.06.0");
        catalog.LatestImage(Ubuntu, Early, At(7, 21))!.Image.Version.ToString().ShouldBe("202607.18.0");
        catalog.NextChange(Ubuntu, Early, At(7, 20)).ShouldBe(At(7, 21));
    }

    [Fact]
    [Trait("Rule", "IM-33")]
    public void LatestImage_WhateverPatchesAreReleased_IsTheSame_AndTheReverse()
    {
        var image = Release("202607.06.0", At(7, 8));
        var patch = Patch("20260720T000000Z", At(7, 23));
        var both = ReleaseCatalog.Of([image], [patch]);

        both.LatestImage(Ubuntu, null, At(7, 30)).ShouldBe(ReleaseCatalog.Of([image], []).LatestImage(Ubuntu, null, At(7, 30)));
        both.LatestPatch(patch.Track, null, At(7, 30)).ShouldBe(ReleaseCatalog.Of([], [patch]).LatestPatch(patch.Track, null, At(7, 30)));
    }

    [Fact]
    [Trait("Rule", "IM-36")]
    public void LatestImage_WithARespinInFlight_IsTheRespinWhereItHasArrived()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.18.0", At(7, 20)), Release("202607.18.1", At(7, 20) + Duration.FromHours(12))], []);

        catalog.LatestImage(Ubuntu, null, At(7, 21))!.Image.Version.ToString().ShouldBe("202607.18.1");
        catalog.LatestImage(Ubuntu, Early, At(7, 21))!.Image.Version.ToString().ShouldBe("202607.18.0");
        catalog.LatestImage(Ubuntu, Early, At(7, 22))!.Image.Version.ToString().ShouldBe("202607.18.1");
    }

    [Fact]
    [Trait("Rule", "IM-37")]
    public void LatestImage_OfAWithdrawnVersion_IsTheOneBeforeAtOnceInEveryRing()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.06.0", At(7, 8)), Release("202607.18.0", At(7, 20), At(7, 22))], []);

        catalog.LatestImage(Ubuntu, Early, At(7, 22) - Duration.Epsilon)!.Image.Version.ToString().ShouldBe("202607.18.0");
        catalog.LatestImage(Ubuntu, Early, At(7, 22))!.Image.Version.ToString().ShouldBe("202607.06.0");
        catalog.IsWithdrawn(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.0"), At(7, 22) - Duration.Epsilon).ShouldBeFalse();
        catalog.IsWithdrawn(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.0-2026.07.20"), At(7, 22)).ShouldBeTrue();
        catalog.NextChange(Ubuntu, Early, At(7, 21)).ShouldBe(At(7, 22));
    }

    [Fact]
    [Trait("Rule", "IM-37")]
    public void LatestImage_OfAVersionThatWasNeverReleased_IsNeverIt()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.06.0", At(7, 8)), Release("202607.18.0", At(7, 20), At(7, 20))], []);

        catalog.LatestImage(Ubuntu, null, At(7, 20))!.Image.Version.ToString().ShouldBe("202607.06.0");
        catalog.LatestImage(Ubuntu, null, At(7, 30))!.Image.Version.ToString().ShouldBe("202607.06.0");
        catalog.NextChange(Ubuntu, null, At(7, 9)).ShouldBeNull();
        catalog.Find(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.18.0"))!.NeverReleased.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "IM-34")]
    public void Previous_AreTheThreeBeforeTheCurrentOne()
    {
        var catalog = ReleaseCatalog.Of(
            [
                Release("202606.01.0", At(6, 2)), Release("202606.08.0", At(6, 9)), Release("202606.15.0", At(6, 16), At(6, 17)), Release("202606.22.0", At(6, 23)),
                Release("202607.06.0", At(7, 8)), Release("202607.18.0", At(7, 20)),
            ],
            []);

        catalog.Previous(Ubuntu, null, At(7, 20)).Select(r => r.Image.Version.ToString()).ShouldBe(["202607.06.0", "202606.22.0", "202606.08.0"]);
    }

    [Fact]
    public void LatestPatch_PublishedOutOfOrder_IsTheHighestPublishedSoFar()
    {
        var catalog = ReleaseCatalog.Of([], [Patch("20260718T000000Z", At(8, 3)), Patch("20260720T000000Z", At(7, 31))]);

        catalog.LatestPatch("ubuntu2204", null, At(7, 31) - Duration.Epsilon).ShouldBeNull();
        catalog.LatestPatch("ubuntu2204", null, At(7, 31))!.Level.ToString().ShouldBe("20260720T000000Z");
        catalog.LatestPatch("ubuntu2204", null, At(8, 3))!.Level.ToString().ShouldBe("20260720T000000Z");
    }

    [Fact]
    public void NextChange_OfAFamilyWithATrack_SeesPatchesToo()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.18.0", At(7, 20))], [Patch("20260714T000000Z", At(7, 16))]);

        catalog.NextChange(Ubuntu, null, At(7, 15)).ShouldBe(At(7, 16));
        catalog.NextChange(Ubuntu, null, At(7, 16)).ShouldBe(At(7, 20));
        catalog.NextChange(Ubuntu, null, At(7, 20)).ShouldBeNull();
    }

    [Fact]
    public void Of_TheSameImageTwice_TheLastCounts()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.18.0", At(7, 20)), Release("202607.18.0", At(7, 25))], []);

        catalog.ImagesOf(Ubuntu).Length.ShouldBe(1);
        catalog.LatestImage(Ubuntu, null, At(7, 24)).ShouldBeNull();
    }

    [Fact]
    public void LiesAfterData_WithoutAStatedEnd_IsAfterTheNewestPublication()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.18.0", At(7, 20))], []);

        catalog.LiesAfterData(At(7, 20)).ShouldBeFalse();
        catalog.LiesAfterData(At(7, 20) + Duration.Epsilon).ShouldBeTrue();
        ReleaseCatalog.Empty.LiesAfterData(At(7, 20)).ShouldBeTrue();
        ReleaseCatalog.Of([Release("202607.18.0", At(7, 20))], [], At(8, 1)).LiesAfterData(At(8, 1)).ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "IM-31")]
    public void SilenceOf_CountsFromTheLatestPublication()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.18.0", At(7, 20))], []);

        catalog.SilenceOf(Ubuntu, At(8, 17)).ShouldBe(Duration.FromDays(28));
        catalog.SilenceOf(Ubuntu, At(7, 19)).ShouldBeNull();
        ReleaseCatalog.NormalSilence.ShouldBe(Duration.FromDays(28));
    }

    [Fact]
    public void Knows_OnlyFamiliesWithReleases()
    {
        var catalog = ReleaseCatalog.Of([Release("202607.18.0", At(7, 20)), new ImageRelease(NodeImage.Parse("odd"), At(7, 20))], []);

        catalog.Families.ShouldBe([Ubuntu]);
        catalog.Knows(new ImageFamily("AKSUbuntu-2404gen2containerd")).ShouldBeFalse();
        catalog.Find(NodeImage.Parse("odd")).ShouldBeNull();
    }

    private static ImageRelease Release(string version, Instant at, Instant? withdrawn = null) => new(NodeImage.Parse($"{Ubuntu}-{version}"), at, withdrawn);

    private static PatchRelease Patch(string level, Instant at) =>
        new("ubuntu2204", PatchLevel.TryParse(level, out var parsed) ? parsed : throw new FormatException(level), at, false, false);

    private static Instant At(int month, int day) => Instant.FromUtc(2026, month, day, 0, 0);
}
