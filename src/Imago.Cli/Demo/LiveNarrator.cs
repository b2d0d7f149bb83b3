using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Tracing;
using NodaTime;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Imago.Cli.Demo;

/// <summary>The demo on a terminal: every node with what it is doing, and the last things that happened.</summary>
internal sealed class LiveNarrator : INarrator
{
    private const int LinesKept = 9;

    private readonly LiveDisplayContext _display;
    private readonly Pace _pace;
    private readonly SortedDictionary<(string Pool, string Name), NodeLine> _nodes = [];
    private readonly List<string> _lines = [];
    private string _window = "closed";

    public LiveNarrator(LiveDisplayContext display, Pace pace, DemoStory story)
    {
        _display = display;
        _pace = pace;
        foreach (var node in story.Blueprint.Nodes)
        {
            _nodes[(node.Pool, node.Name)] = new NodeLine(node.Zone, node.Image, "");
        }
    }

    public void Tell(TraceEvent happened)
    {
        Note(happened);
        if (happened.Kind is not (TraceKind.NodeJoined or TraceKind.NodeReady or TraceKind.NodeRemoved) && Telling.Of(happened) is { } text)
        {
            Line(happened.At, Markup.Escape(text));
        }
    }

    public void Explain(Instant at, string text) => Line(at, $"[yellow]{Markup.Escape(text)}[/]");

    public async Task TimeMovedAsync(Instant from, Instant to, CancellationToken cancellation)
    {
        _display.UpdateTarget(Picture(to));
        await _pace.WaitAsync(to - from, cancellation);
    }

    private void Note(TraceEvent happened)
    {
        _window = happened.Kind switch
        {
            TraceKind.WindowOpened => $"[green]open[/] {happened.Detail}",
            TraceKind.WindowClosed => "closed",
            _ => _window,
        };
        if (happened.Node is not { } node || happened.Pool is not { } pool)
        {
            return;
        }

        var doing = happened.Kind switch
        {
            TraceKind.NodeStarted => "[yellow]starts[/]",
            TraceKind.NodeCordoned or TraceKind.PodEvicted => "[yellow]drains[/]",
            TraceKind.OperationBegun when !node.Surge => "[blue]is reimaged[/]",
            TraceKind.SurgeNamed => "[blue]is made[/]",
            TraceKind.NodeJoined => "[blue]boots[/]",
            TraceKind.NodeReady when node.Surge => "serves as surge",
            TraceKind.NodeReady => "[green]Ready, verified[/]",
            TraceKind.PatchOrdered => "[blue]patches live[/]",
            TraceKind.PatchReached => "[green]patched[/]",
            TraceKind.NodeFinished when happened.Result == NodeResult.Upgraded => "[green]done[/]",
            TraceKind.NodeFinished => $"[red]{happened.Result}[/]",
            _ => null,
        };
        if (happened.Kind == TraceKind.NodeRemoved && node.Surge)
        {
            _nodes.Remove((pool, node.Name));
        }
        else if (doing is not null)
        {
            var before = _nodes.GetValueOrDefault((pool, node.Name));
            _nodes[(pool, node.Name)] = new NodeLine(node.Zone ?? before?.Zone, node.Image.Length > 0 ? node.Image : before?.Image ?? "", doing);
        }
    }

    private void Line(Instant at, string markup)
    {
        _lines.Add($"[grey]{PlainNarrator.Time.Format(at)}[/]  {markup}");
        if (_lines.Count > LinesKept)
        {
            _lines.RemoveAt(0);
        }
    }

    private IRenderable Picture(Instant now)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("pool", "node", "zone", "image", "");
        foreach (var ((pool, name), line) in _nodes)
        {
            table.AddRow(Markup.Escape(pool), Markup.Escape(name), Markup.Escape(line.Zone ?? ""), Markup.Escape(line.Image), line.Doing);
        }

        return new Rows(
            new Markup($"[bold]{PlainNarrator.Time.Format(now)} UTC[/]   maintenance window: {_window}"), table, new Markup(string.Join(Environment.NewLine, _lines)));
    }

    private sealed record NodeLine(string? Zone, string Image, string Doing);
}
