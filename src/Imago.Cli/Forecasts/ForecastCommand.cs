using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Terminals;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary><c>imago forecast</c>: what an automatic run would do to a cluster, node by node.</summary>
internal static class ForecastCommand
{
    public static Command Create(Terminal terminal)
    {
        var cluster = new ClusterArguments();
        var horizon = DurationOption.Create("--horizon", "How far to look [default: 28d].");
        var trace = new Option<string?>("--trace") { Description = "Write every action and event of the run to this file, one JSON object per line (docs/trace.md).", HelpName = "FILE" };
        var output = OutputOption.Create();
        var command = new Command("forecast", "Forecast what an automatic node OS upgrade would do to a cluster: when each node is patched, and what holds it up.");
        cluster.AddTo(command);
        command.Add(horizon);
        command.Add(trace);
        command.Add(output);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (request, pools, warning) = await new RequestReader(terminal, cluster, parsed).ReadAsync(cancellation);
            request = request with { Horizon = parsed.GetValue(horizon) ?? Duration.FromDays(28) };
            if (request.Horizon <= Duration.Zero)
            {
                throw new InputException("--horizon: nothing can happen in no time. Write for example 28d.");
            }

            if (warning is not null)
            {
                await terminal.Error.WriteLineAsync($"imago: {warning}");
            }

            using var writer = parsed.GetValue(trace) is { } file
                ? new TraceWriter(new BufferedStream(InputFile.Reading(file, () => File.Create(file)), 1 << 16))
                : null;
            var forecast = Forecaster.Run(request with { Trace = writer }, cancellation);
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                await terminal.Out.WriteLineAsync(ForecastJson.Write(forecast));
            }
            else
            {
                ForecastTables.Write(terminal, request, pools, forecast);
            }

            return ExitCode.Ok;
        });
        return command.WithExamples(
            "# take a picture of the cluster, and forecast with a weekly window",
            "kubectl get nodes,namespaces,pods,pdb,deployments,replicasets,statefulsets,daemonsets,pv,pvc -A -o json > cluster.json",
            "imago forecast --cluster cluster.json --maintenance maintenance.json",
            "# what if nodes that cannot be drained were quarantined, and a third of each pool moved at a time",
            "imago forecast --cluster cluster.json --undrainable Cordon --max-surge 33%",
            "# every step, for a program",
            "imago forecast --cluster cluster.json --from 2026-07-01 --trace trace.jsonl --output json");
    }
}
