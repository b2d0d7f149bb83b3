using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Time;
using Imago.Simulation.Tracing;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>
/// The simulated world: a Kubernetes cluster with controllers, scheduler and kubelets, and the infrastructure under it, on virtual time. One blueprint, one
/// seed and one set of settings always give the same run.
/// </summary>
public sealed class SimulatedWorld
{
    public SimulatedWorld(ClusterBlueprint blueprint, WorldSettings settings, Seed seed, Instant start, ITraceSink? trace = null)
        : this(settings, seed, start, new NodeFactory(blueprint.Nodes), trace)
    {
        Populating.Fill(State, blueprint, Nodes, Pods, Budgets);
        foreach (var node in State.Nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal))
        {
            Agents.Place(node);
        }
        Workloads.LookAtAll();
        Pods.PlanCycle();
    }

    /// <summary>An empty world, to be filled by whoever makes it.</summary>
    internal SimulatedWorld(WorldSettings settings, Seed seed, Instant start, NodeFactory factory, ITraceSink? trace)
    {
        Time = new VirtualTime(start);
        Clock = new VirtualClock(Time);
        State = new ClusterState(Time, settings, seed, trace);
        Factory = factory;
        Scheduler = new Scheduler(State.Groups);
        Budgets = new BudgetController(State);
        Pods = new PodLifecycle(State, Scheduler, Budgets);
        Workloads = new WorkloadController(State, Pods);
        Rolling = new RollingUpdates(State, Pods, Workloads);
        Nodes = new NodeLifecycle(State, Scheduler, Pods, Workloads);
        Painting = new NodePainting(State, Scheduler, Workloads);
        Guests = new GuestNodes(State, Nodes);
        RecordStore = new RecordStore(State);
        Agents = new MachineAgents(State, Nodes);
        Updates = new NodeUpdates(State, Nodes, Pods, Agents, Painting);
        Evictions = new EvictionApi(State, Pods, Budgets);
        Provider = new SimulatedProvider(State, Nodes, factory, Agents);
        Troubles = new Troubles(State, Nodes, Pods, Agents);
        State.AnyNews += () => Changed?.Invoke();
    }

    internal ClusterState State { get; }

    internal NodeFactory Factory { get; }

    internal Scheduler Scheduler { get; }

    internal BudgetController Budgets { get; }

    internal PodLifecycle Pods { get; }

    internal WorkloadController Workloads { get; }

    internal RollingUpdates Rolling { get; }

    internal NodeLifecycle Nodes { get; }

    internal MachineAgents Agents { get; }

    internal NodePainting Painting { get; }

    internal GuestNodes Guests { get; }

    internal RecordStore RecordStore { get; }

    internal NodeUpdates Updates { get; }

    internal EvictionApi Evictions { get; }

    public VirtualTime Time { get; }

    public VirtualClock Clock { get; }

    public SimulatedProvider Provider { get; }

    /// <summary>How the agents of machines that are patched in place behave.</summary>
    public AgentPlay AgentPlay => Agents.Play;

    /// <summary>What others and bad luck do to the cluster.</summary>
    public Troubles Troubles { get; }

    /// <summary>Raised whenever anything observable changes.</summary>
    public event Action? Changed;

    /// <summary>The stored rollout records.</summary>
    public IEnumerable<RolloutRecord> Records => RecordStore.All.Values.Select(r => r.Record);

    /// <summary>A new client's connection, with a view of its own.</summary>
    public IClusterConnection Connect() => new SimulatedConnection(State, RecordStore, Updates, Evictions);

    /// <summary>The cluster as it is, observed from scratch.</summary>
    public ClusterView Look() => ClusterView.Of(
        State.Nodes.Values.Select(n => n.Observe()), State.Pods.Values.Select(p => p.Observe()), State.Budgets.Values.Select(b => b.Observe()));

    /// <summary>Names of nodes made during the run that are still there.</summary>
    public IEnumerable<string> MadeNodes => State.Nodes.Values.Where(n => n.IsSurge).Select(n => n.Name);
}
