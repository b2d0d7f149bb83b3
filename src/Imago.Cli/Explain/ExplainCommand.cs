using System.Collections.Immutable;
using System.CommandLine;
using Imago.Cli.Forecasts;
using Imago.Cli.Help;
using Imago.Cli.Nodes;
using Imago.Cli.Options;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;

namespace Imago.Cli.Explain;

/// <summary><c>imago explain</c>: why each node is or is not up to date, now.</summary>
internal static class ExplainCommand
{
    public static Command Create(Terminal terminal)
    {
        var cluster = new ClusterArguments();
        var names = new Argument<string[]>("NODE") { Description = "Nodes to explain [default: all]. Without --cluster the first is the name of a cluster of the server that you are logged in to.", Arity = ArgumentArity.ZeroOrMore };
        var output = OutputOption.Create();
        var (group, subscription) = (RemoteOptions.Group(), RemoteOptions.Subscription());
        var command = new Command("explain", "Explain why each node of a cluster is or is not up to date, and when that will change.") { names, group, subscription };
        cluster.AddTo(command);
        command.Add(output);
        command.SetInterruptibleAction(async (parsed, cancellation) =>
        {
            var named = parsed.GetValue(names) ?? [];
            if (cluster.NameOnServer(parsed, named.FirstOrDefault(), "explain") is { } onServer)
            {
                using var session = await Session.OpenAsync(terminal, parsed.GetValue(group), parsed.GetValue(subscription), parsed.GetValue(output), cancellation);
                await RemoteExplain.RunAsync(session, onServer, named[1..]);
                return ExitCode.Ok;
            }

            var (request, _, warning) = await new RequestReader(terminal, cluster, parsed).ReadAsync(cancellation);
            if (warning is not null)
            {
                await terminal.Error.WriteLineAsync($"imago: {warning}");
            }

            var explained = Chosen(FirstPass.Explain(request), named);
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                await terminal.Out.WriteLineAsync(ExplainJson.Write(explained));
            }
            else
            {
                terminal.WriteProse($"Cluster '{request.Blueprint.Name}' at {TimeText.ToMinute(request.From)} UTC, channel {request.Spec.Channel}.");
                terminal.WriteProse($"{NodeReport.Counts([.. explained.Select(n => n.Status)])}.");
                terminal.Out.WriteLine();
                NodeReport.Write(terminal, explained.Select(n => new ReportedNode(n.Node, n.Pool, n.Image, n.Target, n.Status, ReportedReason.Of(n.Reasons))));
            }

            return ExitCode.Ok;
        });
        return command.WithExamples(
            "# every node, with the node OS window of the cluster",
            "imago explain --cluster cluster.json --maintenance maintenance.json",
            "# one node, for a program",
            "imago explain --cluster cluster.json aks-apps-38120417-vmss000003 --output json",
            "# a cluster of the server, as it is now",
            "imago explain shop -g rg-shop");
    }

    private static List<NodeExplanation> Chosen(ImmutableSortedDictionary<string, NodeExplanation> all, string[] names)
    {
        if (names.FirstOrDefault(n => !all.ContainsKey(n)) is { } unknown)
        {
            throw new InputException($"Node '{unknown}' is not a node of a node pool in the dump, which has {all.Count}: {string.Join(", ", all.Keys.Take(5))}{(all.Count > 5 ? ", …" : "")}.");
        }

        return names.Length == 0 ? [.. all.Values] : [.. names.Distinct(StringComparer.Ordinal).Select(n => all[n])];
    }
}
