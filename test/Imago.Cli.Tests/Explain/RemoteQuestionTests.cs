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
