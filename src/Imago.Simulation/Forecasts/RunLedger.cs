using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>Reads the trace of a run and keeps what the forecast tells of it.</summary>
internal sealed class RunLedger : ITraceSink
{
    private readonly ITraceSink? _next;
    private readonly Dictionary<string, NodeHistory> _nodes;
    private readonly HashSet<string> _available;
    private readonly Dictionary<string, int> _availableAtStart;
    private readonly Dictionary<string, int> _availableNow;
    private readonly HashSet<string> _made = new(StringComparer.Ordinal);
    private readonly int _size;
    private readonly HashSet<string> _inFlight = new(StringComparer.Ordinal);
    private Instant _flightBegan;

    public RunLedger(ClusterBlueprint blueprint, ITraceSink? next)
    {
        _next = next;
        _nodes = blueprint.Nodes.ToDictionary(n => n.Name, _ => new NodeHistory(), StringComparer.Ordinal);
        _size = blueprint.Nodes.Length;
        _available = blueprint.Nodes.Where(n => n.Ready && !n.Unschedulable).Select(n => n.Name).ToHashSet(StringComparer.Ordinal);
        _availableAtStart = blueprint.Nodes.GroupBy(n => n.Pool, StringComparer.Ordinal)
            .ToDictionary(g => g.Key, g => g.Count(n => _available.Contains(n.Name)), StringComparer.Ordinal);
        _availableNow = new(_availableAtStart, StringComparer.Ordinal);
        PeakNodes = _size;
    }

    public IReadOnlyDictionary<string, NodeHistory> Nodes => _nodes;

    public int Evictions { get; private set; }

    public int PeakNodes { get; private set; }

    public int MaxUnavailableSeen { get; private set; }

    /// <summary>Times in which at least one node was under way, in order.</summary>
    public List<Interval> Flights { get; } = [];

    public void Write(TraceEvent happened)
    {
        switch (happened.Kind)
        {
            case TraceKind.NodeStarted:
                Started(happened);
                break;
            case TraceKind.NodeFinished:
                Finished(happened);
                break;
            case TraceKind.OperationBegun when happened.Node is { } node && _nodes.TryGetValue(node.Name, out var emptied):
                emptied.EmptyAt = happened.At;
                break;
            case TraceKind.PodEvicted or TraceKind.PodForced:
                Evictions++;
                if (happened.Node is { } from && _nodes.TryGetValue(from.Name, out var drained))
                {
                    drained.Evictions++;
                }

                break;
            case TraceKind.NodeJoined or TraceKind.NodeReady or TraceKind.NodeNotReady or TraceKind.NodeCordoned or TraceKind.NodeUncordoned or TraceKind.NodeRemoved:
                Available(happened.Node!, happened.Kind != TraceKind.NodeRemoved && happened.Node!.Ready && happened.Node.Schedulable);
                Count(happened);
                break;
        }

        _next?.Write(happened);
    }

    private void Started(TraceEvent happened)
    {
        if (_inFlight.Count == 0)
        {
            _flightBegan = happened.At;
        }

        _inFlight.Add(happened.Node!.Name);
        if (_nodes.TryGetValue(happened.Node.Name, out var node))
        {
            node.StartedAt = happened.At;
            node.Window = happened.Window;
            node.FinishedAt = null;
            node.EmptyAt = null;
            node.Result = null;
        }
    }

    private void Finished(TraceEvent happened)
    {
        if (_inFlight.Remove(happened.Node!.Name) && _inFlight.Count == 0)
        {
            Flights.Add(new Interval(_flightBegan, happened.At));
        }

        if (_nodes.TryGetValue(happened.Node.Name, out var node))
        {
            node.FinishedAt = happened.At;
            node.Result = happened.Result;
        }
    }

    private void Available(TraceNode node, bool available)
    {
        if (available ? !_available.Add(node.Name) : !_available.Remove(node.Name))
        {
            return;
        }

        _availableNow[node.Pool] = _availableNow.GetValueOrDefault(node.Pool) + (available ? 1 : -1);
        MaxUnavailableSeen = Math.Max(MaxUnavailableSeen, _availableAtStart.GetValueOrDefault(node.Pool) - _availableNow[node.Pool]);
    }

    private void Count(TraceEvent happened)
    {
        if (!happened.Node!.Surge)
        {
            return;
        }

        if (happened.Kind == TraceKind.NodeJoined)
        {
            _made.Add(happened.Node.Name);
        }
        else if (happened.Kind == TraceKind.NodeRemoved)
        {
            _made.Remove(happened.Node.Name);
        }

        PeakNodes = Math.Max(PeakNodes, _size + _made.Count);
    }
}
