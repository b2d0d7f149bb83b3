using Imago.Domain.Clusters;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Clusters;

public sealed class IntOrPercentTests
{
    [Theory]
    [InlineData("3", 3, false)]
    [InlineData("33%", 33, true)]
    [InlineData("0", 0, false)]
    public void TryParse_NumberOrPercentage_IsReadAndWrittenAlike(string text, int value, bool percent)
    {
        IntOrPercent.TryParse(text, out var read).ShouldBeTrue();
        read.ShouldBe(new IntOrPercent(value, percent));
        read.ToString().ShouldBe(text);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("%")]
    [InlineData("-1")]
    [InlineData("1.5%")]
    [InlineData(" 3")]
    [InlineData("99999999999")]
    public void TryParse_AnythingElse_IsRefused(string? text) => IntOrPercent.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(10, 11, 2)]
    [InlineData(33, 10, 4)]
    [InlineData(100, 7, 7)]
    [InlineData(1, 990, 10)]
    [InlineData(50, 0, 0)]
    [Trait("Rule", "UP-21")]
    public void RoundedUp_Percentage_IsRoundedUp(int percent, int whole, int expected) => IntOrPercent.Percent(percent).RoundedUp(whole).ShouldBe(expected);
}
