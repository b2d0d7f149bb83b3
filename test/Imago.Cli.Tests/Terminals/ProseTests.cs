using Imago.Cli.Terminals;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Terminals;

public sealed class ProseTests
{
    [Theory]
    [InlineData("", new[] { "" })]
    [InlineData("one two three four five", new[] { "one two three four", "five" })]
    [InlineData("exactly twenty chars", new[] { "exactly twenty chars" })]
    [InlineData("exactly twenty chars and more", new[] { "exactly twenty chars", "and more" })]
    [InlineData("aks-apps-38120417-vmss000003", new[] { "aks-apps-38120417-vm", "ss000003" })]
    [InlineData("two\nlines", new[] { "two", "lines" })]
    public void Wrap_ATextTooLong_BreaksBetweenWords(string text, string[] lines) => Prose.Wrap(text, 20).ShouldBe(lines);

    [Fact]
    public void Wrap_ATerminalThatClaimsNoWidth_StillEnds() => Prose.Wrap("some words that go on and on", 0).ShouldBe(["some words that go", "on and on"]);
}
