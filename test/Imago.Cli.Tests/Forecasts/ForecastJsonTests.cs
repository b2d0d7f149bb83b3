using System.Text.Json;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Forecasts;

public sealed class ForecastJsonTests(Files files) : IClassFixture<Files>
{
    private static readonly string[] SummaryNames =
    [
        "nodes", "upgraded", "current", "pending", "blocked", "failed", "notSupported", "finishedAt", "evictions", "evictionsPerPod", "peakNodes", "maxUnavailableSeen",
        "makespanSeconds", "lowerBoundSeconds", "windowsUsed",
    ];

    [Fact]
    public async Task Forecast_Json_HasTheMembersThatArePromised()
    {
        var json = (await Run()).Json;

        Names(json).ShouldBe(["summary", "windows", "nodes", "budgets", "assumptions"]);
        Names(json.GetProperty("summary")).ShouldBe(SummaryNames);
        Names(json.GetProperty("windows")[0]).ShouldBe(["start", "end", "nodesUpgraded"]);
        Names(json.GetProperty("nodes")[0]).ShouldBe(["name", "pool", "zone", "from", "to", "status", "startedAt", "finishedAt", "window", "evictions", "reasons"]);
        Names(json.GetProperty("nodes")[0].GetProperty("reasons")[0]).ShouldBe(["code", "message", "until", "event"]);
        Names(json.GetProperty("budgets")[0]).ShouldBe(["namespace", "name", "blockedSeconds", "nodes"]);
        json.GetProperty("assumptions").EnumerateArray().ShouldAllBe(a => a.ValueKind == JsonValueKind.String);
    }

    [Fact]
    public async Task Forecast_Schedule_UpgradesAllButTheNodeOfTheBudgetThatNeverAllows()
    {
        var json = (await Run()).Json;

        var summary = json.GetProperty("summary");
        Count(summary, "nodes").ShouldBe(24);
        Count(summary, "upgraded").ShouldBe(23);
        Count(summary, "blocked").ShouldBe(1);
        SummaryNames[2..4].Concat(SummaryNames[5..7]).ShouldAllBe(name => Count(summary, name) == 0);
        var blocked = json.GetProperty("nodes").EnumerateArray().Single(n => Text(n, "status") == "Blocked");
        Text(blocked, "name").ShouldBe("aks-apps-38120417-vmss000003");
        Text(blocked, "to").ShouldBe("AKSUbuntu-2204gen2containerd-202606.19.0");
        blocked.GetProperty("reasons").EnumerateArray().ShouldContain(r => Text(r, "code") == "BudgetBlocks"
            && Text(r, "message")!.Contains("shop/legacy-admin") && Text(r, "message")!.Contains("Deployment/legacy-admin") && Text(r, "message")!.Contains("lower minAvailable"));
        var budget = json.GetProperty("budgets").EnumerateArray().Single();
        (Text(budget, "namespace"), Text(budget, "name"), budget.GetProperty("nodes")[0].GetString()).ShouldBe(("shop", "legacy-admin", "aks-apps-38120417-vmss000003"));
        budget.GetProperty("blockedSeconds").GetDouble().ShouldBeInRange(1, 1800);
    }

    [Fact]
    public async Task Forecast_Cordon_FinishesEverythingElseInOneWindow()
    {
        var json = (await Run("--undrainable", "cordon")).Json;

        var window = json.GetProperty("windows").EnumerateArray().Single();
        (Text(window, "start"), Text(window, "end"), Count(window, "nodesUpgraded")).ShouldBe(("2026-07-04T22:00:00Z", "2026-07-05T02:00:00Z", 23));
        Count(json.GetProperty("summary"), "windowsUsed").ShouldBe(1);
        json.GetProperty("nodes").EnumerateArray().Single(n => Text(n, "status") == "Blocked").GetProperty("reasons")[0].GetProperty("code").GetString().ShouldBe("Quarantined");
    }

    [Fact]
    public async Task Forecast_Nodes_AreThoseOfTheDumpInOrder()
    {
        var nodes = (await Run()).Json.GetProperty("nodes").EnumerateArray().Select(n => Text(n, "name")!).ToList();

        nodes.Count.ShouldBe(24);
        nodes.ShouldBe(nodes.Order(StringComparer.Ordinal));
        nodes.ShouldNotContain(n => n.Contains("surge"));
    }

    [Fact]
    public async Task Forecast_UpgradedNodes_StartInsideAWindowThatIsNamed()
    {
        var upgraded = (await Run()).Json.GetProperty("nodes").EnumerateArray().Where(n => Text(n, "status") == "Upgraded").ToList();

        upgraded.Count.ShouldBe(23);
        upgraded.ShouldAllBe(n => n.GetProperty("startedAt").GetDateTimeOffset() >= n.GetProperty("window").GetDateTimeOffset()
            && n.GetProperty("startedAt").GetDateTimeOffset() < n.GetProperty("window").GetDateTimeOffset().AddHours(4)
            && n.GetProperty("finishedAt").GetDateTimeOffset() > n.GetProperty("startedAt").GetDateTimeOffset()
            && n.GetProperty("window").GetDateTimeOffset().DayOfWeek == DayOfWeek.Saturday);
    }

    [Fact]
    public async Task Forecast_WithoutMaintenance_StartsAtOnceAndNamesNoWindow()
    {
        var json = (await CommandRun.Of("forecast", "--cluster", files.Shop, "--output", "json", "--undrainable", "Cordon")).Json;

        json.GetProperty("windows").GetArrayLength().ShouldBe(0);
        json.GetProperty("nodes").EnumerateArray().ShouldAllBe(n => n.GetProperty("window").ValueKind == JsonValueKind.Null);
        json.GetProperty("summary").GetProperty("finishedAt").GetDateTimeOffset().ShouldBeInRange(DateTimeOffset.Parse("2026-07-01T01:00Z"), DateTimeOffset.Parse("2026-07-01T06:00Z"));
    }

    [Fact]
    public async Task Forecast_HorizonBeforeTheWindow_LeavesEverythingPending()
    {
        var json = (await Run("--horizon", "1d")).Json;

        Count(json.GetProperty("summary"), "pending").ShouldBe(23);
        json.GetProperty("summary").GetProperty("finishedAt").ValueKind.ShouldBe(JsonValueKind.Null);
        var waiting = json.GetProperty("nodes")[0].GetProperty("reasons")[0];
        (Text(waiting, "code"), Text(waiting, "until")).ShouldBe(("WindowClosed", "2026-07-04T22:00:00Z"));
    }

    [Theory]
    [InlineData("None", "ChannelNone")]
    [InlineData("Unmanaged", "ChannelUnmanaged")]
    public async Task Forecast_ChannelThatDoesNothing_TouchesNothingAndShowsTheDrift(string channel, string code)
    {
        var json = (await Run("--channel", channel)).Json;

        Count(json.GetProperty("summary"), "notSupported").ShouldBe(24);
        json.GetProperty("nodes").EnumerateArray().ShouldAllBe(n => n.GetProperty("startedAt").ValueKind == JsonValueKind.Null
            && Text(n.GetProperty("reasons")[0], "code") == code && Text(n.GetProperty("reasons")[1], "code") == "Drift");
    }

    [Fact]
    public async Task Forecast_SecurityPatch_ReimagesOldNodesToThePatchedImage()
    {
        var json = (await Run("--channel", "SecurityPatch", "--undrainable", "Cordon")).Json;

        Count(json.GetProperty("summary"), "upgraded").ShouldBe(23);
        json.GetProperty("nodes").EnumerateArray().ShouldAllBe(n => Text(n, "to") == "20260613T000000Z");
    }

    [Fact]
    public async Task Forecast_Region_GetsReleasesByItsRing()
    {
        // 202606.19.0 was published on 2026-06-28; the last ring opens 96 hours later.
        var json = (await Run("--region", "nowhere", "--undrainable", "Cordon", "--from", "2026-06-30")).Json;

        json.GetProperty("nodes").EnumerateArray().ShouldAllBe(n => Text(n, "to") == "AKSUbuntu-2204gen2containerd-202606.19.0");
        (await CommandRun.Of("explain", "--cluster", files.Shop, "--region", "nowhere", "--from", "2026-06-30", "--output", "json")).Json.GetProperty("nodes")
            .EnumerateArray().ShouldAllBe(n => Text(n, "target") == "AKSUbuntu-2204gen2containerd-202606.08.1");
    }

    [Fact]
    public async Task Forecast_SameSeed_AnswersTheSameBytes()
    {
        var first = await Run("--seed", "7");

        (await Run("--seed", "7")).Out.ShouldBe(first.Out);
        (await Run("--seed", "8")).Out.ShouldNotBe(first.Out);
    }

    [Fact]
    public async Task Forecast_InAnotherProcess_AnswersTheSameBytes()
    {
        var here = await Run();
        var there = await ProcessRun.ToEndAsync("forecast", "--cluster", files.Shop, "--maintenance", files.Weekly, "--from", "2026-07-01", "--output", "json");

        there.ExitCode.ShouldBe(ExitCode.Ok, there.Error);
        there.Out.ShouldBe(here.Out);
        there.Error.ShouldBeEmpty();
    }

    [Fact]
    public async Task Forecast_DumpFromStandardInput_IsTheSame() => (await CommandRun.With(
        await File.ReadAllTextAsync(files.Shop, TestContext.Current.CancellationToken), CommandRun.Now, "forecast", "--cluster", "-", "--maintenance", files.Weekly, "--from", "2026-07-01", "--output", "json")).Out.ShouldBe((await Run()).Out);

    [Fact]
    public async Task Forecast_PoolLabel_NamesThePools()
    {
        var json = (await Run("--pool-label", "topology.kubernetes.io/zone", "--undrainable", "Cordon")).Json;

        json.GetProperty("nodes").EnumerateArray().Select(n => Text(n, "pool")).Distinct().Order().ShouldBe(["northeurope-1", "northeurope-2", "northeurope-3"]);
    }

    private Task<CommandRun> Run(params string[] args) =>
        CommandRun.Of(["forecast", "--cluster", files.Shop, "--maintenance", files.Weekly, "--output", "json", .. args.Contains("--from") ? [] : new[] { "--from", "2026-07-01" }, .. args]);

    private static IEnumerable<string> Names(JsonElement element) => element.EnumerateObject().Select(p => p.Name);

    private static int Count(JsonElement element, string name) => element.GetProperty(name).GetInt32();

    private static string? Text(JsonElement element, string name) => element.GetProperty(name).GetString();
}
