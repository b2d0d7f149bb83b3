using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class ReleaseRingTests
{
    [Fact]
    [Trait("Rule", "IM-35")]
    public void Default_Rings_AreCanaryEarlyMainRest() =>
        ReleaseRings.Default.Rings.Select(r => (r.Name, r.SharePercent, r.OpensAfter.TotalHours)).ShouldBe([("canary", 0, 0d), ("early", 10, 24d), ("main", 50, 48d), ("rest", 100, 96d)]);

    [Fact]
    [Trait("Rule", "IM-35")]
    public void RingOf_ManyRegions_MeetsTheSharesAndLeavesTheCanaryToHands()
    {
        var rings = Enumerable.Range(0, 1000).Select(i => ReleaseRings.Default.RingOf($"region-{i}").Name).CountBy(name => name).ToDictionary();

        rings.ContainsKey("canary").ShouldBeFalse();
        rings["early"].ShouldBeInRange(70, 130);
        (rings["early"] + rings["main"]).ShouldBeInRange(450, 550);
    }

    [Fact]
    [Trait("Rule", "IM-35")]
    public void RingOf_ARegion_IsAlwaysTheSame()
    {
        ReleaseRings.Default.RingOf("westeurope").Name.ShouldBe("main");
        ReleaseRings.Default.RingOf("WestEurope").ShouldBe(ReleaseRings.Default.RingOf("westeurope"));
    }

    [Fact]
    [Trait("Rule", "IM-30")]
    public void Of_BakeTimesBeyondTwoWeeks_IsRefused()
    {
        ReleaseRings.Of(("first", 10, Duration.FromDays(14)), ("rest", 100, Duration.Zero)).Refusal.ShouldBeNull();
        ReleaseRings.Of(("first", 10, Duration.FromDays(14) + Duration.FromHours(3)), ("rest", 100, Duration.Zero)).Refusal!.ShouldContain("14.1 days");
    }

    [Fact]
    [Trait("Rule", "IM-35")]
    public void Of_RingsThatMakeNoSense_IsRefusedByName()
    {
        ReleaseRings.Of(("all", 100, Duration.Zero), ("more", 100, Duration.Zero)).Refusal!.ShouldContain("'more'");
        ReleaseRings.Of(("a", 101, Duration.Zero)).Refusal!.ShouldContain("'a'");
        ReleaseRings.Of(("a", 50, -Duration.FromHours(1)), ("rest", 100, Duration.Zero)).Refusal!.ShouldContain("'a'");
        ReleaseRings.Of(("rest", 50, Duration.Zero), ("Rest", 100, Duration.Zero)).Refusal!.ShouldContain("name of its own");
        ReleaseRings.Of(("a", 50, Duration.Zero)).Refusal!.ShouldContain("100 %");
        ReleaseRings.Of().Refusal.ShouldNotBeNull();
    }

    [Fact]
    public void Named_InAnyCase_FindsTheRing()
    {
        ReleaseRings.Default.Named("MAIN")!.Name.ShouldBe("main");
        ReleaseRings.Default.Named("none").ShouldBeNull();
    }
}
