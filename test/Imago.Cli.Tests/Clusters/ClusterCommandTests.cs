using System.Text.Json.Nodes;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Clusters;

public sealed class ClusterCommandTests : IAsyncLifetime
{
    private static readonly string Shop = FakeArm.ClusterPath("rg", "shop");

    private readonly RemoteClient _client = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync();
        Arm.Put(FakeArm.GroupPath("rg"), """{"location":"north-1"}""");
    }

    public ValueTask DisposeAsync() => _client.DisposeAsync();

    [Fact]
    public async Task Create_WithAChannel_PutsANewClusterInTheRegionOfItsGroupAndWaits()
    {
        var output = await _client.OkAsync("cluster", "create", "shop", "-g", "rg", "--channel", "securitypatch", "--node-count", "5", "--os-sku", "Ubuntu2204", "--tags", "team=web", "stage=prod");

        var document = Arm.Document(Shop)!;
        document["location"]!.GetValue<string>().ShouldBe("north-1");
        document["properties"]!["autoUpgradeProfile"]!.ToJsonString().ShouldBe("""{"nodeOSUpgradeChannel":"SecurityPatch"}""");
        document["properties"]!["agentPoolProfiles"]![0]!.ToJsonString()
            .ShouldBe("""{"name":"nodepool1","mode":"System","count":5,"osType":"Linux","type":"VirtualMachineScaleSets","osSKU":"Ubuntu2204"}""");
        document["tags"]!.ToJsonString().ShouldBe("""{"team":"web","stage":"prod"}""");
        Arm.Writes.Single().ShouldContain(" If-None-Match:*");
        Arm.Requests.Count(r => r.Contains("/operations/", StringComparison.Ordinal)).ShouldBe(3);
        output.ShouldContain("node OS channel  SecurityPatch\n");
        output.ShouldContain("nodepool1  System      5");
    }

    [Fact]
    public async Task Create_OfOneThatIsThere_ChangesNothing()
    {
        Arm.Put(Shop, """{"location":"south-1"}""");

        (await _client.RunAsync("cluster", "create", "shop", "-g", "rg")).ShouldFail(ExitCode.Failed, "(PreconditionFailed)", "There is one of that name already.");
        Arm.Document(Shop)!["location"]!.GetValue<string>().ShouldBe("south-1");
    }

    [Fact]
    public async Task Create_WithoutWaiting_SaysHowToFollow()
    {
        (await _client.OkAsync("cluster", "create", "shop", "-g", "rg", "--no-wait")).ShouldBe("Creating cluster 'shop' goes on in the server. Follow it with: imago cluster show shop -g rg\n");
        Arm.Requests.ShouldNotContain(r => r.Contains("/operations/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Create_ThatFailsInTheServer_PrintsItsErrorWithDetails()
    {
        Arm.OperationError = JsonNode.Parse("""{"code":"QuotaExceeded","message":"Too many nodes.","details":[{"code":"Region","message":"north-1 is full."}]}""")!.AsObject();

        var run = await _client.RunAsync("cluster", "create", "shop", "-g", "rg");

        run.ExitCode.ShouldBe(ExitCode.Failed);
        run.Out.ShouldBeEmpty();
        run.Error.ShouldEndWith("imago: Creating cluster 'shop' ended as Failed: (QuotaExceeded) Too many nodes.\n  (Region) north-1 is full.\n");
    }

    [Fact]
    public async Task Progress_WithoutATerminal_IsPlainLinesOnStandardError()
    {
        var run = await _client.RunAsync("cluster", "create", "shop", "-g", "rg", "--output", "json");

        run.Error.ShouldBe("Creating cluster 'shop' …\nCreating cluster 'shop': 33 %\nCreating cluster 'shop': 50 %\n");
        run.Json.GetProperty("name").GetString().ShouldBe("shop");
    }

    [Fact]
    public async Task Interrupt_WhileWaiting_LeavesTheOperationAndSaysHowToFollow()
    {
        Arm.Put(Shop, "{}");
        Arm.Polls = int.MaxValue;

        // The process lives by the real clock, for which the token of the standing one ran out long ago.
        await _client.LoginAsync("--remember");
        using var process = ProcessRun.In(_client.Environment, "cluster", "stop", "shop", "-g", "rg");
        (await process.StandardError.ReadLineAsync(TestContext.Current.CancellationToken)).ShouldBe("Stopping cluster 'shop' …");
        await System.Diagnostics.Process.Start("kill", ["-INT", process.Id.ToString()]).WaitForExitAsync(TestContext.Current.CancellationToken);

        (await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken)).ShouldEndWith("imago: Stopping cluster 'shop' goes on in the server. Follow it with: imago cluster show shop -g rg\n");
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        process.ExitCode.ShouldBe(ExitCode.Canceled);
        Arm.Document(Shop).ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "EV-85")]
    public async Task Update_OfOneThing_KeepsEverythingElse()
    {
        Arm.Put(Shop, """{"location":"north-1","sku":{"tier":"Standard"},"properties":{"autoUpgradeProfile":{"upgradeChannel":"patch","nodeOSUpgradeChannel":"NodeImage"},"futureField":{"a":1}}}""");

        await _client.OkAsync("cluster", "update", "shop", "-g", "rg", "--channel", "None");

        Arm.Writes.Single().ShouldContain(" If-Match:\"v1\"");
        var document = Arm.Document(Shop)!;
        document["properties"]!["autoUpgradeProfile"]!.ToJsonString().ShouldBe("""{"upgradeChannel":"patch","nodeOSUpgradeChannel":"None"}""");
        document["properties"]!["futureField"]!.ToJsonString().ShouldBe("""{"a":1}""");
        document["sku"]!.ToJsonString().ShouldBe("""{"tier":"Standard"}""");
    }

    [Fact]
    [Trait("Rule", "EV-84")]
    public async Task Update_WhileSomebodyElseChangesIt_StartsAgainFromTheirs()
    {
        Arm.Put(Shop, """{"location":"north-1"}""");
        Arm.FailWrite(412, "PreconditionFailed");

        await _client.OkAsync("cluster", "update", "shop", "-g", "rg", "--channel", "None");
        Arm.Writes.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Update_OfNothing_IsAMisuse() => (await _client.RunAsync("cluster", "update", "shop", "-g", "rg")).ShouldFail(ExitCode.Usage, "Nothing to change is named.");

    [Fact]
    public async Task Delete_WithNobodyToAsk_NeedsYes()
    {
        Arm.Put(Shop, "{}");

        (await _client.RunAsync("cluster", "delete", "shop", "-g", "rg")).ShouldFail(ExitCode.Usage, "say so with --yes");
        Arm.Document(Shop).ShouldNotBeNull();
        (await _client.OkAsync("cluster", "delete", "shop", "-g", "rg", "--yes")).ShouldBe("Cluster 'shop' is deleted.\n");
        Arm.Document(Shop).ShouldBeNull();
    }

    [Theory]
    [InlineData("start")]
    [InlineData("stop")]
    [Trait("Rule", "EV-76")]
    public async Task Power_OfACluster_IsAPostThatIsWaitedFor(string verb)
    {
        Arm.Put(Shop, "{}");
        await _client.OkAsync("cluster", verb, "shop", "-g", "rg");

        Arm.Writes.ShouldBe([$"POST {Shop}/{verb}?api-version=2026-04-01"]);
        Arm.Requests.Count(r => r.Contains("/operations/", StringComparison.Ordinal)).ShouldBe(3);
    }

    [Fact]
    public async Task List_WithoutAGroup_IsOfTheSubscription()
    {
        Arm.Put(FakeArm.ClusterPath("rg", "a"), """{"location":"north-1","properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"NodeImage"},"agentPoolProfiles":[{"name":"x","count":2},{"name":"y","count":3}]}}""");
        Arm.Put(FakeArm.ClusterPath("rg2", "b"), "{}");

        var output = await _client.OkAsync("cluster", "list");
        output.ShouldContain("  a        rg     north-1               NodeImage            5  Succeeded\n");
        output.ShouldContain("  b        rg2");
    }

    [Fact]
    public async Task Group_ThatNobodyNames_IsAskedFor() => (await _client.RunAsync("cluster", "show", "shop")).ShouldFail(ExitCode.Usage, "--group: in which resource group? Name it with -g GROUP");

    [Theory]
    [InlineData("NodeImages", "--channel: 'NodeImages' is not known. Write one of None, Unmanaged, SecurityPatch, NodeImage.", "--channel")]
    [InlineData("web", "--tags: 'web' is no pair. Write KEY=VALUE.", "--tags")]
    public async Task Option_ThatMakesNoSense_IsRefusedBeforeAnythingIsSent(string value, string complaint, string option)
    {
        Arm.Put(Shop, "{}");

        (await _client.RunAsync("cluster", "update", "shop", "-g", "rg", option, value)).ShouldFail(ExitCode.Usage, complaint);
        Arm.Writes.ShouldBeEmpty();
    }
}
