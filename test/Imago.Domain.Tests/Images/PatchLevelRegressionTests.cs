using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class PatchLevelRegressionTests
{
    private static readonly NodeImage Patched = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0-2024.12.01");

    [Fact]
    [Trait("Rule", "IM-11")]
    public void Of_AMoveToANewerImageWithOlderPackages_IsAWarning()
    {
        var regression = PatchLevelRegression.Of(Patched, null, NodeImage.Parse("AKSUbuntu-2204gen2containerd-202411.12.0"))!;

        regression.FromLevel.Date.ShouldBe(new LocalDate(2024, 12, 1));
        regression.ToLevel.Date.ShouldBe(new LocalDate(2024, 11, 12));
        regression.Message.ShouldContain("from 2024-12-01 to 2024-11-12");
        PatchLevelRegression.Code.ShouldBe("PatchLevelRegression");
    }

    [Fact]
    [Trait("Rule", "IM-11")]
    public void Of_AMoveFromALivePatchedNode_CountsTheReachedLevel()
    {
        var from = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0");
        var to = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202411.12.0");

        PatchLevelRegression.Of(from, PatchLevel.OfDate(new LocalDate(2024, 11, 20)), to).ShouldNotBeNull();
        PatchLevelRegression.Of(from, PatchLevel.OfDate(new LocalDate(2024, 11, 12)), to).ShouldBeNull();
    }

    [Theory]
    [Trait("Rule", "IM-11")]
    [InlineData("AKSUbuntu-2204gen2containerd-202412.02.0")]
    [InlineData("AKSUbuntu-2204gen2containerd-202412.01.0")]
    [InlineData("AKSUbuntu-2204gen2containerd-202410.27.0")]
    [InlineData("AKSUbuntu-2404gen2containerd-202411.12.0")]
    [InlineData("AKSUbuntu-2204gen2containerd")]
    public void Of_AMoveThatKeepsTheLevelOrIsNotUpward_IsNone(string to) => PatchLevelRegression.Of(Patched, null, NodeImage.Parse(to)).ShouldBeNull();
}
