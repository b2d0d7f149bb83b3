using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Rollouts;

public sealed class RolloutCommandTests : IAsyncLifetime
{
    private static readonly string Shop = FakeArm.ClusterPath("rg", "shop");
    private static readonly string Rollouts = $"{Shop}/providers/Imago/rollouts";

    private readonly RemoteClient _client = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync("--group", "rg");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task List_OfRollouts_IsNewestFirst()
    {
        Arm.Answer(Rollouts, $$"""{"value":[{{Rollout("old", "2026-06-01T00:00:00Z", "Succeeded", ended: "2026-06-01T01:00:00Z")}},{{Rollout("new", "2026-06-30T22:00:00Z", "Rolling")}}]}""");

        (await _client.OkAsync("rollout", "list", "--cluster", "shop")).ShouldBe(
            """
              started (UTC)     ended             pool  phase      nodes                      trigger        rollout
              2026-06-30 22:00  -                 apps  Rolling    3 of 8 nodes, 1 under way  NodeOSChannel  new
              2026-06-01 00:00  2026-06-01 01:00  apps  Succeeded  3 of 8 nodes, 1 under way  NodeOSChannel  old

            """);
    }

    [Fact]
    public async Task Show_WithDecisions_TellsWhatWasDoneAndWhatHeldTheRest()
    {
        Arm.Answer($"{Rollouts}/r1", Rollout("r1", "2026-06-30T22:00:00Z", "Rolling"));
        Arm.Answer($"{Rollouts}/r1/decisions", """
            {"value":[{"number":1,"at":"2026-06-30T22:00:00Z","start":"apps","actions":[],"holds":[]},
            {"number":2,"at":"2026-06-30T22:00:05Z","actions":[{"kind":"Cordon","says":"Cordon node n1."}],"holds":[{"code":"BudgetBlocks","message":"shop/cart allows no disruption."}]}]}
            """);

        (await _client.OkAsync("rollout", "show", "r1", "--cluster", "shop", "--decisions")).ShouldEndWith(
            "1  2026-06-30 22:00:00\n    notes  The rollout of pool 'apps' begins.\n2  2026-06-30 22:00:05\n    does   Cordon node n1.\n    waits  BudgetBlocks: shop/cart allows no disruption.\n");
    }

    [Fact]
    public async Task Show_OfADecisionToWait_SaysThatNothingIsToBeDone()
    {
        Arm.Answer($"{Rollouts}/r1", Rollout("r1", "2026-06-30T22:00:00Z", "Rolling"));
        Arm.Answer($"{Rollouts}/r1/decisions", """{"value":[{"number":4,"at":"2026-06-30T22:00:00Z","actions":[],"holds":[]}]}""");

        (await _client.OkAsync("rollout", "show", "r1", "--cluster", "shop", "--decisions")).ShouldEndWith("4  2026-06-30 22:00:00\n    notes  A step has ended; nothing is to be done now.\n");
    }

    [Fact]
    public async Task Watch_WithNothingUnderWay_SaysSo()
    {
        Arm.Answer(Rollouts, """{"value":[]}""");

        (await _client.OkAsync("rollout", "watch", "--cluster", "shop")).ShouldStartWith("No rollout of 'shop' is under way. Wait for one with --wait;");
    }

    [Fact]
    public async Task Watch_OfOneThatFailed_EndsWithItsFault()
    {
        Arm.Answer($"{Rollouts}/r1", Rollout("r1", "2026-06-30T22:00:00Z", "Failed", "2026-06-30T23:00:00Z", """{"code":"NodeNotReady","message":"Node n1 did not come back."}"""));

        var run = await _client.RunAsync("rollout", "watch", "r1", "--cluster", "shop");

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Out.ShouldBe("apps: Failed, 3 of 8 nodes, 1 under way\n");
        run.Error.ShouldBe("imago: Rollout 'r1' of pool 'apps' ended as Failed: (NodeNotReady) Node n1 did not come back.\n");
    }

    [Fact]
    public async Task Watch_OfOneThatGoesOn_WritesALineForEachChangeUntilItHasEnded()
    {
        Arm.Answer(Rollouts, $$"""{"value":[{{Rollout("r1", "2026-06-30T22:00:00Z", "Rolling")}}]}""");
        Arm.Answer($"{Rollouts}/r1", Rollout("r1", "2026-06-30T22:00:00Z", "Succeeded", "2026-06-30T23:00:00Z"));

        (await _client.OkAsync("rollout", "watch", "--cluster", "shop")).ShouldBe("apps: Rolling, 3 of 8 nodes, 1 under way\napps: Succeeded, 3 of 8 nodes, 1 under way\n");
    }

    [Theory]
    [InlineData("pause", """{"why":"sale"}""", "rollout", "pause", "--cluster", "shop", "--why", "sale")]
    [InlineData("pause", """{"why":"sale","pool":"apps"}""", "rollout", "pause", "--cluster", "shop", "--pool", "apps", "--why", "sale")]
    [InlineData("resume", "{}", "rollout", "resume", "--cluster", "shop")]
    [InlineData("overrideWindow", """{"until":"2026-08-09T06:00:00Z","why":"CVE"}""", "rollout", "override-window", "--cluster", "shop", "--until", "2026-08-09T08:00:00+02:00", "--why", "CVE")]
    [Trait("Rule", "MW-13")]
    [Trait("Rule", "UP-153")]
    public async Task Hold_OfACluster_IsAPost(string action, string body, params string[] args)
    {
        Arm.Answer($"{Shop}/providers/Imago/{action}", "{}");
        await _client.OkAsync(args);

        Arm.Writes.ShouldBe([$"POST {Shop}/providers/Imago/{action}?api-version=2026-11-01 {body}"]);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public async Task Abort_OfARollout_SaysThatNodesInFlightAreFinished()
    {
        Arm.Answer($"{Rollouts}/r1/abort", null, 202);

        (await _client.OkAsync("rollout", "abort", "r1", "--cluster", "shop")).ShouldStartWith("Rollout 'r1' ends once its nodes in flight are finished.");
    }

    [Fact]
    public async Task Pause_WithoutAReason_IsAMisuse() => (await _client.RunAsync("rollout", "pause", "--cluster", "shop")).ShouldFail(ExitCode.Usage, "Option '--why' is required.");

    private static string Rollout(string id, string started, string phase, string? ended = null, string fault = "null") => $$$"""
        {"id":"{{{Rollouts}}}/{{{id}}}","name":"{{{id}}}","properties":{"pool":"apps","target":"T","trigger":"NodeOSChannel","phase":"{{{phase}}}","startedAt":"{{{started}}}",
        "endedAt":{{{(ended is null ? "null" : $"\"{ended}\"")}}},"nodes":{"total":8,"done":3,"underWay":1,"failed":0},"fault":{{{fault}}}}}
        """;
}
