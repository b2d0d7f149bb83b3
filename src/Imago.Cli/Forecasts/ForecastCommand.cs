using System.CommandLine;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Cli.Forecasts;

/// <summary><c>imago forecast</c>: what an automatic run would do to a cluster, node by node.</summary>
internal static class ForecastCommand
{
    public static Command Create(Terminal terminal)
    {
        var cluster = new ClusterArguments();
        var horizon = DurationOption.Create("--horizon", "How far to look, up to 10000d [default: 28d].");
        var trace = new Option<string?>("--trace") { Description = "Write every action and event of the run to this file, one JSON object per line (docs/trace.md).", HelpName = "FILE" };
        var output = OutputOption.Create();
        var name = new Argument<string?>("NAME") { Description = "A cluster of the server that you are logged in to, instead of a dump.", Arity = ArgumentArity.ZeroOrOne };
        var (group, subscription) = (RemoteOptions.Group(), RemoteOptions.Subscription());
        var command = new Command("forecast", "Forecast what an automatic node OS upgrade would do to a cluster: when each node is patched, and what holds it up.") { name, group, subscription };
        cluster.AddTo(command);
        command.Add(horizon);
        command.Add(trace);
        command.Add(output);
        command.SetInterruptibleAction(async (parsed, cancellation) =>
        {
            var look = parsed.GetValue(horizon) ?? Duration.FromDays(28);
            if (look <= Duration.Zero)
            {
                throw new UsageException("--horizon: nothing can happen in no time. Write for example 28d.");
            }

            if (cluster.NameOnServer(parsed, parsed.GetValue(name), "forecast", [cluster.Target]) is { } onServer)
            {
                using var session = await Session.OpenAsync(terminal, parsed.GetValue(group), parsed.GetValue(subscription), parsed.GetValue(output), cancellation);
                await RemoteForecast.RunAsync(session, onServer, look, parsed.GetValue(cluster.Target));
                return ExitCode.Ok;
            }

            var (request, pools, warning) = await new RequestReader(terminal, cluster, parsed).ReadAsync(cancellation);
            if (look > RequestReader.CalendarEnd - request.From)
            {
                throw new UsageException($"--from, --horizon: the forecast would end after {TimeText.ToMinute(RequestReader.CalendarEnd)} UTC, where the calendar ends.");
            }

            if (warning is not null)
            {
                await terminal.Error.WriteLineAsync($"imago: {warning}");
            }

            var forecast = await ForecastRun.RunAsync(terminal, request with { Horizon = look }, TraceFile(parsed, trace, cluster), cancellation);
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                await terminal.Out.WriteLineAsync(ForecastText.Write(forecast));
            }
            else
            {
                ForecastTables.Write(terminal, ForecastSubject.Of(request with { Horizon = look }, pools), forecast);
            }

            return ExitCode.Ok;
        });
        return command.WithExamples(
            "# take a picture of the cluster, and forecast with a weekly window",
            "kubectl get nodes,namespaces,pods,pdb,deployments,replicasets,statefulsets,daemonsets,pv,pvc -A -o json > cluster.json",
            "imago forecast --cluster cluster.json --maintenance maintenance.json",
            "# what if nodes that cannot be drained were quarantined, and a third of each pool moved at a time",
            "imago forecast --cluster cluster.json --undrainable Cordon --max-surge 33%",
            "# a cluster of the server, as it is now",
            "imago forecast shop -g rg-shop --horizon 14d",
            "# every step, for a program",
            "imago forecast --cluster cluster.json --from 2026-07-01 --trace trace.jsonl --output json");
    }

    // A dump that took minutes to make is not to be lost to a slip of the hand.
    private static string? TraceFile(ParseResult parsed, Option<string?> trace, ClusterArguments cluster)
    {
        var file = parsed.GetValue(trace);
        var inputs = new[] { parsed.GetValue(cluster.Cluster), parsed.GetValue(cluster.Maintenance), parsed.GetValue(cluster.World) }.OfType<string>().Where(f => f.Length > 0);
        return file is { Length: > 0 } && inputs.Any(f => string.Equals(Path.GetFullPath(f), Path.GetFullPath(file), StringComparison.Ordinal))
            ? throw new UsageException($"--trace: '{file}' is also read. Name another file, or it would be overwritten.")
            : file;
    }
}
