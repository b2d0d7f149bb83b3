using Imago.Domain.Maintenance;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Maintenance;

public sealed class ConfigurationTests
{
    [Theory]
    [InlineData("default", ConfigurationKind.Default)]
    [InlineData("aksManagedAutoUpgradeSchedule", ConfigurationKind.AutoUpgrade)]
    [InlineData("aksManagedNodeOSUpgradeSchedule", ConfigurationKind.NodeOsUpgrade)]
    [Trait("Rule", "MW-1")]
    [Trait("Rule", "MW-5")]
    [Trait("Rule", "MW-6")]
    [Trait("Rule", "MW-7")]
    public void Names_OfTheThreeConfigurations_SayWhatTheyGovern(string name, ConfigurationKind kind)
    {
        ConfigurationNames.NameOf(kind).ShouldBe(name);
        ConfigurationNames.Find(name).ShouldBe(kind);
        Enum.GetValues<ConfigurationKind>().Length.ShouldBe(3);
    }

    [Theory]
    [InlineData("DEFAULT", "default")]
    [InlineData("AksManagedNodeOsUpgradeSchedule", "aksManagedNodeOSUpgradeSchedule")]
    [InlineData("aksmanagedautoupgradeschedule", "aksManagedAutoUpgradeSchedule")]
    [Trait("Rule", "MW-3")]
    public void Names_OtherCase_AreFoundAndReturnedInCanonicalCase(string written, string canonical) =>
        ConfigurationNames.NameOf(ConfigurationNames.Find(written)!.Value).ShouldBe(canonical);

    [Theory]
    [InlineData("aksManagedClusterAutoUpgradeSchedule")]
    [InlineData("AKSManagedNodeOSAutoUpgradeSchedule")]
    [InlineData("")]
    [InlineData("default ")]
    [Trait("Rule", "MW-2")]
    [Trait("Rule", "MW-4")]
    public void Names_Any_OtherIsUnknown(string name) => ConfigurationNames.Find(name).ShouldBeNull();

    [Fact]
    [Trait("Rule", "MW-2")]
    public void UnknownName_Message_ListsTheThree() =>
        ConfigurationNames.UnknownName("mine").ShouldBe(
            "Maintenance configuration 'mine': a cluster may only have 'default', 'aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule'. Use one of these names.");

    [Fact]
    [Trait("Rule", "MW-59")]
    public void Order_OverlappingWindows_IsVersionThenNodeOsThenDefault() =>
        Enum.GetValues<ConfigurationKind>().OrderBy(ConfigurationNames.Order)
            .ShouldBe([ConfigurationKind.AutoUpgrade, ConfigurationKind.NodeOsUpgrade, ConfigurationKind.Default]);

    [Theory]
    [InlineData("2023-11-25T23:44:59Z", false)]
    [InlineData("2023-11-25T23:45:00Z", false)]
    [InlineData("2023-11-25T23:45:01Z", true)]
    [InlineData("2023-11-26T03:59:59Z", true)]
    [InlineData("2023-11-26T04:00:00Z", false)]
    [Trait("Rule", "MW-50")]
    public void ChangedLate_FifteenMinutesBeforeTheStart_IsInTime(string changedAt, bool late)
    {
        var configuration = new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, Some.Window(Some.EverySunday, "2023-11-22"), Some.At(changedAt));
        var window = configuration.Times.FirstEndingAfter(Some.At("2023-11-26T00:00:00Z"))!.Value;

        configuration.ChangedLate(window).ShouldBe(late);
        (configuration with { ChangedAt = null }).ChangedLate(window).ShouldBeFalse();

        // Late or not, it counts at once.
        configuration.Times.StateAt(Some.At("2023-11-26T03:59:59Z")).IsOpen.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "MW-60")]
    public void IsHonoured_DefaultLongerThanWeekly_IsNot()
    {
        MaintenanceTimes weekly = Some.Window(Some.EverySunday, "2023-11-22");
        MaintenanceTimes twoWeekly = Some.Window(new Schedule.Weekly(2, IsoDayOfWeek.Sunday), "2023-11-22");
        MaintenanceTimes monthly = Some.Window(new Schedule.AbsoluteMonthly(1, 1), "2023-11-22");
        MaintenanceTimes legacy = new WeeklyHours([new(IsoDayOfWeek.Monday, [1])], []);

        new MaintenanceConfiguration(ConfigurationKind.Default, weekly).IsHonoured.ShouldBeTrue();
        new MaintenanceConfiguration(ConfigurationKind.Default, legacy).IsHonoured.ShouldBeTrue();
        new MaintenanceConfiguration(ConfigurationKind.Default, twoWeekly).IsHonoured.ShouldBeFalse();
        new MaintenanceConfiguration(ConfigurationKind.Default, monthly).IsHonoured.ShouldBeFalse();
        new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, monthly).IsHonoured.ShouldBeTrue();
    }

    [Theory]
    [InlineData(20, false)]
    [InlineData(21, true)]
    [Trait("Rule", "MW-16")]
    public void CrowdedStarts_MoreThanTwentyClustersWithOneStartMinute_AreNamed(int clusters, bool crowded)
    {
        // Sunday 02:30 UTC, written at different offsets; one more cluster starts a minute later.
        var same = Enumerable.Range(0, clusters).Select(n => n % 2 == 0
            ? Some.Window(Some.EverySunday, "2023-11-22", "02:30")
            : Some.Window(Some.EverySunday, "2023-11-22", "04:30", "+02:00"));
        var other = Some.Window(Some.EverySunday, "2023-11-22", "02:31");

        var found = MaintenanceConfiguration.CrowdedStarts(
            same.Append(other).Select(w => new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, w)), Some.At("2023-11-22T00:00:00Z"));

        found.ShouldBe(crowded ? [((6 * 24 * 60) + 150, 21)] : []);
    }

    [Fact]
    public void Configurations_OfEqualValues_AreEqual()
    {
        Written().ShouldBe(Written());
        Written().GetHashCode().ShouldBe(Written().GetHashCode());
        Legacy(2).ShouldBe(Legacy(2));
        Legacy(2).GetHashCode().ShouldBe(Legacy(2).GetHashCode());
        Legacy(2).ShouldNotBe(Legacy(3));
        Written().ShouldNotBe(new MaintenanceConfiguration(
            ConfigurationKind.NodeOsUpgrade, Some.Window(Some.EverySunday, "2023-11-22", "00:00", "+00:00", 4, ("2023-12-24", "2023-12-27"))));

        static MaintenanceConfiguration Written() => new(
            ConfigurationKind.NodeOsUpgrade, Some.Window(Some.EverySunday, "2023-11-22", "00:00", "+00:00", 4, ("2023-12-24", "2023-12-26")));
        static MaintenanceConfiguration Legacy(int slot) => new(
            ConfigurationKind.Default, new WeeklyHours([new(IsoDayOfWeek.Monday, [1, slot])], [(Some.At("2023-12-24T00:00:00Z"), Some.At("2023-12-26T00:00:00Z"))]));
    }
}
