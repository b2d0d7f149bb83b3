using System.Collections.Immutable;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>Rings when maintenance windows open and close during a run, and remembers them.</summary>
public sealed class WindowBell
{
    private readonly SimulatedWorld _world;
    private readonly MaintenanceTimes? _times;
    private readonly ITraceSink _trace;
    private readonly List<Window> _opened = [];

    public WindowBell(SimulatedWorld world, MaintenanceTimes? times, ITraceSink trace)
    {
        _world = world;
        _times = times;
        _trace = trace;
        Await(world.Time.Now);
    }

    /// <summary>Whether there is no window, so that work may start at any time.</summary>
    public bool AlwaysOpen => _times is null;

    /// <summary>The windows that opened during the run.</summary>
    public IEnumerable<Interval> Open => _opened.Select(w => new Interval(w.Start, w.End));

    /// <summary>Whether a window was open then; without windows always.</summary>
    public bool IsOpenAt(Instant instant) => AlwaysOpen || _opened.Exists(w => w.Contains(instant));

    /// <summary>Windows up to the last one in which a node was upgraded, with how many were started in each and upgraded.</summary>
    public ImmutableArray<ForecastWindow> Rung(ImmutableArray<ForecastNode> nodes)
    {
        var perWindow = nodes.Where(n => n is { Status: NodeStatus.Upgraded, Window: not null }).GroupBy(n => n.Window!.Value).ToDictionary(g => g.Key, g => g.Count());
        return [.. _opened.Where(w => perWindow.Count > 0 && w.Start <= perWindow.Keys.Max()).Select(w => new ForecastWindow(w.Start, w.End, perWindow.GetValueOrDefault(w.Start)))];
    }

    private void Await(Instant after)
    {
        if (_times?.FirstEndingAfter(after) is not { } window)
        {
            return;
        }

        _world.Time.At(window.Start, () =>
        {
            _opened.Add(window);
            _trace.Write(new TraceEvent(_world.Time.Now, TraceKind.WindowOpened) { Window = window.Start, WindowEnd = window.End, Detail = $"until {window.End}" });
            _world.Time.At(window.End, () =>
            {
                _trace.Write(new TraceEvent(_world.Time.Now, TraceKind.WindowClosed) { Window = window.Start, WindowEnd = window.End });
                Await(window.End);
            });
        });
    }
}
