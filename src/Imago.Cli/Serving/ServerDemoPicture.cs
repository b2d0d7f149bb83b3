using Imago.Cli.Demo;
using Imago.Cli.Terminals;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Imago.Cli.Serving;

/// <summary>The demo on a terminal: window, rollouts, and every node with what it is doing.</summary>
internal sealed class ServerDemoPicture(Terminal terminal)
{
    // Of a wide terminal only so much is used: eyes do not follow longer lines.
    private const int Widest = 120;

    public IRenderable Draw(DemoState state)
    {
        var width = Math.Min(Widest, terminal.Width - 1);
        var opensIn = state.WindowOpens - state.At;
        List<string> rows =
        [
            $"[bold]{TimeText.ToSecond(state.At)} UTC[/]   window {(opensIn > NodaTime.Duration.Zero ? $"opens in {TimeText.Of(opensIn)}" : "[green]open[/]")}",
            " ",
            .. state.Rollouts.Select(r => Markup.Escape($"{r.Pool,-8}{ShortNames.OfImage(r.Target)}  {r.Phase}, {r.Done} of {r.Total} nodes")),
            " ",
        ];
        var names = state.Nodes.IsEmpty ? 0 : state.Nodes.Max(n => n.Name.Length);
        foreach (var node in state.Nodes)
        {
            var start = $"{node.Name.PadRight(names)}  {ShortNames.OfImage(node.Image)}  ";
            var text = $"{node.State}{(node.Why.Length > 0 ? $": {node.Why}" : "")}";
            var room = Math.Max(0, width - start.Length);
            rows.Add($"{Markup.Escape(start)}[{ColourOf(node)}]{Markup.Escape(text.Length <= room ? text : text[..room])}[/]");
        }

        return new Rows(rows.Select(r => new Markup(r).Overflow(Overflow.Crop)));
    }

    private static string ColourOf(DemoNode node) => node.State switch
    {
        "Current" or "Upgraded" => "green",
        "Pending" => "grey",
        _ => node.Ready ? "yellow" : "red",
    };
}
