using System.CommandLine;
using Imago.Agent.Commands;
using Imago.Agent.Tests.Kit;
using Imago.NodeOs.Rig.Machines;

namespace Imago.Agent.Tests.Commands;

public sealed class AgentCommandTests
{
    [Fact]
    public async Task Run_CheckWithBadSettings_NamesEveryProblemAndEnds()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, """{ "root": "host", "spreadMinutes": -1 }""");
        var (code, _, error) = await AskAsync("run", "--check", "--settings", file);
        code.ShouldBe(2);
        error.ShouldContain("'root' is 'host'");
        error.ShouldContain("'spreadMinutes' is -1");
    }

    [Fact]
    [Trait("Rule", "NM-4")]
    public async Task Run_CheckWithoutKubeconfig_SaysWhatItWaitsFor()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, Settings(folder, "debian", "12"));
        var (code, said, _) = await AskAsync("run", "--check", "--settings", file, "--kubeconfig", Path.Combine(folder.Path, "none"), "--node-name", "Node-7");
        code.ShouldBe(0);
        said.ShouldContain("node       node-7");
        said.ShouldContain("driver     apt");
        said.ShouldContain("cluster    waits for");
    }

    [Theory]
    [InlineData("plan")]
    [InlineData("apply")]
    public async Task Command_SystemWithoutDriver_SaysWhatIsSupported(string command)
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, Settings(folder, "plan9", "4"));
        var (code, said, error) = await AskAsync(command, "--level", "20261120T000000Z", "--settings", file);
        code.ShouldBe(1);
        (said + error).ShouldContain("supported are Debian 12");
    }

    [Fact]
    public async Task Plan_NoLevelAtAll_IsAMistakeOfTheCommandLine()
    {
        var (code, _, error) = await AskAsync("plan", "--level", "yesterday");
        code.ShouldNotBe(0);
        error.ShouldContain("'yesterday' is no level");
    }

    [Fact]
    public async Task Status_NothingEverOrdered_SaysSo()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, Settings(folder, "plan9", "4"));
        var (_, said, _) = await AskAsync("status", "--settings", file);
        said.ShouldContain("phase      Idle");
        said.ShouldContain("level      none ordered");
    }

    [Fact]
    public async Task Status_AsJson_IsTheStatusRecord()
    {
        using var folder = new TemporaryFolder();
        var file = Write(folder, Settings(folder, "plan9", "4"));
        var (_, said, _) = await AskAsync("status", "--output", "json", "--settings", file);
        System.Text.Json.Nodes.JsonNode.Parse(said)!["phase"]!.ToString().ShouldBe("Idle");
    }

    private static string Write(TemporaryFolder folder, string settings)
    {
        var file = Path.Combine(folder.Path, "agent.json");
        File.WriteAllText(file, settings);
        return file;
    }

    private static string Settings(TemporaryFolder folder, string id, string version)
    {
        Directory.CreateDirectory(Path.Combine(folder.Path, "etc"));
        File.WriteAllText(Path.Combine(folder.Path, "etc/os-release"), $"ID={id}\nVERSION_ID=\"{version}\"\n");
        return $$"""{ "root": "{{folder.Path}}" }""";
    }

    [Theory]
    [InlineData("--level: 'yesterday' is no level", "plan", "--level", "yesterday")]
    [InlineData("--level", "apply")]
    [InlineData("restart", "restart")]
    public async Task Program_CommandLineThatMakesNoSense_SaysSoAndIsUsage(string because, params string[] args)
    {
        using var error = new StringWriter();

        (await AgentProgram.RunAsync(args, new AgentConsole(TextWriter.Null, error, HostClock.Instance, _ => null))).ShouldBe(2);

        error.ToString().ShouldContain(because);
    }

    private static async Task<(int Code, string Said, string Error)> AskAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var root = AgentCommands.CreateRoot(new AgentConsole(output, error, HostClock.Instance, _ => null));
        var code = await root.Parse(args).InvokeAsync(new InvocationConfiguration { Output = output, Error = error }, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }
}
