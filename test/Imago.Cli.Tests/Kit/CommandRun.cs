using System.Text;
using System.Text.Json;
using Imago.Cli.Terminals;
using Shouldly;

namespace Imago.Cli.Tests.Kit;

/// <summary>A whole command line run in process: what it answered, what it said, how it ended. The clock stands still.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    /// <summary>The moment at which commands run that do not say which.</summary>
    public const string Now = "2026-07-01T00:00:00Z";

    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    /// <summary>With something on standard input, at another time.</summary>
    public static Task<CommandRun> With(string input, string now, params string[] args) => Of(int.MaxValue, input, now, args);

    public static Task<CommandRun> Of(params string[] args) => With("", Now, args);

    /// <summary>In a terminal of some width.</summary>
    public static Task<CommandRun> InTerminal(int width, params string[] args) => Of(width, "", Now, args);

    /// <summary>With an environment of its own, until it ends or is interrupted.</summary>
    public static Task<CommandRun> In(IReadOnlyDictionary<string, string> environment, string input, params string[] args) => Of(int.MaxValue, input, Now, args, environment);

    /// <summary>Whoever gets a message gets no stack trace with it.</summary>
    public void ShouldFail(int exitCode, params string[] parts)
    {
        ExitCode.ShouldBe(exitCode, Error);
        Error.ShouldStartWith("imago: ");
        Error.ShouldNotContain("   at ");
        Error.ShouldNotContain("Exception");
        Out.ShouldBeEmpty();
        foreach (var part in parts)
        {
            Error.ShouldContain(part);
        }
    }

    private static async Task<CommandRun> Of(int width, string input, string now, string[] args, IReadOnlyDictionary<string, string>? environment = null)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        var terminal = Terminal.Plain(output, error, new StandingClock(DateTimeOffset.Parse(now)), width) with
        {
            Environment = name => environment?.GetValueOrDefault(name),
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
        };
        return new(await ImagoCommand.RunAsync(args, terminal), output.ToString(), error.ToString());
    }
}
