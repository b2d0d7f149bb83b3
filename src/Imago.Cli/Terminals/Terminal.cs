using Spectre.Console;

namespace Imago.Cli.Terminals;

/// <summary>Everything a command says, and the clock it may read: injected, so that tests run whole commands in process.</summary>
/// <param name="Out">Answers.</param>
/// <param name="Error">Messages about problems, and progress.</param>
/// <param name="Console">Tables and live output, written to <paramref name="Out"/>.</param>
/// <param name="IsInteractive">Whether a person watches; without, only plain lines are printed and nothing is waited for.</param>
/// <param name="Clock">The one clock.</param>
public sealed record Terminal(TextWriter Out, TextWriter Error, IAnsiConsole Console, bool IsInteractive, TimeProvider Clock)
{
    /// <summary>Standard input; opened only by a command that was told to read it.</summary>
    public Func<Stream> OpenInput { get; init; } = () => Stream.Null;

    /// <summary>The terminal of this process.</summary>
    public static Terminal OfProcess()
    {
        // A file or a pipe has no width of its own; what is cut there cannot be read by anyone.
        var terminal = System.Console.IsOutputRedirected
            ? Plain(System.Console.Out, System.Console.Error, TimeProvider.System, width: 200)
            : new Terminal(
                System.Console.Out,
                System.Console.Error,
                AnsiConsole.Console,
                !System.Console.IsInputRedirected && AnsiConsole.Profile.Capabilities.Ansi,
                TimeProvider.System);
        return terminal with { OpenInput = System.Console.OpenStandardInput };
    }

    /// <summary>A terminal that nobody watches, for tests and pipes: no colours, a fixed width.</summary>
    public static Terminal Plain(TextWriter output, TextWriter error, TimeProvider clock, int width = 160)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Ansi = AnsiSupport.No,
            ColorSystem = ColorSystemSupport.NoColors,
            Interactive = InteractionSupport.No,
            Out = new AnsiConsoleOutput(output),
        });
        console.Profile.Width = width;
        return new(output, error, console, false, clock);
    }
}
