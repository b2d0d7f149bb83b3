using Imago.Domain.Clusters;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Time;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>
/// All objects of the simulated cluster, as the API server holds them, and the news about them. The parts of the world change objects through the methods
/// here or tell them with <see cref="Changed(SimulatedNode)"/> and its siblings, so that every observer and the trace hear of every change.
/// </summary>
internal sealed class ClusterState(VirtualTime time, WorldSettings settings, Seed seed, ITraceSink? trace)
{
    private long _uids;

    public VirtualTime Time { get; } = time;

    public WorldSettings Settings { get; } = settings;

    public TimingModel Timing => Settings.Timing;

    public Seed Seed { get; } = seed;

    public SortedDictionary<string, SimulatedNode> Nodes { get; } = new(StringComparer.Ordinal);

    public Dictionary<ObjectKey, SimulatedPod> Pods { get; } = [];

    public SortedDictionary<ObjectKey, SimulatedBudget> Budgets { get; } = [];

    public Dictionary<string, List<SimulatedBudget>> BudgetsByNamespace { get; } = new(StringComparer.Ordinal);

    public List<SimulatedWorkload> Workloads { get; } = [];

    public PodGroups Groups { get; } = new();

    /// <summary>Whether anybody listens to the trace; lines are not even made otherwise.</summary>
    public bool Traces => trace is not null;

    public event Action<string>? NodeNews;

    public event Action<ObjectKey>? PodNews;

    public event Action<ObjectKey>? BudgetNews;

    /// <summary>Anything that a reconciler may want to wake for.</summary>
    public event Action? AnyNews;

    public string NewUid(string kind) => $"{kind}-{++_uids:x8}";

    public void Changed(SimulatedNode node)
    {
        node.Touch();
        NodeNews?.Invoke(node.Name);
        AnyNews?.Invoke();
    }

    public void Removed(SimulatedNode node)
    {
        NodeNews?.Invoke(node.Name);
        AnyNews?.Invoke();
    }

    public void Changed(SimulatedPod pod)
    {
        pod.Touch();
        PodNews?.Invoke(pod.Key);
        AnyNews?.Invoke();
    }

    public void Changed(SimulatedBudget budget)
    {
        BudgetNews?.Invoke(budget.Key);
        AnyNews?.Invoke();
    }

    /// <summary>Something outside the API server's objects: an operation ended.</summary>
    public void Tell() => AnyNews?.Invoke();

    public void Trace(TraceKind kind, SimulatedNode node, string? detail = null)
    {
        if (Traces)
        {
            trace!.Write(new TraceEvent(Time.Now, kind) { Node = node.ToTrace(), Pool = node.Pool, Detail = detail });
        }
    }

    public void Trace(TraceKind kind, SimulatedPod pod, string? detail = null)
    {
        if (Traces)
        {
            trace!.Write(new TraceEvent(Time.Now, kind) { Node = pod.Node?.ToTrace(), Pool = pod.Node?.Pool, Pod = pod.ToTrace(), Detail = detail });
        }
    }

    public void Trace(TraceKind kind, SimulatedPod? pod, SimulatedBudget budget, int allowedBefore, string? detail = null)
    {
        if (Traces)
        {
            trace!.Write(new TraceEvent(Time.Now, kind)
            {
                Node = pod?.Node?.ToTrace(),
                Pool = pod?.Node?.Pool,
                Pod = pod?.ToTrace(),
                Budget = new TraceBudget(budget.Key, allowedBefore, budget.DisruptionsAllowed, budget.CurrentHealthy, budget.DesiredHealthy),
                Detail = detail,
            });
        }
    }

    public void Trace(TraceEvent happened)
    {
        if (Traces)
        {
            trace!.Write(happened);
        }
    }

    /// <summary>One duration of the timing model, as it turns out for a subject.</summary>
    public Duration Draw(Duration nominal, string what, string who) => Timing.Draw(nominal, Seed.Fork(what).Fork(who));
}
