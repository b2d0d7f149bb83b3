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
    private readonly ClusterState _state;
    private readonly RecordStore _records;
    private readonly NodeUpdates _updates;
    private readonly EvictionApi _evictions;

    public SimulatedWorld(ClusterBlueprint blueprint, WorldSettings settings, Seed seed, Instant start, ITraceSink? trace = null)
    {
        Time = new VirtualTime(start);
        Clock = new VirtualClock(Time);
        _state = new ClusterState(Time, settings, seed, trace);
        var scheduler = new Scheduler(_state.Groups);
        var budgets = new BudgetController(_state);
        var pods = new PodLifecycle(_state, scheduler, budgets);
        var workloads = new WorkloadController(_state, pods);
        var nodes = new NodeLifecycle(_state, scheduler, pods, workloads);
        _records = new RecordStore(_state);
        _updates = new NodeUpdates(_state, nodes, pods);
        _evictions = new EvictionApi(_state, pods, budgets);
        Provider = new SimulatedProvider(_state, nodes, new NodeFactory(blueprint.Nodes));
        Troubles = new Troubles(_state, nodes, pods);
        Populating.Fill(_state, blueprint, nodes, pods, budgets);
        workloads.LookAtAll();
        pods.PlanCycle();
        _state.AnyNews += () => Changed?.Invoke();
    }

    public VirtualTime Time { get; }

    public VirtualClock Clock { get; }

    public SimulatedProvider Provider { get; }

    /// <summary>What others and bad luck do to the cluster.</summary>
    public Troubles Troubles { get; }

    /// <summary>Raised whenever anything observable changes.</summary>
    public event Action? Changed;

    /// <summary>The stored rollout records.</summary>
    public IEnumerable<RolloutRecord> Records => _records.All.Values.Select(r => r.Record);

    /// <summary>A new client's connection, with a view of its own.</summary>
    public IClusterConnection Connect() => new SimulatedConnection(_state, _records, _updates, _evictions);

    /// <summary>The cluster as it is, observed from scratch.</summary>
    public ClusterView Look() => ClusterView.Of(
        _state.Nodes.Values.Select(n => n.Observe()), _state.Pods.Values.Select(p => p.Observe()), _state.Budgets.Values.Select(b => b.Observe()));

    /// <summary>Names of nodes made during the run that are still there.</summary>
    public IEnumerable<string> MadeNodes => _state.Nodes.Values.Where(n => n.IsSurge).Select(n => n.Name);
}
