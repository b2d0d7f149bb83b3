using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Terminals;
using Imago.Cli.Tests.Kit;
using Shouldly;
using Xunit;

namespace Imago.Cli.Tests.Help;

public sealed class HelpTests
{
    private static readonly RootCommand Root = ImagoCommand.Create(Terminal.Plain(TextWriter.Null, TextWriter.Null, new StandingClock()));

    public static TheoryData<string> Commands => [.. All(Root).Select(c => c.Path)];

    private static IEnumerable<(string Path, Command Command)> All(Command parent, string prefix = "") =>
        parent.Subcommands.SelectMany(c => All(c, $"{prefix}{c.Name} ").Prepend((prefix + c.Name, c)));

    private static Command Named(string path) => All(Root).Single(c => c.Path == path).Command;

    [Fact]
    public void Root_Commands_AreThese() => Root.Subcommands.Select(c => c.Name).ShouldBe(
        [
            "demo", "server", "az-setup", "forecast", "explain", "windows", "images", "login", "logout", "group", "cluster", "nodepool", "maintenance", "rollout", "release", "provider", "activity", "principal", "role", "apply", "agent",
        ]);

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfEveryCommand_HasExamplesThatCanBeTyped(string name)
    {
        var help = await CommandRun.Of([.. name.Split(' '), "--help"]);
        var examples = Examples.Of(Named(name)).Where(e => e.StartsWith("imago ", StringComparison.Ordinal) || e.Contains("| imago ", StringComparison.Ordinal)).ToList();

        help.ExitCode.ShouldBe(ExitCode.Ok);
        help.Error.ShouldBeEmpty();
        examples.ShouldNotBeEmpty();
        foreach (var example in examples)
        {
            help.Out.ShouldContain($"  {example}\n");
            var words = example[(example.LastIndexOf("imago ", StringComparison.Ordinal) + "imago ".Length)..];
            Root.Parse(words.Replace("clusters/*.json", "clusters/a.json clusters/b.json", StringComparison.Ordinal)).Errors.ShouldBeEmpty(example);
        }
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public void Options_OfEveryCommand_AreDescribed(string name) =>
        Named(name).Options.ShouldAllBe(o => o.Description!.Length > 0);

    [Theory]
    [InlineData("forecast")]
    [InlineData("explain")]
    [InlineData("windows")]
    [InlineData("images")]
    [InlineData("apply")]
    [InlineData("cluster list")]
    [InlineData("rollout watch")]
    [InlineData("release publish")]
    public async Task Output_OfEveryCommandThatAnswers_IsTableOrJson(string name) => (await CommandRun.Of([.. name.Split(' '), "--help"])).Out.ShouldContain("-o, --output <table|json>");

    [Fact]
    public void Forecast_Options_AreThoseOfTheIssue() => Root.Subcommands.Single(c => c.Name == "forecast").Options.Select(o => o.Name).Except(["--help"]).ShouldBe(
        [
            "--cluster", "--channel", "--maintenance", "--target", "--max-surge", "--max-unavailable", "--drain-timeout", "--soak", "--undrainable", "--window-close", "--canary",
            "--group", "--subscription", "--from", "--horizon", "--region", "--world", "--seed", "--trace", "--output", "--pool-label", "--max-blocked-nodes", "--bare-pods", "--reboot-policy",
        ],
        ignoreOrder: true);

    [Fact]
    public async Task Root_Help_NamesCommandsAndExamples()
    {
        var help = await CommandRun.Of("--help");

        help.ExitCode.ShouldBe(ExitCode.Ok);
        help.Out.ShouldContain("  imago demo\n");
    }

    [Fact]
    public async Task Root_Version_IsPrinted() => (await CommandRun.Of("--version")).Out.ShouldMatch(@"^\d+\.\d+\.\d+\n$");

    [Theory]
    [InlineData("Did you mean one of the following? forecast", "forecats")]
    [InlineData("Did you mean one of the following? --cluster", "forecast", "--clustr=x")]
    public async Task Typo_InAWord_IsAnsweredWithWhatItMayHaveBeen(string suggestion, params string[] args) => (await CommandRun.Of(args)).ShouldFail(ExitCode.Usage, suggestion);

    [Fact]
    public async Task Nothing_Typed_IsAMisuse() => (await CommandRun.Of()).ShouldFail(ExitCode.Usage, "Try 'imago --help'.");
}
