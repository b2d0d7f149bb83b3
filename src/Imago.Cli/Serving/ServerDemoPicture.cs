using Imago.Cli.Demo;
using Imago.Cli.Nodes;
using Imago.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Imago.Cli.Serving;

/// <summary>The demo on a terminal: window, rollouts, every node with where it stands, and below them what holds nodes. It fits 80 columns and 24 rows.</summary>
internal sealed class ServerDemoPicture(Terminal terminal)
{
    // Of a wide terminal only so much is used: eyes do not follow longer lines.
    private const int Widest = 120;

    // The row the cursor stands in.
    private const int OtherRows = 1;

    // While its machine is made anew a node is not in the cluster. Its row stays, or all below would jump.
    private const string Away = "Being reimaged";

    private readonly SortedDictionary<string, DemoNode> _nodes = new(StringComparer.Ordinal);

    public IRenderable Draw(DemoState state) =>
        new Rows(Lines(state, Math.Min(Widest, terminal.Width - 1), terminal.Console.Profile.Height - OtherRows).Select(r => new Markup(r.Length == 0 ? " " : r).Overflow(Overflow.Crop)));

    /// <summary>The picture as lines of markup.</summary>
    internal IReadOnlyList<string> Lines(DemoState state, int width, int height)
    {
        foreach (var (name, node) in _nodes.ToList())
        {
            _nodes[name] = node with { State = Away, Ready = false, Holds = [] };
        }

        foreach (var node in state.Nodes)
        {
            _nodes[node.Name] = node;
        }

        var opensIn = state.WindowOpens - state.At;
        var names = _nodes.Count == 0 ? 0 : _nodes.Keys.Max(n => n.Length);
        List<string> lines =
        [
            $"[bold]{TimeText.ToSecond(state.At)} UTC[/]   window {(opensIn > NodaTime.Duration.Zero ? $"opens in {TimeText.Of(opensIn)}" : "[green]open[/]")}",
            "",
            .. state.Rollouts.Select(r => Markup.Escape($"{r.Pool,-8}{ShortNames.OfImage(r.Target)}  {r.Phase}, {r.Done} of {r.Total} nodes")),
            "",
            .. _nodes.Values.Select(n => $"{Markup.Escape($"{n.Name.PadRight(names)}  {ShortNames.OfImage(n.Image)}")}  [{ColourOf(n)}]{Markup.Escape(n.State)}[/]{(n.Ready || n.State == Away ? "" : ", not Ready")}"),
            "",
        ];

        // What holds several nodes is told once, in the words of the first.
        foreach (var hold in _nodes.Values.SelectMany(n => n.Holds).DistinctBy(h => h.Cause))
        {
            lines.AddRange(Prose.Wrap($"{hold.Code}: {hold.Message}", width).Select(l => $"[grey]{Markup.Escape(l)}[/]"));
        }

        return lines.Count <= height ? lines : [.. lines.Take(Math.Max(1, height))];
    }

    private static string ColourOf(DemoNode node) => node.State switch
    {
        "Current" or "Upgraded" => "green",
        "Pending" => "grey",
        NodeWords.UnderWay or Away => "yellow",
        _ => "red",
    };
}
