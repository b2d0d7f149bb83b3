using Imago.Cli.Terminals;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Terminals;

public sealed class TimeTextTests
{
    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(1740, "29 min")]
    [InlineData(3600, "1 h")]
    [InlineData(17084, "4 h 44 min")]
    [InlineData(86400 * 28, "28 d")]
    [InlineData(86400 + 7200, "1 d 2 h")]
    public void Of_ADuration_NamesItsTwoLargestUnits(int seconds, string text) => TimeText.Of(Duration.FromSeconds(seconds)).ShouldBe(text);
}
