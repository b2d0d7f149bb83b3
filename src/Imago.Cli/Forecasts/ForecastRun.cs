using Imago.Cli.Inputs;
using Imago.Cli.Terminals;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Tracing;
using Spectre.Console;

namespace Imago.Cli.Forecasts;

/// <summary>Runs a forecast with its trace, and shows how far it is to whoever watches.</summary>
internal static class ForecastRun
{
    public static async Task<Forecast> RunAsync(Terminal terminal, ForecastRequest request, string? trace, CancellationToken cancellation)
    {
        // Closed however the run ends: the lines of a run that was broken off are whole ones.
        using var writer = trace is null ? null : new TraceWriter(new BufferedStream(InputFile.Create(trace), 1 << 16));
        if (terminal.Progress is not { } progress)
        {
            return Forecaster.Run(request with { Trace = writer }, cancellation);
        }

        var counter = new FinishedNodes(writer);
        return await progress.Status().StartAsync("Forecasting …", status => Task.FromResult(Forecaster.Run(
            request with
            {
                Trace = counter,
                Progress = now => status.Status($"Forecasting … {TimeText.ToMinute(now)} UTC, {counter.Count} of {request.Blueprint.Nodes.Length} nodes"),
            },
            cancellation)));
    }

    private sealed class FinishedNodes(ITraceSink? next) : ITraceSink
    {
        public int Count { get; private set; }

        public void Write(TraceEvent happened)
        {
            if (happened is { Kind: TraceKind.NodeFinished, Node.Surge: false })
            {
                Count++;
            }

            next?.Write(happened);
        }
    }
}
