using System.Text.Json.Nodes;
using Imago.Cli.Demo;
using Imago.Cli.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Imago.Cli.Rollouts;

/// <summary>Rollouts on a terminal: how far each is, and what its nodes are doing.</summary>
internal static class RolloutPicture
{
    // The lines with the pools, the headings, and the one the cursor stands in.
    private const int OtherRows = 8;

    private const int BarLength = 30;

    public static async Task<List<JsonNode>> ShowAsync(Session session, string cluster, List<JsonNode> rollouts, Func<Task<List<JsonNode>>> read, TimeSpan pause)
    {
        await session.Terminal.Console.Live(new Text("")).StartAsync(async display =>
        {
            while (true)
            {
                display.UpdateTarget(Picture(session.Terminal, rollouts, await NodesAsync(session, cluster)));
                if (rollouts.TrueForAll(RolloutText.HasEnded))
                {
                    return;
                }

                await Task.Delay(pause, session.Terminal.Clock, session.Cancellation);
                rollouts = await read();
            }
        });
        return rollouts;
    }

    private static async Task<List<JsonObject>> NodesAsync(Session session, string cluster) =>
        (await session.Client.ListAsync($"{Paths.Extension(session.ClusterPath(cluster))}/nodes".With(ApiVersions.Imago), session.Cancellation)).Objects("value").ToList();

    private static Rows Picture(Terminal terminal, List<JsonNode> rollouts, List<JsonObject> nodes)
    {
        var lines = new List<IRenderable>();
        foreach (var rollout in rollouts)
        {
            lines.Add(new Markup($"{Markup.Escape(rollout.Text("properties.pool") ?? "")}  {Bar(rollout)}  {Markup.Escape($"{rollout.Text("properties.phase")}, {RolloutText.Progress(rollout)}")}"));
        }

        var pools = rollouts.Select(r => r.Text("properties.pool")).ToHashSet(StringComparer.Ordinal);
        var table = new Table().Border(TableBorder.None).AddColumns("node", "pool", "state", "image", "waits for");
        var room = Math.Max(1, terminal.Console.Profile.Height - OtherRows - rollouts.Count);

        // Those that are moving first: what stands still can be read later.
        var shown = nodes.Where(n => pools.Contains(n.Text("pool"))).OrderByDescending(NodeWords.IsUnderWay).ThenBy(n => n.Text("name"), StringComparer.Ordinal).ToList();
        foreach (var node in shown.Take(room))
        {
            var state = Markup.Escape(NodeWords.State(node));
            table.AddRow(
                Markup.Escape(node.Text("name") ?? ""), Markup.Escape(node.Text("pool") ?? ""), NodeWords.IsUnderWay(node) ? $"[yellow]{state}[/]" : $"[dim]{state}[/]",
                Markup.Escape(ShortNames.OfImage(node.Text("image") ?? "")), Markup.Escape(NodeWords.Hold(node)));
        }

        lines.Add(table);
        if (shown.Count > room)
        {
            lines.Add(new Text($"and {shown.Count - room} more"));
        }

        return new Rows(lines);
    }

    private static string Bar(JsonNode rollout)
    {
        var total = Math.Max(1, rollout.Number("properties.nodes.total") ?? 1);
        var full = Math.Clamp(BarLength * (rollout.Number("properties.nodes.done") ?? 0) / total, 0, BarLength);
        return $"[green]{new string('━', full)}[/][dim]{new string('━', BarLength - full)}[/]";
    }
}
