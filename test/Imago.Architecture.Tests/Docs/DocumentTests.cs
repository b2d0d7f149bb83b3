using Imago.Cli;
using Imago.Cli.Terminals;
using Shouldly;
using Xunit;

namespace Imago.Architecture.Tests.Docs;

public sealed class DocumentTests
{
    [Fact]
    public void Documents_TheirLinks_LeadSomewhere() => DocumentRules.BrokenLinks(Repository.Own).ShouldBeEmpty();

    [Fact]
    public void DocsIndex_EveryPage_IsListed() => DocumentRules.UnlistedPages(Repository.Own).ShouldBeEmpty();

    [Fact]
    public async Task Documents_EveryCommandShown_Exists()
    {
        var commands = DocumentRules.Commands(Repository.Own).ToList();
        var wrong = new List<string>();
        foreach (var shown in commands)
        {
            wrong.AddRange(await Complaints(shown));
        }

        commands.ShouldNotBeEmpty();
        wrong.ShouldBeEmpty();
    }

    [Fact]
    public async Task Command_ThatDoesNotExist_IsFound()
    {
        using var planted = new TemporaryRepository(("README.md", "```sh\n./imago moult --fast   # no such thing\nimago cluster molt\nimago cluster show shop --loud\n```\nand `imago --version --loud`"));
        var found = new List<string>();
        foreach (var shown in DocumentRules.Commands(planted.Repository))
        {
            found.AddRange(await Complaints(shown));
        }

        found.ShouldBe(
            [
                "README.md: ./imago moult --fast   # no such thing: there is no command 'imago moult'.",
                "README.md: imago cluster molt: there is no command 'imago cluster molt'.",
                "README.md: imago cluster show shop --loud: 'imago cluster show' has no option --loud.",
                "README.md: imago --version --loud: 'imago' has no option --loud.",
            ]);
    }

    [Fact]
    public void Link_ToAFileThatIsNotThere_IsFound()
    {
        using var planted = new TemporaryRepository(
            ("README.md", "[docs](docs/README.md#top), [web](https://example.org/x.md), [gone](docs/gone.md)"), ("docs/README.md", "[up](../README.md)"), ("docs/new.md", ""));

        DocumentRules.BrokenLinks(planted.Repository).ShouldBe(["README.md links to docs/gone.md, which does not exist."]);
        DocumentRules.UnlistedPages(planted.Repository).ShouldBe(["docs/README.md does not list docs/new.md."]);
    }

    // The real root command answers: its help names the command and every option that it takes.
    private static async Task<IEnumerable<string>> Complaints(ShownCommand shown)
    {
        var name = "imago";
        var path = new List<string>();
        var (code, help) = await Help(path);
        code.ShouldBe(ExitCode.Ok);

        // Words are commands as far as there are commands below the last one; the rest are arguments.
        foreach (var word in shown.Words)
        {
            var lines = help.Split('\n');
            if (Array.FindIndex(lines, l => l.TrimEnd() == "Commands:") is not (>= 0 and var commands))
            {
                break;
            }

            path.Add(word);
            name += $" {word}";
            if (!lines.Skip(commands + 1).TakeWhile(l => l.StartsWith("  ", StringComparison.Ordinal)).Any(l => $"{l.TrimEnd()} ".StartsWith($"  {word} ", StringComparison.Ordinal)))
            {
                return [$"{shown.Where}: there is no command '{name}'."];
            }

            (code, help) = await Help(path);
        }

        return code != ExitCode.Ok
            ? [$"{shown.Where}: '{name} --help' ends with exit code {code}."]
            : shown.Options.Where(o => !WordsOf(help).Contains(o, StringComparer.Ordinal)).Select(o => $"{shown.Where}: '{name}' has no option {o}.");
    }

    private static async Task<(int Code, string Text)> Help(IEnumerable<string> command)
    {
        using var output = new StringWriter();
        var code = await ImagoCommand.RunAsync([.. command, "--help"], Terminal.Plain(output, output, new NoClock()));
        return (code, output.ToString());
    }

    private static string[] WordsOf(string help) => help.Split([' ', '\n', '\r', ',', '[', ']'], StringSplitOptions.RemoveEmptyEntries);

    private sealed class NoClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => throw new InvalidOperationException("Help does not ask what time it is.");
    }
}
