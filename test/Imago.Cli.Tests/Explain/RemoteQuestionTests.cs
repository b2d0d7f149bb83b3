using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Explain;

/// <summary><c>imago explain</c> and <c>imago forecast</c> of a cluster of a server.</summary>
public sealed class RemoteQuestionTests : IAsyncLifetime
{
    private static readonly string Shop = FakeArm.ClusterPath("rg", "shop");

    private readonly RemoteClient _client = new();
    private readonly Files _files = new();

    private FakeArm Arm => _client.Arm;

    public async ValueTask InitializeAsync()
    {
        await _client.InitializeAsync();
        await _client.LoginAsync("--group", "rg");
        Arm.Put(Shop, """{"properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"NodeImage"},"agentPoolProfiles":[{"name":"apps","count":2}]}}""");
        Arm.Answer($"{Shop}/providers/Imago/nodes", """
            {"value":[
              {"name":"n1","pool":"apps","image":"I1","state":"Pending","targetImage":"I2","reasons":[{"code":"WindowClosed","message":"The window is closed.","until":"2026-07-04T22:00:00Z"}]},
              {"name":"n2","pool":"apps","image":"I1","state":"Blocked","targetImage":"I2","reasons":[{"code":"FromTheFuture","message":"Node 'n2' waits for something new."}]}]}
            """);
    }

    public ValueTask DisposeAsync()
    {
        _files.Dispose();
        return _client.DisposeAsync();
    }

    [Fact]
    public async Task Explain_OfAServersCluster_TellsWhatItsEngineSays() => (await _client.OkAsync("explain", "shop")).ShouldBe(
        "Cluster 'shop', channel NodeImage.\n1 pending, 1 blocked.\n\nBlocked: n2 of pool apps\n  runs    I1\n  target  I2\n  why     FromTheFuture: It waits for something new.\n\n"
        + "Pending: n1 of pool apps\n  runs    I1\n  target  I2\n  why     WindowClosed: The window is closed.\n\n");

    [Fact]
    [Trait("Rule", "NM-30")]
    public async Task Explain_NodesWithAgents_TellsLevelOrderPhaseHeldPackagesAndReboot()
    {
        Arm.Answer($"{Shop}/providers/Imago/nodes", """
            {"value":[
              {"name":"n1","pool":"apps","image":"ImagoDebian-12-202306.10.0","patchLevel":"20261101T000000Z","state":"Pending","targetImage":"20261120T000000Z","rebootPending":true,"reasons":[{"code":"InProgress","message":"It is patched."}],
               "agent":{"order":{"id":"a","mode":"drained","content":"security","level":"20261120T000000Z","taken":false},"phase":"AppliedPartially","reason":null,"attempts":1,"verdict":"reboot",
                        "planned":{"packages":3,"verdict":"reboot"},"held":[{"package":"runc"},{"package":"containerd"}]}},
              {"name":"n2","pool":"apps","image":"ImagoDebian-12-202306.10.0","state":"Pending","reasons":[{"code":"InProgress","message":"It is patched."}],
               "agent":{"order":{"mode":"live","content":"security","level":"20261120T000000Z","taken":true},"phase":"Retrying","reason":"MirrorUnreachable","message":"http://deb.example does not answer.","attempts":4,"verdict":"none","held":[]}},
              {"name":"n3","pool":"apps","image":"ImagoDebian-12-202306.10.0","state":"Pending","reasons":[],"agent":{"order":null,"phase":null,"held":[]}}]}
            """);

        var told = (await _client.OkAsync("explain", "shop")).ReplaceLineEndings(" ").Replace("          ", "", StringComparison.Ordinal);

        told.ShouldContain("runs    ImagoDebian-12-202306.10.0, patched to 20261101T000000Z");
        told.ShouldContain("agent   AppliedPartially; ordered security 20261120T000000Z (drained, not taken yet); 3 packages planned, with a reboot; held back: runc, containerd; reboot pending");
        told.ShouldContain("agent   Retrying, MirrorUnreachable after 4 attempts (http://deb.example does not answer); ordered security 20261120T000000Z (live)");
        told.ShouldContain("agent   no agent reports");
    }

    [Fact]
    public async Task Explain_OneNodeForAProgram_IsTheApisJson()
    {
        var json = (await _client.RunAsync("explain", "shop", "n2", "--output", "json")).Json;

        json.GetProperty("value").GetArrayLength().ShouldBe(1);
        json.GetProperty("value")[0].GetProperty("reasons")[0].GetProperty("code").GetString().ShouldBe("FromTheFuture");
    }

    [Fact]
    public async Task Explain_UnknownNode_NamesSomeThatExist() => (await _client.RunAsync("explain", "shop", "n9")).ShouldFail(ExitCode.Failed, "Node 'n9' is not a node of cluster 'shop', which has 2: n1, n2.");

    // What the server answers is what a forecast of a dump prints for programs: both tables have to tell the same of it.
    [Fact]
    public async Task Forecast_OfAServersCluster_IsToldAsThatOfADump()
    {
        string[] dump = ["forecast", "--cluster", _files.Shop, "--maintenance", _files.Weekly];
        var local = (await CommandRun.Of(dump)).Out;
        Arm.Put(Shop, """{"properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"NodeImage"},"agentPoolProfiles":[{"name":"apps"},{"name":"batch"},{"name":"system"}]}}""");
        Arm.Answer($"{Shop}/providers/Imago/forecast", (await CommandRun.Of([.. dump, "--output", "json"])).Out);

        var remote = await _client.OkAsync("forecast", "shop", "--horizon", "28d");

        remote[remote.IndexOf("Forecast from", StringComparison.Ordinal)..].ShouldBe(local[local.IndexOf("Forecast from", StringComparison.Ordinal)..]);
        Arm.Writes.Single().ShouldEndWith("""{"horizonDays":28}""");
    }

    [Theory]
    [InlineData("explain")]
    [InlineData("forecast")]
    public async Task Option_ThatOnlyADumpHas_IsRefusedForAServersCluster(string command) =>
        (await _client.RunAsync(command, "shop", "--channel", "None", "--max-surge", "2")).ShouldFail(ExitCode.Usage, "--channel, --max-surge: only for a dump (--cluster). The server's cluster 'shop' has its own settings.");

    [Fact]
    public async Task Option_Mistyped_IsNotTakenForACluster() =>
        (await _client.RunAsync("forecast", "--clustr=x")).ShouldFail(ExitCode.Usage, "Unrecognized command or argument '--clustr=x'.", "Did you mean one of the following? --cluster");
}
