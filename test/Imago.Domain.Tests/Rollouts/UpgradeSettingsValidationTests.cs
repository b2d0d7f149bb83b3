using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public sealed class UpgradeSettingsValidationTests
{
    [Fact]
    public void Check_Defaults_AreValid() => UpgradeSettingsValidation.Check(new UpgradeSettings()).ShouldBeEmpty();

    [Theory]
    [InlineData("0%", false)]
    [InlineData("1%", true)]
    [InlineData("100%", true)]
    [InlineData("101%", false)]
    [InlineData("1", true)]
    [InlineData("5000", true)]
    [Trait("Rule", "UP-12")]
    public void Check_MaxSurge_IsANumberOr1To100Percent(string value, bool valid) =>
        Problems(new UpgradeSettings { MaxSurge = Share(value), MaxUnavailable = IntOrPercent.Of(1) }).ShouldBe(
            valid ? [] : [$"maxSurge: '{value}' is out of range: a whole number from 0 on, or 1% to 100%, is allowed."]);

    [Theory]
    [InlineData("0", true)]
    [InlineData("0%", false)]
    [InlineData("100%", true)]
    [InlineData("150%", false)]
    [Trait("Rule", "UP-13")]
    public void Check_MaxUnavailable_IsANumberOr1To100Percent(string value, bool valid) =>
        Problems(new UpgradeSettings { MaxUnavailable = Share(value) }).ShouldBe(
            valid ? [] : [$"maxUnavailable: '{value}' is out of range: a whole number from 0 on, or 1% to 100%, is allowed."]);

    [Theory]
    [InlineData(299, "A drain timeout of 4.98 minutes is out of range: 5 to 1440 is allowed.")]
    [InlineData(300, null)]
    [InlineData(86_400, null)]
    [InlineData(86_460, "A drain timeout of 1441 minutes is out of range: 5 to 1440 is allowed.")]
    [Trait("Rule", "UP-14")]
    public void Check_DrainTimeout_IsFiveMinutesToADay(int seconds, string? problem) =>
        Problems(new UpgradeSettings { DrainTimeout = Duration.FromSeconds(seconds) }).ShouldBe(problem is null ? [] : [$"drainTimeoutInMinutes: {problem}"]);

    [Theory]
    [InlineData(-60, "A node soak of -1 minutes is out of range: 0 to 30 is allowed.")]
    [InlineData(0, null)]
    [InlineData(1800, null)]
    [InlineData(1860, "A node soak of 31 minutes is out of range: 0 to 30 is allowed.")]
    [Trait("Rule", "UP-15")]
    public void Check_NodeSoak_IsUpToHalfAnHour(int seconds, string? problem) =>
        Problems(new UpgradeSettings { NodeSoak = Duration.FromSeconds(seconds) }).ShouldBe(problem is null ? [] : [$"nodeSoakDurationInMinutes: {problem}"]);

    [Theory]
    [InlineData("3", "2", false)]
    [InlineData("3", "3", true)]
    [InlineData("50%", "33%", false)]
    [InlineData("33%", "50%", true)]
    [InlineData("50%", "1", true)] // Which is more depends on the pool; the run decides.
    [Trait("Rule", "UP-17")]
    public void Check_MaxBlockedNodes_IsNotBelowTheSurge(string surge, string blocked, bool valid) =>
        Problems(new UpgradeSettings { MaxSurge = Share(surge), MaxBlockedNodes = Share(blocked) }).ShouldBe(
            valid ? [] : [$"maxBlockedNodes: Max blocked nodes '{blocked}' is below max surge '{surge}'. Raise it, or lower the surge."]);

    [Theory]
    [InlineData("0", null, false)]
    [InlineData("0", "0", false)]
    [InlineData("0", "1", true)]
    [InlineData(null, "0", true)] // The default surge is at least one.
    [Trait("Rule", "UP-23")]
    public void Check_BothAtZero_LeaveNoRoom(string? surge, string? unavailable, bool valid) =>
        Problems(new UpgradeSettings { MaxSurge = surge is null ? null : Share(surge), MaxUnavailable = unavailable is null ? null : Share(unavailable) }).ShouldBe(
            valid ? [] : ["maxSurge: Max surge '0' with max unavailable '0' leaves no room to upgrade. Set at least one above zero."]);

    [Fact]
    public void Check_SeveralProblems_AreAllReported() => UpgradeSettingsValidation.Check(new UpgradeSettings
    {
        MaxSurge = Share("200%"), MaxUnavailable = Share("300%"), MaxBlockedNodes = Share("400%"), DrainTimeout = Duration.Zero, NodeSoak = Duration.FromHours(1),
    }).Select(p => p.Path).ShouldBe(["maxSurge", "maxUnavailable", "maxBlockedNodes", "drainTimeoutInMinutes", "nodeSoakDurationInMinutes"]);

    private static IEnumerable<string> Problems(UpgradeSettings settings) => UpgradeSettingsValidation.Check(settings).Select(p => $"{p.Path}: {p.Message}");

    private static IntOrPercent Share(string text)
    {
        IntOrPercent.TryParse(text, out var value).ShouldBeTrue();
        return value;
    }
}
