using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Forecasts;

public sealed class OptionTests(Files files) : IClassFixture<Files>
{
    [Theory]
    [InlineData("--max-surge", "101%", "--max-surge: '101%' is out of range: a whole number from 0 on, or 1% to 100%, is allowed.")]
    [InlineData("--max-surge", "0%", "--max-surge: '0%' is out of range")]
    [InlineData("--max-surge", "-1", "--max-surge: '-1' is neither a number nor a percentage.")]
    [InlineData("--max-surge", "0", "leaves no room to upgrade. Set at least one above zero.")]
    [InlineData("--max-unavailable", "200%", "--max-unavailable: '200%' is out of range")]
    [InlineData("--max-blocked-nodes", "150%", "--max-blocked-nodes: '150%' is out of range")]
    [InlineData("--drain-timeout", "2m", "--drain-timeout: A drain timeout of 2 minutes is out of range: 5 to 1440 is allowed.")]
    [InlineData("--drain-timeout", "1441", "--drain-timeout: A drain timeout of 1441 minutes is out of range")]
    [InlineData("--drain-timeout", "soon", "--drain-timeout: 'soon' is not a duration.")]
    [InlineData("--soak", "31m", "--soak: A node soak of 31 minutes is out of range: 0 to 30 is allowed.")]
    [InlineData("--channel", "Stable", "--channel: 'Stable' is not known. Write one of None, Unmanaged, SecurityPatch, NodeImage.")]
    [InlineData("--undrainable", "Force", "--undrainable: 'Force' is not known.")]
    [InlineData("--bare-pods", "Delete", "--bare-pods: 'Delete' is not known. Write one of Evict, Keep.")]
    [InlineData("--window-close", "Now", "--window-close: 'Now' is not known.")]
    [InlineData("--canary", "Two", "--canary: 'Two' is not known.")]
    [InlineData("--horizon", "0d", "--horizon: nothing can happen in no time. Write for example 28d.")]
    [InlineData("--horizon", "-1d", "--horizon: '-1d' is not a duration.")]
    [InlineData("--horizon", "99999d", "--horizon: '99999d' is not a duration.")]
    [InlineData("--horizon", "10000d1s", "--horizon: '10000d1s' is not a duration.")]
    [InlineData("--seed", "-1", "--seed: '-1' is not a whole number from 0 to 18446744073709551615.")]
    [InlineData("--seed", "1.5", "--seed: '1.5' is not a whole number")]
    [InlineData("--from", "yesterday", "--from: 'yesterday' is not an instant.")]
    [InlineData("--from", "-9998-01-01", "--from: -9998-01-01 00:00 is out of range: 0002-01-01 00:00 to 9999-01-01 00:00 UTC is allowed.")]
    [InlineData("--from", "9998-12-31", "--from, --horizon: the forecast would end after 9999-01-01 00:00 UTC")]
    [InlineData("--output", "yaml", "--output: 'yaml' is not known. Write 'table' or 'json'.")]
    [InlineData("--target", " ", "--target: the version is missing.")]
    public async Task Forecast_BadValue_IsAMisuseThatNamesTheOption(string option, string value, string message) =>
        (await CommandRun.Of("forecast", "--cluster", files.Shop, option, value)).ShouldFail(ExitCode.Usage, message, "Try 'imago forecast --help'.");

    [Fact]
    public async Task Forecast_SeveralBadSettings_AreAllNamed() =>
        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--max-surge", "101%", "--drain-timeout", "2m", "--soak", "40")).ShouldFail(
            ExitCode.Usage, "--max-surge: ", "--drain-timeout: ", "--soak: ");

    [Fact]
    public async Task Explain_BadValue_IsAMisuseToo() =>
        (await CommandRun.Of("explain", "--cluster", files.Shop, "--max-surge", "0")).ShouldFail(ExitCode.Usage, "Try 'imago explain --help'.");

    [Fact]
    public async Task Forecast_WithoutCluster_SaysWhatIsMissing() => (await CommandRun.Of("forecast")).ShouldFail(ExitCode.Usage, "Which cluster? Name a dump with --cluster DUMP.json, or a cluster of the server: imago forecast NAME -g GROUP.");

    [Fact]
    public async Task Forecast_PlainMinutes_AreWhatAzuresClientsTake()
    {
        var plain = await Run("--drain-timeout", "10", "--soak", "5");

        plain.ExitCode.ShouldBe(ExitCode.Ok, plain.Error);
        plain.Out.ShouldBe((await Run("--drain-timeout", "10m", "--soak", "300s")).Out);
        plain.Out.ShouldContain("could not be drained within 10 minutes");
    }

    [Fact]
    public async Task Forecast_Soak_MakesItLonger() =>
        (await Makespan("--soak", "10")).ShouldBeGreaterThan(await Makespan());

    [Fact]
    public async Task Forecast_Canary_CostsTime() =>
        (await Makespan("--max-surge", "3")).ShouldBeGreaterThan(await Makespan("--max-surge", "3", "--canary", "None"));

    [Fact]
    public async Task Forecast_MaxUnavailable_WorksWithoutSurge()
    {
        var summary = (await Run("--max-surge", "0", "--max-unavailable", "2")).Json.GetProperty("summary");

        summary.GetProperty("peakNodes").GetInt32().ShouldBe(24);
        summary.GetProperty("maxUnavailableSeen").GetInt32().ShouldBeInRange(1, 3);
    }

    [Fact]
    public async Task Forecast_WindowClose_DecidesWhetherAPoolIsFinished()
    {
        // One hour is too short for the fifteen nodes of apps.
        var hour = files.Write(
            "hour.json",
            """{"maintenanceWindow":{"schedule":{"weekly":{"intervalWeeks":1,"dayOfWeek":"Saturday"}},"durationHours":4,"startTime":"22:00","startDate":"2026-01-01"}}""");
        string[] slow = ["--soak", "20", "--maintenance", hour];

        (await Run([.. slow, "--window-close", "FinishNode"])).Json.GetProperty("windows").GetArrayLength()
            .ShouldBeGreaterThan((await Run([.. slow, "--window-close", "FinishPool"])).Json.GetProperty("windows").GetArrayLength());
    }

    [Fact]
    public async Task Forecast_World_ChangesDurations()
    {
        var slow = files.Write("slow.json", """{"timing":{"factor":3}}""");

        (await Makespan("--world", slow)).ShouldBeGreaterThan(2 * await Makespan());
    }

    [Fact]
    public async Task Forecast_PoolLabelThatNoNodeHas_IsRefused() =>
        (await CommandRun.Of("forecast", "--cluster", files.Shop, "--pool-label", "nosuch")).ShouldFail(ExitCode.Failed, "No node of the dump has the label 'nosuch'");

    [Fact]
    public async Task Forecast_AfterTheEndOfTheData_SaysSoAndAnswers()
    {
        var run = await CommandRun.Of("forecast", "--cluster", files.Shop, "--from", "2026-11-25", "--output", "json");

        run.ExitCode.ShouldBe(ExitCode.Ok);
        run.Error.ShouldBe("imago: The catalogue ends on 2026-08-20; newer images may exist that it does not know.\n");
        run.Json.GetProperty("summary").GetProperty("nodes").GetInt32().ShouldBe(24);
    }

    private async Task<double> Makespan(params string[] args) => (await Run(args)).Json.GetProperty("summary").GetProperty("makespanSeconds").GetDouble();

    private Task<CommandRun> Run(params string[] args) =>
        CommandRun.Of(["forecast", "--cluster", files.Shop, "--from", "2026-07-01", "--undrainable", "Cordon", "--output", "json", .. args]);
}
