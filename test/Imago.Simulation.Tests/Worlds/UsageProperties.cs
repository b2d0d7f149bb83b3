using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Scheduling;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Time;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>Random lives of clusters: pods are bound at most once, and what is counted along the way equals a recount.</summary>
public sealed class UsageProperties
{
    [Theory]
    [MemberData(nameof(Seeds))]
    public void AnyLife_CountersEqualARecountAndPodsAreBoundOnce(ulong seed)
    {
        var life = new Life(new Seed(seed));
        for (var step = 0; step < 120; step++)
        {
            life.Step(step);
            life.Check($"seed {seed}, step {step}");
        }

        life.Bindings.ShouldBeGreaterThan(20);
    }

    public static TheoryData<ulong> Seeds() => [.. Enumerable.Range(1, 25).Select(i => (ulong)i)];

    private sealed class Life : ITraceSink
    {
        private readonly Seed _seed;
        private readonly VirtualTime _time = new(Run.Start);
        private readonly ClusterState _state;
        private readonly PodLifecycle _pods;
        private readonly NodeLifecycle _nodes;
        private readonly EvictionApi _evictions;
        private readonly HashSet<ObjectKey> _bound = [];

        public Life(Seed seed)
        {
            _seed = seed;
            _state = new ClusterState(_time, new WorldSettings(), seed, this);
            var scheduler = new Scheduler(_state.Groups);
            var budgets = new BudgetController(_state);
            _pods = new PodLifecycle(_state, scheduler, budgets);
            var workloads = new WorkloadController(_state, _pods);
            _nodes = new NodeLifecycle(_state, scheduler, _pods, workloads);
            _evictions = new EvictionApi(_state, _pods, budgets);
            Populating.Fill(_state, Cluster(), _nodes, _pods, budgets);
            workloads.LookAtAll();
            _pods.PlanCycle();
        }

        public int Bindings { get; private set; }

        public void Step(int number)
        {
            var draw = _seed.Fork(number);
            var node = _state.Nodes.Values.ElementAtOrDefault(draw.Fork("node").Below(Math.Max(1, _state.Nodes.Count)));
            var pods = _state.Pods.Keys.Order().ToList();
            var pod = pods.Count == 0 ? default : pods[draw.Fork("pod").Below(pods.Count)];
            switch (draw.Below(8))
            {
                case 0 when node is not null:
                    _nodes.Down(node);
                    break;
                case 1 when node is { IsUp: false }:
                    _nodes.Up(node);
                    break;
                case 2 when node is not null && _state.Nodes.Count > 3:
                    _nodes.Remove(node);
                    break;
                case 3:
                    _nodes.Join(Blue.Node(string.Create(CultureInfo.InvariantCulture, $"s{number}"), zone: number % 2 == 0 ? "z1" : "z2"), Blue.NewImage, null, isSurge: true, boots: true);
                    break;
                case 4 when pods.Count > 0:
                    _pods.Remove(_state.Pods[pod]);
                    break;
                default:
                    if (pods.Count > 0)
                    {
                        _evictions.Evict(pod, _state.Pods[pod].Uid);
                    }

                    break;
            }

            var limit = _time.Now + Duration.FromSeconds(draw.Fork("wait").Below(400));
            while (_time.Step(limit))
            {
            }
        }

        public void Check(string when)
        {
            foreach (var node in _state.Nodes.Values)
            {
                var here = _state.Pods.Values.Where(p => p.Node == node && !p.Finished).ToList();
                node.Pods.Where(p => !p.Finished).ShouldBe(here, ignoreOrder: true, when);
                (node.Usage.MilliCpu, node.Usage.MemoryBytes, node.Usage.Pods).ShouldBe(
                    (here.Sum(p => p.Template.Requests.MilliCpu), here.Sum(p => p.Template.Requests.MemoryBytes), here.Count), when);

                // Daemon pods are bound by their controller without asking for room.
                here.Where(p => !p.BelongsToDaemonSet).Sum(p => p.Template.Requests.MilliCpu).ShouldBeLessThanOrEqualTo(4000, when);
            }

            foreach (var zone in new[] { "z1", "z2" })
            {
                _state.Groups.Selected(Blue.Selector("web"), "shop", Topology.Zone).In(zone)
                    .ShouldBe(_state.Pods.Values.Count(p => p.Node?.Zone == zone && p.Template.Labels["app"] == "web"), when);
            }
        }

        public void Write(TraceEvent happened)
        {
            switch (happened.Kind)
            {
                case TraceKind.PodBound:
                    Bindings++;
                    _bound.Add(happened.Pod!.Key).ShouldBeTrue($"{happened.Pod.Key} is bound twice");
                    break;
                case TraceKind.PodGone:
                    // A StatefulSet's name may be bound again once its bearer has left.
                    _bound.Remove(happened.Pod!.Key);
                    break;
            }
        }

        private static ClusterBlueprint Cluster()
        {
            var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 8, Blue.Template("web") with { RequiredAntiAffinity = [], Spread = [new SpreadConstraint(2, Topology.Zone, Hard: true, Blue.Selector("web"), null)] });
            var shy = Blue.Workload(WorkloadKind.ReplicaSet, "shy", 3, Blue.Template("shy") with { RequiredAntiAffinity = [new PodAffinityTerm(Blue.Selector("shy"), [], false, Topology.Hostname)] });
            var db = Blue.Workload(WorkloadKind.StatefulSet, "db", 2);
            var agent = Blue.Workload(WorkloadKind.DaemonSet, "agent", 0);
            return new ClusterBlueprint
            {
                Name = "test",
                Nodes = [Blue.Node("n1"), Blue.Node("n2"), Blue.Node("n3", zone: "z2"), Blue.Node("n4", zone: "z2")],
                Workloads = [web, shy, db, agent],
                Pods = [.. Blue.Pods(web, "n1", "n1", "n2", "n3"), .. Blue.Pods(db, "n1", "n3")],
                Budgets = [Blue.Budget("web", max: IntOrPercent.Percent(25)), Blue.Budget("db", min: IntOrPercent.Of(1))],
            };
        }
    }
}
