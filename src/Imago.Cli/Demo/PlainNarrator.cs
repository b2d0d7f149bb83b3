using Imago.Cli.Terminals;
using Imago.Simulation.Tracing;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Demo;

/// <summary>Prints a line for everything worth telling. Without a speed it waits for nothing.</summary>
internal sealed class PlainNarrator(Terminal terminal, Pace? pace) : INarrator
{
    public static readonly InstantPattern Time = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    public void Tell(TraceEvent happened)
    {
        if (Telling.Of(happened) is { } text)
        {
            terminal.Out.WriteLine($"{Time.Format(happened.At)}  {text}");
        }
    }

    public void Explain(Instant at, string text) => terminal.Out.WriteLine($"{Time.Format(at)}  * {text}");

    public Task TimeMovedAsync(Instant from, Instant to, CancellationToken cancellation) => pace?.WaitAsync(to - from, cancellation) ?? Task.CompletedTask;
}
