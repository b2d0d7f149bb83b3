using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

[Trait("Rule", "UP-140")]
public sealed class ExtraNodesTests
{
    [Fact]
    public void For_FivePoolsOfFourAtHalf_NeedTenIfAtOnceAndTwoAtATime() =>
        ExtraNodes.For(Enumerable.Range(0, 5).Select(i => (Pool($"p{i}", IntOrPercent.Percent(50)), 4))).ShouldBe(new ExtraNodes(IfAllAtOnce: 10, Peak: 2));

    [Fact]
    public void For_PoolsOfDifferentSizes_PeaksAtTheLargestSurge() =>
        ExtraNodes.For([(Pool("a", IntOrPercent.Percent(33)), 10), (Pool("b", IntOrPercent.Of(1)), 40)]).ShouldBe(new ExtraNodes(IfAllAtOnce: 5, Peak: 4));

    [Fact]
    public void For_PoolUpgradedInPlaceOrRefused_NeedsNone() =>
        ExtraNodes.For(
        [
            (new PoolSpec { Name = "in-place", Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(2) } }, 6),
            (Pool("refused", IntOrPercent.Of(0)), 6),
        ]).ShouldBe(new ExtraNodes(0, 0));

    private static PoolSpec Pool(string name, IntOrPercent surge) => new() { Name = name, Settings = new UpgradeSettings { MaxSurge = surge } };
}
