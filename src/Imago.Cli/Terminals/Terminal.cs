using Spectre.Console;

namespace Imago.Cli.Terminals;

/// <summary>Everything a command says, and the clock it may read: injected, so that tests run whole commands in process.</summary>
/// <param name="Out">Answers.</param>
/// <param name="Error">Messages about problems.</param>
/// <param name="Console">Live output, written to <paramref name="Out"/>.</param>
/// <param name="IsInteractive">Whether a person watches the output; without, only plain lines are printed and nothing is waited for.</param>
/// <param name="Clock">The one clock.</param>
public sealed record Terminal(TextWriter Out, TextWriter Error, IAnsiConsole Console, bool IsInteractive, TimeProvider Clock)
{
    /// <summary>Columns of <see cref="Out"/>. A pipe or a file has none, and nothing is broken or left out there.</summary>
    public int Width { get; init; } = int.MaxValue;

    /// <summary>Where long work shows how far it is: standard error if a person watches it; null if nobody does.</summary>
    public IAnsiConsole? Progress { get; init; }

    /// <summary>Standard input; opened only by a command that was told to read it.</summary>
    public Func<Stream> OpenInput { get; init; } = () => Stream.Null;

    /// <summary>Looks a variable of the environment up; null when it is not set. A terminal that was not made of a process has none.</summary>
    public Func<string, string?> Environment { get; init; } = _ => null;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        var terminal = System.Console.IsOutputRedirected
            ? Plain(System.Console.Out, System.Console.Error, TimeProvider.System)
            : new Terminal(System.Console.Out, System.Console.Error, AnsiConsole.Console, AnsiConsole.Profile.Capabilities.Ansi, TimeProvider.System)
            {
                Width = AnsiConsole.Profile.Width,
            };
        return terminal with { OpenInput = System.Console.OpenStandardInput, Progress = ProgressOfProcess(), Environment = System.Environment.GetEnvironmentVariable };
    }

    /// <summary>A terminal that nobody watches, for tests and pipes: no colours.</summary>
    public static Terminal Plain(TextWriter output, TextWriter error, TimeProvider clock, int width = int.MaxValue) => new(
        output,
        error,
        AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        }),
        IsInteractive: false,
        clock)
    {
        Width = width,
    };

    private static IAnsiConsole? ProgressOfProcess()
    {
        if (System.Console.IsErrorRedirected)
        {
            return null;
        }

        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(System.Console.Error) });
        return console.Profile.Capabilities.Ansi ? console : null;
    }
}
