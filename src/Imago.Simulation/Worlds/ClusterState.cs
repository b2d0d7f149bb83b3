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
    public VirtualTime Time { get; } = time;

    /// <summary>What the world is like from now on; what is planned already stays planned.</summary>
    public WorldSettings Settings { get; set; } = settings;

    public TimingModel Timing => Settings.Timing;

    public Seed Seed { get; } = seed;

    /// <summary>Identities given so far.</summary>
    public long Uids { get; set; }

    /// <summary>Whether all machines are switched off and nothing is missed about them.</summary>
    public bool Stopped { get; set; }

    /// <summary>Grows with everything that anybody could notice, so that a caller can tell whether a call did anything.</summary>
    public long Revision { get; private set; }

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

    /// <summary>A controller object was changed, not only its pods.</summary>
    public event Action<SimulatedWorkload>? WorkloadNews;

    /// <summary>Anything that a reconciler may want to wake for.</summary>
    public event Action? AnyNews;

    public string NewUid(string kind)
    {
        var number = ++Uids;
        if (!Settings.LongUids)
        {
            return $"{kind}-{number:x8}";
        }

        var draw = Seed.Fork("uid").Fork(number);
        var bits = $"{draw.Bits:x16}{draw.Next.Bits:x16}";
        return $"{bits[..8]}-{bits[8..12]}-{bits[12..16]}-{bits[16..20]}-{bits[20..]}";
    }

    public void Changed(SimulatedNode node)
    {
        node.Touch();
        NodeNews?.Invoke(node.Name);
        Tell();
    }

    public void Removed(SimulatedNode node)
    {
        NodeNews?.Invoke(node.Name);
        Tell();
    }

    public void Changed(SimulatedPod pod)
    {
        pod.Touch();
        PodNews?.Invoke(pod.Key);
        Tell();
    }

    public void Changed(SimulatedBudget budget)
    {
        BudgetNews?.Invoke(budget.Key);
        Tell();
    }

    public void Removed(SimulatedBudget budget)
    {
        BudgetNews?.Invoke(budget.Key);
        Tell();
    }

    public void Changed(SimulatedWorkload workload)
    {
        WorkloadNews?.Invoke(workload);
        Tell();
    }

    /// <summary>Something outside the API server's objects: an operation ended.</summary>
    public void Tell()
    {
        Revision++;
        AnyNews?.Invoke();
    }

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
