using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class ReleaseTrackerTests
{
    private static readonly ImageFamily Ubuntu = new("AKSUbuntu-2204gen2containerd");

    private static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of(
        [
            Release("202606.19.0", 6, 22), Release("202607.06.0", 7, 8), Release("202607.18.0", 7, 20), Release("202608.06.0", 8, 8), Release("202608.06.1", 8, 10),
        ],
        [new PatchRelease("ubuntu2204", PatchLevel.OfDate(new LocalDate(2026, 8, 7)), At(8, 8), false, false)]);

    private static readonly TrackedRegion[] Regions =
    [
        new("west-2", ReleaseRings.Default.Named("rest")!), new("north-1", ReleaseRings.Default.Named("main")!), new("canary-1", ReleaseRings.Default.Named("canary")!),
    ];

    [Fact]
    [Trait("Rule", "IM-34")]
    public void Of_Regions_ShowsCurrentAndTheThreeBefore()
    {
        var tracker = ReleaseTracker.Of(Catalog, Regions, [Ubuntu], At(8, 10));

        tracker.Regions.Select(r => r.Region.Name).ShouldBe(["canary-1", "north-1", "west-2"]);
        var canary = tracker.Regions[0].Families.ShouldHaveSingleItem();
        canary.Current.ToString().ShouldBe("202608.06.1");
        canary.Previous.Select(v => v.ToString()).ShouldBe(["202608.06.0", "202607.18.0", "202607.06.0"]);
        canary.SecurityPatch.ToString().ShouldBe("20260807T000000Z");
        tracker.Regions[2].Families[0].Current.ToString().ShouldBe("202607.18.0");
        tracker.Regions[2].Families[0].SecurityPatch.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "IM-34")]
    public void Orders_ByVersionAndByRegion_FollowTheRings()
    {
        var tracker = ReleaseTracker.Of(Catalog, Regions, [Ubuntu], At(8, 10));

        tracker.ByVersion(Ubuntu).Select(v => $"{v.Version}: {string.Join(' ', v.Regions)}").Take(3)
            .ShouldBe(["202608.06.1: canary-1", "202608.06.0: canary-1 north-1", "202607.18.0: canary-1 north-1 west-2"]);
        tracker.ByRegion(Ubuntu).Select(r => $"{r.Region}: {string.Join(' ', r.Versions)}").Last()
            .ShouldBe("west-2: 202606.19.0 202607.06.0 202607.18.0");
    }

    [Fact]
    public void AfterData_BeyondTheNewestPublication_IsSaid()
    {
        ReleaseTracker.Of(Catalog, Regions, [Ubuntu], At(8, 10)).AfterData.ShouldBeFalse();
        ReleaseTracker.Of(Catalog, Regions, [Ubuntu], At(8, 11)).AfterData.ShouldBeTrue();
    }

    private static ImageRelease Release(string version, int month, int day) => new(NodeImage.Parse($"{Ubuntu}-{version}"), At(month, day));

    private static Instant At(int month, int day) => Instant.FromUtc(2026, month, day, 0, 0);
}
