using System.Text.Json;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>Maintenance configurations of every kind of schedule, written, read and deleted.</summary>
public sealed class MaintenanceTests(AzureCliFixture fixture) : AzStory(fixture)
{
    private const string ClusterName = "windows";
    private const string TheCluster = $"--resource-group {AzureCliFixture.Group} --cluster-name {ClusterName}";

    // Far away, so that nothing opens while the tests run.
    private const string From = "--start-date 2099-01-01 --start-time 00:00";

    [Fact, Trait("Rule", "AZ-8")]
    public async Task Create_Cluster_HasNoConfiguration()
    {
        await Az($"aks create --resource-group {AzureCliFixture.Group} --name {ClusterName} --node-count 1");

        (await AzJson($"aks maintenanceconfiguration list {TheCluster}")).GetArrayLength().ShouldBe(0);
    }

    [Fact, Trait("Rule", "AZ-26"), Trait("Rule", "AZ-34"), Trait("Rule", "AZ-58")]
    public async Task Add_Default_TakesWeekdayAndHour()
    {
        var added = await AzJson($"aks maintenanceconfiguration add {TheCluster} --name default --weekday Monday --start-hour 1");

        added.GetProperty("name").GetString().ShouldBe("default");
        var week = added.GetProperty("timeInWeek").EnumerateArray().ShouldHaveSingleItem();
        week.GetProperty("day").GetString().ShouldBe("Monday");
        week.GetProperty("hourSlots").EnumerateArray().Select(h => h.GetInt32()).ShouldBe([1]);
    }

    [Fact, Trait("Rule", "AZ-26"), Trait("Rule", "AZ-34"), Trait("Rule", "MW-44")]
    public async Task Add_Daily_ComesBackAsWritten()
    {
        var window = Window(await AzJson($"aks maintenanceconfiguration add {TheCluster} --name aksManagedNodeOSUpgradeSchedule --schedule-type Daily --interval-days 2 --duration 12 --utc-offset=-08:00 {From}"));

        window.GetProperty("schedule").GetProperty("daily").GetProperty("intervalDays").GetInt32().ShouldBe(2);
        window.GetProperty("durationHours").GetInt32().ShouldBe(12);
        window.GetProperty("utcOffset").GetString().ShouldBe("-08:00");
        window.GetProperty("startDate").GetString().ShouldBe("2099-01-01");
        window.GetProperty("startTime").GetString().ShouldBe("00:00");
    }

    [Fact, Trait("Rule", "AZ-26")]
    public async Task Add_NameThatIsThere_IsRefusedByAz()
    {
        var refused = await Session.RunAsync($"aks maintenanceconfiguration add {TheCluster} --name aksManagedNodeOSUpgradeSchedule --schedule-type Daily --interval-days 2 --duration 12 {From}");

        refused.ExitCode.ShouldNotBe(0);
        refused.Error.ShouldContain("already exists");
    }

    [Fact, Trait("Rule", "AZ-26"), Trait("Rule", "AZ-34"), Trait("Rule", "MW-45")]
    public async Task Update_ToWeekly_ReplacesTheSchedule()
    {
        var window = Window(await AzJson($"aks maintenanceconfiguration update {TheCluster} --name aksManagedNodeOSUpgradeSchedule --schedule-type Weekly --day-of-week Friday --interval-weeks 3 --duration 8 --utc-offset +05:30 {From}"));

        window.GetProperty("schedule").GetProperty("weekly").GetProperty("dayOfWeek").GetString().ShouldBe("Friday");
        window.GetProperty("schedule").GetProperty("weekly").GetProperty("intervalWeeks").GetInt32().ShouldBe(3);
        window.GetProperty("schedule").GetProperty("daily").ValueKind.ShouldBe(JsonValueKind.Null);
        window.GetProperty("utcOffset").GetString().ShouldBe("+05:30");
    }

    [Fact, Trait("Rule", "AZ-26"), Trait("Rule", "AZ-34"), Trait("Rule", "MW-46")]
    public async Task Add_AbsoluteMonthly_ComesBackAsWritten()
    {
        var monthly = Window(await AzJson($"aks maintenanceconfiguration add {TheCluster} --name aksManagedAutoUpgradeSchedule --schedule-type AbsoluteMonthly --day-of-month 15 --interval-months 1 --duration 6 {From}"))
            .GetProperty("schedule").GetProperty("absoluteMonthly");

        monthly.GetProperty("dayOfMonth").GetInt32().ShouldBe(15);
        monthly.GetProperty("intervalMonths").GetInt32().ShouldBe(1);
    }

    [Fact, Trait("Rule", "AZ-26"), Trait("Rule", "AZ-34"), Trait("Rule", "MW-48")]
    public async Task Update_ToRelativeMonthly_ReplacesTheSchedule()
    {
        var monthly = Window(await AzJson($"aks maintenanceconfiguration update {TheCluster} --name aksManagedAutoUpgradeSchedule --schedule-type RelativeMonthly --day-of-week Tuesday --week-index Last --interval-months 3 --duration 6 {From}"))
            .GetProperty("schedule").GetProperty("relativeMonthly");

        monthly.GetProperty("weekIndex").GetString().ShouldBe("Last");
        monthly.GetProperty("dayOfWeek").GetString().ShouldBe("Tuesday");
        monthly.GetProperty("intervalMonths").GetInt32().ShouldBe(3);
    }

    [Fact, Trait("Rule", "AZ-26"), Trait("Rule", "MW-49")]
    public async Task Update_FromAFile_KeepsItsBlockedDates()
    {
        await File.WriteAllTextAsync(
            Session.Outside("window.json"),
            """
            { "maintenanceWindow": { "schedule": { "absoluteMonthly": { "intervalMonths": 3, "dayOfMonth": 1 } }, "durationHours": 4, "utcOffset": "-08:00", "startTime": "09:00",
                "notAllowedDates": [ { "start": "2099-12-23", "end": "2100-01-05" } ] } }
            """,
            TestContext.Current.CancellationToken);

        var window = Window(await AzJson($"aks maintenanceconfiguration update {TheCluster} --name aksManagedAutoUpgradeSchedule --config-file {Session.Inside("window.json")}"));

        var blocked = window.GetProperty("notAllowedDates").EnumerateArray().ShouldHaveSingleItem();
        blocked.GetProperty("start").GetString().ShouldBe("2099-12-23");
        blocked.GetProperty("end").GetString().ShouldBe("2100-01-05");
        // AZ-61: the server says from when on a schedule counts that names no date.
        window.GetProperty("startDate").GetString().ShouldNotBeNullOrEmpty();
    }

    [Fact, Trait("Rule", "AZ-27"), Trait("Rule", "EV-77")]
    public async Task List_Configurations_HoldsAllThree() =>
        (await AzJson($"aks maintenanceconfiguration list {TheCluster}")).EnumerateArray().Select(c => c.GetProperty("name").GetString())
            .ShouldBe(["default", "aksManagedNodeOSUpgradeSchedule", "aksManagedAutoUpgradeSchedule"], ignoreOrder: true);

    [Theory, Trait("Rule", "AZ-51"), Trait("Rule", "MW-31")]
    [InlineData("--duration 3 --interval-days 1 --start-time 00:00", "durationHours")]
    [InlineData("--duration 400 --interval-days 1 --start-time 00:00", "durationHours")]
    [InlineData("--duration 4 --interval-days 0 --start-time 00:00", "intervalDays")]
    [InlineData("--duration 4 --interval-days 1 --start-time 25:99", "startTime")]
    public async Task Update_OutOfRange_EndsWithOneAndNamesTheField(string schedule, string field)
    {
        var refused = await Session.RunAsync($"aks maintenanceconfiguration update {TheCluster} --name aksManagedNodeOSUpgradeSchedule --schedule-type Daily {schedule}");

        refused.ExitCode.ShouldBe(1);
        refused.Error.ShouldContain(field);
        refused.Error.ShouldNotContain("Traceback");
    }

    [Fact, Trait("Rule", "AZ-55")]
    public async Task Update_NegativeOffsetWithoutEqualsSign_IsRefusedByAz() =>
        (await Session.RunAsync($"aks maintenanceconfiguration update {TheCluster} --name aksManagedNodeOSUpgradeSchedule --schedule-type Daily --interval-days 1 --duration 4 --start-time 00:00 --utc-offset -08:00"))
            .ExitCode.ShouldBe(2);

    [Fact, Trait("Rule", "AZ-27")]
    public async Task Show_AfterAllRefusals_IsWhatWasWritten() =>
        Window(await AzJson($"aks maintenanceconfiguration show {TheCluster} --name aksManagedNodeOSUpgradeSchedule"))
            .GetProperty("schedule").GetProperty("weekly").GetProperty("dayOfWeek").GetString().ShouldBe("Friday");

    [Fact, Trait("Rule", "AZ-27")]
    public async Task Delete_Configuration_IsGoneAndMayBeDeletedAgain()
    {
        await Az($"aks maintenanceconfiguration delete {TheCluster} --name aksManagedAutoUpgradeSchedule");

        (await Session.RunAsync($"aks maintenanceconfiguration show {TheCluster} --name aksManagedAutoUpgradeSchedule")).ExitCode.ShouldBe(3);
        await Az($"aks maintenanceconfiguration delete {TheCluster} --name aksManagedAutoUpgradeSchedule");
    }

    private static JsonElement Window(JsonElement configuration) => configuration.GetProperty("maintenanceWindow");
}
