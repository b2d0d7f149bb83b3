using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

[Trait("Rule", "UP-92")]
public sealed class OverrideSettingsTests
{
    [Fact]
    public void From_NobodySaysHowLong_LastsThreeDays() =>
        OverrideSettings.From(Some.Noon).ShouldBe(new OverrideSettings(ForceUpgrade: true, Instant.FromUtc(2026, 7, 4, 12, 0)));

    [Fact]
    public void RefusalAt_EndInThePastOrNow_SaysSo()
    {
        new OverrideSettings(ForceUpgrade: true, Some.Noon).RefusalAt(Some.Noon).ShouldBe("Force upgrade until 2026-07-01T12:00:00Z has ended already. Choose an instant in the future.");
        new OverrideSettings(ForceUpgrade: true, Some.After(1)).RefusalAt(Some.Noon).ShouldBeNull();
    }

    [Fact]
    public void RefusalAt_EndFarAway_IsFine() =>
        new OverrideSettings(ForceUpgrade: true, Some.Noon + Duration.FromDays(400)).RefusalAt(Some.Noon).ShouldBeNull();

    [Fact]
    [Trait("Rule", "UP-90")]
    public void RefusalAt_ForceWithoutEnd_AsksForIt() =>
        new OverrideSettings(ForceUpgrade: true, Until: null).RefusalAt(Some.Noon).ShouldBe("Force upgrade needs 'until', the instant before which forced upgrades may start.");
}
