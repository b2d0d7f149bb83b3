using Imago.Cli.Terminals;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>Prints a line for everything worth telling. Without a speed it waits for nothing.</summary>
internal sealed class PlainNarrator(Terminal terminal, Pace? pace) : INarrator
{
    public void Tell(TraceEvent happened)
    {
        if (Telling.Of(happened) is { } text)
        {
            Print(happened.At, text);
        }
    }

    public void Explain(Instant at, string text) => Print(at, $"* {text}");

    public Task TimeMovedAsync(Instant from, Instant to, CancellationToken cancellation) => pace?.WaitAsync(to - from, cancellation) ?? Task.CompletedTask;

    private void Print(Instant at, string text)
    {
        pace?.Told();
        terminal.Out.WriteLine($"{TimeText.ToSecond(at)}  {text}");
    }
}
