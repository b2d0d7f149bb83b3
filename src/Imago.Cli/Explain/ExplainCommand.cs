using System.Buffers;
using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Imago.Cli.Forecasts;
using Imago.Cli.Help;
using Imago.Cli.Options;
using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;
using Spectre.Console;

namespace Imago.Cli.Explain;

/// <summary><c>imago explain</c>: why each node is or is not up to date, now.</summary>
internal static class ExplainCommand
{
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, Indented = true };

    public static Command Create(Terminal terminal)
    {
        var cluster = new ClusterArguments();
        var names = new Argument<string[]>("NODE") { Description = "Nodes to explain [default: all].", Arity = ArgumentArity.ZeroOrMore };
        var output = OutputOption.Create();
        var command = new Command("explain", "Explain why each node of a cluster is or is not up to date, and when that will change.") { names };
        cluster.AddTo(command);
        command.Add(output);
        command.SetAction(async (parsed, cancellation) =>
        {
            var (request, _, warning) = await new RequestReader(terminal, cluster, parsed).ReadAsync(cancellation);
            if (warning is not null)
            {
                await terminal.Error.WriteLineAsync($"imago: {warning}");
            }

            var explained = Chosen(FirstPass.Explain(request), parsed.GetValue(names) ?? []);
            if (parsed.GetValue(output) == OutputFormat.Json)
            {
                await terminal.Out.WriteLineAsync(Json(explained));
            }
            else
            {
                Table(terminal, explained);
            }

            return ExitCode.Ok;
        });
        return command.WithExamples(
            "# every node, with the node OS window of the cluster",
            "imago explain --cluster cluster.json --maintenance maintenance.json",
            "# one node, for a program",
            "imago explain --cluster cluster.json aks-apps-38120417-vmss000003 --output json");
    }

    private static List<NodeExplanation> Chosen(ImmutableSortedDictionary<string, NodeExplanation> all, string[] names)
    {
        if (names.FirstOrDefault(n => !all.ContainsKey(n)) is { } unknown)
        {
            throw new InputException($"Node '{unknown}' is not a node of a node pool in the dump, which has {all.Count}: {string.Join(", ", all.Keys.Take(5))}{(all.Count > 5 ? ", …" : "")}.");
        }

        return names.Length == 0 ? [.. all.Values] : [.. names.Distinct(StringComparer.Ordinal).Select(n => all[n])];
    }

    private static void Table(Terminal terminal, List<NodeExplanation> nodes)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("node", "pool", "runs", "target", "status", "why");
        foreach (var node in nodes)
        {
            table.AddRow(
                Markup.Escape(node.Node), Markup.Escape(node.Pool), Markup.Escape(node.Image), Markup.Escape(node.Target ?? "-"), node.Status.ToString(),
                Markup.Escape(string.Join(Environment.NewLine, node.Reasons.Select(r => $"{r.Code}: {r.Message}"))));
        }

        terminal.Console.Write(table);
    }

    private static string Json(List<NodeExplanation> nodes)
    {
        var buffer = new ArrayBufferWriter<byte>(1 << 14);
        using (var json = new Utf8JsonWriter(buffer, JsonOptions))
        {
            json.WriteStartObject();
            json.WriteStartArray("nodes");
            foreach (var node in nodes)
            {
                json.WriteStartObject();
                json.WriteString("name", node.Node);
                json.WriteString("pool", node.Pool);
                json.WriteString("zone", node.Zone);
                json.WriteString("image", node.Image);
                json.WriteString("target", node.Target);
                json.WriteString("status", node.Status.ToString());
                ForecastJson.Reasons(json, node.Reasons);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }
}
