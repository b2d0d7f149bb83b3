using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Maintenance;

public sealed class MaintenanceCommandTests : IAsyncLifetime
{
    private static readonly string Window = $"{FakeArm.ClusterPath("rg", "shop")}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule";

    private readonly RemoteClient _client = new();

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync("--group", "rg");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    // AZ-34: the documents that az makes of the same words.
    [Theory]
    [InlineData("""{"schedule":{"daily":{"intervalDays":2}},"durationHours":8,"startTime":"00:00"}""", "--schedule", "Daily", "--interval-days", "2", "--duration", "8", "--start-time", "00:00")]
    [InlineData(
        """{"schedule":{"weekly":{"intervalWeeks":3,"dayOfWeek":"Friday"}},"durationHours":8,"utcOffset":"+05:30","startDate":"2027-01-01","startTime":"00:00"}""",
        "--schedule", "Weekly", "--day-of-week", "friday", "--interval-weeks", "3", "--duration", "8", "--utc-offset", "+05:30", "--start-date", "2027-01-01", "--start-time", "00:00")]
    [InlineData(
        """{"schedule":{"absoluteMonthly":{"intervalMonths":1,"dayOfMonth":15}},"durationHours":8,"utcOffset":"-08:00","startTime":"00:00"}""",
        "--schedule", "AbsoluteMonthly", "--day-of-month", "15", "--duration", "8", "--start-time", "00:00", "--utc-offset=-08:00")]
    [InlineData(
        """{"schedule":{"relativeMonthly":{"intervalMonths":3,"weekIndex":"Last","dayOfWeek":"Tuesday"}},"durationHours":8,"startTime":"00:00","notAllowedDates":[{"start":"2026-12-20","end":"2027-01-03"},{"start":"2027-03-01","end":"2027-03-02"}]}""",
        "--schedule", "relativemonthly", "--interval-months", "3", "--week-index", "last", "--day-of-week", "Tuesday", "--duration", "8", "--start-time", "00:00",
        "--not-allowed-dates", "2026-12-20..2027-01-03", "2027-03-01..2027-03-02")]
    [Trait("Rule", "AZ-34")]
    public async Task Set_FromOptions_PutsTheDocumentOfAzure(string window, params string[] options)
    {
        await _client.OkAsync(["maintenance", "set", "--cluster", "shop", .. options]);

        _client.Arm.Writes.ShouldBe([$"PUT {Window}?api-version=2026-04-01 {{\"properties\":{{\"maintenanceWindow\":{window}}}}}"]);
    }

    [Fact]
    public async Task Set_WithMuchMissing_SaysAllOfIt()
    {
        var run = await _client.RunAsync("maintenance", "set", "--cluster", "shop", "--schedule", "Weekly", "--day-of-month", "3", "--not-allowed-dates", "christmas");

        run.ShouldFail(
            ExitCode.Usage, "--day-of-week is missing", "--day-of-month: a Weekly schedule has none.", "--duration is missing", "--start-time is missing", "--not-allowed-dates: 'christmas' is no range.");
        _client.Arm.Requests.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("""{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"01:00"}""")]
    [InlineData("""{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"01:00"}}""")]
    [InlineData("""{"id":"x","name":"y","properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"01:00"}}}""")]
    public async Task Set_FromAFileOfAnyShape_PutsItsProperties(string text)
    {
        await _client.OkAsync("maintenance", "set", "--cluster", "shop", "--file", _client.Write("window.json", text));

        _client.Arm.Writes.Single().ShouldEndWith("""{"properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":4,"startTime":"01:00"}}}""");
    }

    [Fact]
    public async Task Set_FromAFileAndOptions_IsAMisuse() =>
        (await _client.RunAsync("maintenance", "set", "--cluster", "shop", "--file", "x", "--schedule", "Daily")).ShouldFail(ExitCode.Usage, "the schedule comes either from a file or from options");

    [Fact]
    public async Task Show_OfAConfiguration_HasItsNextWindows()
    {
        _client.Arm.Put(Window, """{"properties":{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Saturday"}},"durationHours":6,"startTime":"22:00","utcOffset":"+02:00","startDate":"2026-01-01"}}}""");

        var output = await _client.OkAsync("maintenance", "show", "--cluster", "shop");

        output.ShouldStartWith("shop: aksManagedNodeOSUpgradeSchedule, every week on Saturday from 2026-01-01, 22:00 at +02:00 for 6 h\n");
        output.ShouldContain("  2026-07-04 20:00  2026-07-05 02:00  Sat 22:00 – Sun 04:00  6 h");
    }

    [Fact]
    public async Task List_OfConfigurations_SaysWhenEachOpens()
    {
        _client.Arm.Put(Window, """{"properties":{"maintenanceWindow":{"schedule":{"daily":{"intervalDays":1}},"durationHours":6,"startTime":"22:00","startDate":"2026-01-01"}}}""");

        (await _client.OkAsync("maintenance", "list", "--cluster", "shop")).ShouldContain("  aksManagedNodeOSUpgradeSchedule  2026-06-30 22:00, open  every day from 2026-01-01, 22:00 at +00:00 for 6 h\n");
    }
}
