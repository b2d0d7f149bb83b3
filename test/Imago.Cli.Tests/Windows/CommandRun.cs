using System.Text;
using Imago.Cli.Terminals;

namespace Imago.Cli.Tests.Windows;

/// <summary>A whole command line run in process: what it answered, what it said, how it ended. The clock stands still.</summary>
internal sealed record CommandRun(int ExitCode, string Out, string Error)
{
    public static async Task<CommandRun> Of(string input, string now, params string[] args)
    {
        await using var output = new StringWriter { NewLine = "\n" };
        await using var error = new StringWriter { NewLine = "\n" };
        var terminal = Terminal.Plain(output, error, new StandingClock(DateTimeOffset.Parse(now))) with
        {
            OpenInput = () => new MemoryStream(Encoding.UTF8.GetBytes(input)),
        };
        return new(await ImagoCommand.RunAsync(args, terminal), output.ToString(), error.ToString());
    }

    private sealed class StandingClock(DateTimeOffset now) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => now;
    }
}
