using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Explain;

public sealed class ExplainCommandTests(Files files) : IClassFixture<Files>
{
    private const string Undrainable = "aks-apps-38120417-vmss000003";

    [Fact]
    public async Task Explain_Json_HasTheMembersThatArePromised()
    {
        var json = (await Run("--output", "json")).Json;

        json.EnumerateObject().Select(p => p.Name).ShouldBe(["nodes"]);
        json.GetProperty("nodes")[0].EnumerateObject().Select(p => p.Name).ShouldBe(["name", "pool", "zone", "image", "target", "status", "reasons"]);
        json.GetProperty("nodes")[0].GetProperty("reasons")[0].EnumerateObject().Select(p => p.Name).ShouldBe(["code", "message", "until", "event"]);
        json.GetProperty("nodes").GetArrayLength().ShouldBe(24);
    }

    [Fact]
    public async Task Explain_EveryNode_HasAReason() =>
        (await Run("--output", "json")).Json.GetProperty("nodes").EnumerateArray().ShouldAllBe(n => n.GetProperty("reasons").GetArrayLength() > 0);

    [Fact]
    public async Task Explain_OneNode_TellsOfItAlone()
    {
        var nodes = (await Run(Undrainable, "--output", "json")).Json.GetProperty("nodes");

        nodes.GetArrayLength().ShouldBe(1);
        nodes[0].GetProperty("status").GetString().ShouldBe("Blocked");
        nodes[0].GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("code").GetString()).ShouldBe(["BudgetBlocks", "WindowClosed", "ImageOutOfSupport"]);
        nodes[0].GetProperty("reasons")[1].GetProperty("until").GetString().ShouldBe("2026-07-04T22:00:00Z");
    }

    [Fact]
    public async Task Explain_UnknownNode_NamesSomeThatExist() => (await Run("aks-apps-0")).ShouldFail(
        ExitCode.Failed, "Node 'aks-apps-0' is not a node of a node pool in the dump, which has 24: aks-apps-38120417-vmss000000, ");

    [Fact]
    public async Task Explain_Table_NamesNodesWithTheSameReasonsTogether()
    {
        var output = (await Run()).Out;

        output.ShouldStartWith("Cluster 'shop' at 2026-07-01 00:00 UTC, channel NodeImage.\n23 pending, 1 blocked.\n\nBlocked: aks-apps-38120417-vmss000003 of pool apps\n");
        output.ShouldContain("Pending: 14 nodes of pool apps\n  nodes   aks-apps-38120417-vmss000000, ");
        output.ShouldContain("Pending: 6 nodes of pool batch\n");
        output.ShouldContain("Pending: 3 nodes of pool system\n");
        output.Split("WindowClosed: ").Length.ShouldBe(5);
    }

    [Fact]
    public async Task Explain_TableInANarrowTerminal_Fits() => (await CommandRun.InTerminal(
        80, "explain", "--cluster", files.Shop, "--maintenance", files.Weekly)).Out.Split('\n').Where(l => l.Length > 80).ShouldBeEmpty();

    // What a forecast that is over before the window opens says of its nodes is what is to be said of them now.
    [Theory]
    [InlineData("NodeImage")]
    [InlineData("SecurityPatch")]
    [InlineData("Unmanaged")]
    [InlineData("None")]
    public async Task Explain_Now_AgreesWithTheFirstPassOfAForecast(string channel)
    {
        var explained = (await Run("--channel", channel, "--output", "json")).Json.GetProperty("nodes").EnumerateArray();
        var forecast = (await CommandRun.Of("forecast", "--cluster", files.Shop, "--maintenance", files.Weekly, "--channel", channel, "--horizon", "1s", "--output", "json")).Json
            .GetProperty("nodes").EnumerateArray();

        explained.Select(n => (Text(n, "name"), Text(n, "status"), Text(n, "target"), n.GetProperty("reasons").GetRawText().ReplaceLineEndings("")))
            .ShouldBe(forecast.Select(n => (Text(n, "name"), Text(n, "status"), Text(n, "to"), n.GetProperty("reasons").GetRawText().ReplaceLineEndings(""))));

        static string? Text(System.Text.Json.JsonElement node, string name) => node.GetProperty(name).GetString();
    }

    [Theory]
    [InlineData("None", "ChannelNone")]
    [InlineData("Unmanaged", "ChannelUnmanaged")]
    public async Task Explain_ChannelThatDoesNothing_StillShowsTheDrift(string channel, string code)
    {
        var node = (await Run("--channel", channel, "--output", "json")).Json.GetProperty("nodes")[0];

        node.GetProperty("status").GetString().ShouldBe("NotSupported");
        node.GetProperty("reasons").EnumerateArray().Select(r => r.GetProperty("code").GetString()).ShouldBe([code, "Drift", "ImageOutOfSupport"]);
        node.GetProperty("reasons")[1].GetProperty("message").GetString()!.ShouldContain("'AKSUbuntu-2204gen2containerd-202606.19.0' is 690 days newer");
    }

    [Fact]
    public async Task Explain_SameInput_AnswersTheSameBytes() => (await Run()).Out.ShouldBe((await Run()).Out);

    private Task<CommandRun> Run(params string[] args) => CommandRun.Of(["explain", "--cluster", files.Shop, "--maintenance", files.Weekly, .. args]);
}
