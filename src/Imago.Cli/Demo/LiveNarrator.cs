using Imago.Cli.Terminals;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Tracing;
using NodaTime;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Imago.Cli.Demo;

/// <summary>The demo on a terminal: every node with what it is doing, and the last things that happened. It fits 80 columns and 24 rows.</summary>
internal sealed class LiveNarrator : INarrator
{
    // Of a wide terminal only so much is used: eyes do not follow longer lines.
    private const int Widest = 120;
    private const int FewestLines = 3;

    // The line with the time, two empty ones, and the one the cursor stands in.
    private const int OtherRows = 4;

    private readonly LiveDisplayContext _display;
    private readonly Pace _pace;
    private readonly Terminal _terminal;
    private readonly SortedDictionary<(string Pool, string Name), LiveNode> _nodes = [];
    private readonly List<string> _lines = [];
    private string _window = "closed";
    private int _done;

    public LiveNarrator(LiveDisplayContext display, Pace pace, Terminal terminal, DemoStory story)
    {
        (_display, _pace, _terminal) = (display, pace, terminal);
        foreach (var node in story.Blueprint.Nodes)
        {
            _nodes[(node.Pool, node.Name)] = new LiveNode(node.Name, node.Pool, Surge: false, node.Zone, node.Image);
        }
    }

    private int Width => Math.Min(Widest, _terminal.Width - 1);

    public void Tell(TraceEvent happened)
    {
        Note(happened);
        if (happened.Kind is not (TraceKind.NodeJoined or TraceKind.NodeReady or TraceKind.NodeRemoved or TraceKind.NodeCordoned) && Telling.Of(happened) is { } text)
        {
            Add(happened.At, text, colour: null);
        }
    }

    public void Explain(Instant at, string text) => Add(at, text, "yellow");

    public async Task TimeMovedAsync(Instant from, Instant to, CancellationToken cancellation)
    {
        _display.UpdateTarget(Picture(to));
        await _pace.WaitAsync(to - from, cancellation);
    }

    private void Note(TraceEvent happened)
    {
        _window = happened.Kind switch
        {
            TraceKind.WindowOpened => $"[green]open {Markup.Escape(happened.Detail ?? "")}[/]",
            TraceKind.WindowClosed => "closed",
            _ => _window,
        };
        if (happened is { Kind: TraceKind.NodeFinished, Result: NodeResult.Upgraded })
        {
            _done++;
        }

        if (happened.Node is not { } node || happened.Pool is not { } pool)
        {
            return;
        }

        if (happened.Kind == TraceKind.NodeRemoved && node.Surge)
        {
            _nodes.Remove((pool, node.Name));
        }
        else if (_nodes.TryGetValue((pool, node.Name), out var known))
        {
            _nodes[(pool, node.Name)] = known.After(happened);
        }
        else if (happened.Kind is TraceKind.SurgeNamed or TraceKind.NodeJoined)
        {
            _nodes[(pool, node.Name)] = new LiveNode(node.Name, pool, node.Surge, node.Zone, "").After(happened);
        }
    }

    private void Add(Instant at, string text, string? colour)
    {
        _pace.Told();
        var brief = _nodes.Values.Aggregate(text, (told, n) => told.Replace(n.Name, ShortNames.OfNode(n.Name, n.Pool, n.Surge), StringComparison.Ordinal));
        var time = $"[grey]{TimeText.ToSecond(at)[11..]}[/]  ";
        foreach (var line in Prose.Wrap(brief, Width - 10))
        {
            _lines.Add(time + (colour is null ? Markup.Escape(line) : $"[{colour}]{Markup.Escape(line)}[/]"));
            time = new string(' ', 10);
        }
    }

    private IRenderable Picture(Instant now)
    {
        var room = Math.Max(FewestLines, _terminal.Console.Profile.Height - OtherRows - _nodes.Count);
        if (_lines.Count > room)
        {
            _lines.RemoveRange(0, _lines.Count - room);
        }

        string[] rows =
        [
            $"[bold]{TimeText.ToSecond(now)} UTC[/]   window {_window}   {_done} done",
            "",
            .. _nodes.Values.Select(Row),
            "",
            .. _lines,
        ];
        return new Rows(rows.Select(r => new Markup(r.Length == 0 ? " " : r).Overflow(Overflow.Crop)));
    }

    private string Row(LiveNode node)
    {
        var (pools, names) = (_nodes.Keys.Max(k => k.Pool.Length), _nodes.Keys.Max(k => k.Name.Length));
        var images = _nodes.Values.Max(n => ShortNames.OfImage(n.Image).Length);
        var start = Markup.Escape(
            $"{node.Pool.PadRight(pools)}  {node.Name.PadRight(names)}  {ShortNames.OfZone(node.Zone),-1}  {ShortNames.OfImage(node.Image).PadRight(images)}  ");
        return node.Colour is { } colour ? $"{start}[{colour}]{Markup.Escape(node.Doing)}[/]" : start;
    }
}
