using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.House;

public sealed class SuppressionTests
{
    [Fact]
    public void EditorConfig_EachRuleSwitchedOff_CarriesItsReason() => SuppressionRules.WithoutReason(Repository.Own.Lines(".editorconfig")).ShouldBeEmpty();

    [Fact]
    public void EditorConfig_RuleBelowAnotherSetting_IsFound() =>
        SuppressionRules.WithoutReason(
            ["# Names are sentences.", "dotnet_diagnostic.CA1707.severity = none", "indent_size = 4", "dotnet_diagnostic.CA1000.severity = none"])
            .ShouldBe([".editorconfig:4 dotnet_diagnostic.CA1000.severity = none: no comment above says why."]);
}
