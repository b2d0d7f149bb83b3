using System.Collections.Immutable;
using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>Nodes, workloads and budgets of every kind, also ones that can never be satisfied or that cover a pod twice.</summary>
internal sealed class ClusterGenerator
{
    private const string Namespace = "shop";

    private readonly Dice _dice;
    private readonly List<NodeBlueprint> _nodes = [];
    private readonly List<PodBlueprint> _pods = [];
    private readonly List<WorkloadBlueprint> _workloads = [];
    private readonly List<BudgetBlueprint> _budgets = [];

    private ClusterGenerator(Dice dice) => _dice = dice;

    public static ClusterBlueprint Of(Dice dice, ClusterSpec spec)
    {
        var maker = new ClusterGenerator(dice);
        foreach (var pool in spec.Pools)
        {
            maker.AddPool(pool);
        }

        var workloads = dice.Between(0, 5);
        for (var i = 0; i < workloads; i++)
        {
            maker.AddWorkload(string.Create(CultureInfo.InvariantCulture, $"w{i}"), spec);
        }

        maker.AddDaemons();
        maker.AddBarePods();
        return new ClusterBlueprint { Name = spec.Name, Nodes = [.. maker._nodes], Pods = [.. maker._pods], Workloads = [.. maker._workloads], Budgets = [.. maker._budgets] };
    }

    /// <summary>The same, with nodes whose OS waits for a reboot.</summary>
    public static ClusterBlueprint WithPendingReboots(ClusterBlueprint blueprint, ClusterSpec spec, Dice dice) => spec.Channel != Domain.Channels.NodeOsChannel.Unmanaged ? blueprint : blueprint with
    {
        Nodes = [.. blueprint.Nodes.Select(n => n with { RebootPending = dice.Chance(0.6) })],
    };

    private void AddPool(PoolSpec pool)
    {
        var zones = _dice.Pick(0, 1, 3, 3);
        var count = _dice.Chance(0.75) ? _dice.Between(1, 5) : _dice.Between(6, 12);
        var family = pool.Family!.Name;
        var old = ReleaseGenerator.ImageOf(family, ReleaseGenerator.BaseDates[0]);
        for (var i = 0; i < count; i++)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"{pool.Name}-{i:d3}");
            var zone = zones == 0 ? null : string.Create(CultureInfo.InvariantCulture, $"z{i % zones}");
            var labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["agentpool"] = pool.Name, ["kubernetes.io/hostname"] = name };
            if (zone is not null)
            {
                labels["topology.kubernetes.io/zone"] = zone;
            }

            _nodes.Add(new NodeBlueprint
            {
                Name = name,
                Uid = $"uid-{name}",
                Pool = pool.Name,
                Zone = zone,
                Image = _dice.Below(30) switch
                {
                    0 => ReleaseGenerator.ImageOf(family, ReleaseGenerator.BaseDates[1]),
                    1 => "somebody's-own-image",
                    2 => ReleaseGenerator.ImageOf(family, ReleaseGenerator.BaseDates[2]),
                    _ => old,
                },
                KubeletVersion = $"v{pool.Kubernetes}",
                Labels = labels.ToImmutableSortedDictionary(StringComparer.Ordinal),
                Allocatable = Resources.None with { MilliCpu = 8000, MemoryBytes = 32L << 30, Pods = 40 },
                Unschedulable = _dice.Chance(0.03),
                AutoProvisioned = _dice.Chance(0.01),
            });
        }
    }

    private void AddWorkload(string name, ClusterSpec spec)
    {
        var replicas = _dice.Between(1, 6);
        var kind = _dice.Pick(WorkloadKind.ReplicaSet, WorkloadKind.ReplicaSet, WorkloadKind.ReplicaSet, WorkloadKind.StatefulSet, WorkloadKind.Job);
        var labels = ImmutableDictionary<string, string>.Empty.Add("app", name).Add("tier", _dice.Pick("front", "back"));
        var selector = LabelSelector.OfLabels([new("app", name)]);
        var template = new PodTemplate
        {
            Labels = labels,
            Requests = Resources.None with { MilliCpu = _dice.Pick(100, 300, 1500), MemoryBytes = 1L << 28, Pods = 1 },
            GracePeriod = Duration.FromSeconds(_dice.Pick(5, 30, 30, 120, 900)),
            NodeSelector = _dice.Chance(0.3)
                ? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("agentpool", _dice.PickFrom(spec.Pools).Name)
                : ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal),
            RequiredAntiAffinity = _dice.Chance(0.15) ? [new PodAffinityTerm(selector, [], false, "kubernetes.io/hostname")] : [],
            AttachedVolumes = kind == WorkloadKind.StatefulSet ? 1 : 0,
        };
        var owner = kind == WorkloadKind.ReplicaSet ? new WorkloadRef("ReplicaSet", $"{name}-7f") : new WorkloadRef(kind.ToString(), name);
        _workloads.Add(new WorkloadBlueprint
        {
            Kind = kind,
            Ref = owner,
            Namespace = Namespace,
            Parent = kind == WorkloadKind.ReplicaSet ? new WorkloadRef("Deployment", name) : null,
            Replicas = replicas,
            Template = template,
            Selector = selector,
        });
        var hosts = _nodes.Where(n => !n.Unschedulable && template.NodeSelector.All(s => n.Labels.TryGetValue(s.Key, out var v) && string.Equals(v, s.Value, StringComparison.Ordinal))).ToList();
        for (var i = 0; i < replicas && hosts.Count > 0; i++)
        {
            var key = new ObjectKey(Namespace, string.Create(CultureInfo.InvariantCulture, $"{owner.Name}-{i}"));
            _pods.Add(new PodBlueprint { Key = key, Uid = $"uid-{key}", NodeName = hosts[(i + _dice.Below(2)) % hosts.Count].Name, Template = template, Owner = owner, Ready = _dice.Chance(0.98) });
        }

        if (_dice.Chance(0.65))
        {
            AddBudget(name, name, replicas);
            if (_dice.Chance(0.07))
            {
                AddBudget($"{name}-again", name, replicas);
            }
        }
    }

    private void AddBudget(string budget, string app, int replicas)
    {
        var selector = _dice.Chance(0.3)
            ? LabelSelector.Of([new SelectorRequirement("app", SelectorOperator.In, [app, "nobody"]), new SelectorRequirement("tier", SelectorOperator.Exists, [])])
            : LabelSelector.OfLabels([new("app", app)]);
        var blueprint = new BudgetBlueprint
        {
            Key = new ObjectKey(Namespace, budget),
            Selector = selector,
            UnhealthyPodEviction = _dice.Chance(0.3) ? UnhealthyPodEvictionPolicy.AlwaysAllow : UnhealthyPodEvictionPolicy.IfHealthyBudget,
        };
        _budgets.Add(_dice.Below(20) switch
        {
            < 7 => blueprint with { MaxUnavailable = IntOrPercent.Of(1) },
            < 10 => blueprint with { MaxUnavailable = IntOrPercent.Percent(_dice.Pick(25, 34, 50)) },
            < 13 => blueprint with { MinAvailable = IntOrPercent.Of(Math.Max(1, replicas - 1)) },
            < 16 => blueprint with { MinAvailable = IntOrPercent.Percent(_dice.Pick(50, 80)) },
            16 => blueprint with { MaxUnavailable = IntOrPercent.Of(0) },
            17 => blueprint with { MinAvailable = IntOrPercent.Percent(100) },
            18 => blueprint with { MinAvailable = IntOrPercent.Of(replicas) },
            _ => blueprint with { MaxUnavailable = IntOrPercent.Of(2) },
        });
    }

    private void AddDaemons()
    {
        for (var i = _dice.Below(3); i > 0; i--)
        {
            var name = string.Create(CultureInfo.InvariantCulture, $"agent{i}");
            var labels = ImmutableDictionary<string, string>.Empty.Add("app", name);
            var owner = new WorkloadRef("DaemonSet", name);
            var template = new PodTemplate { Labels = labels };
            _workloads.Add(new WorkloadBlueprint { Kind = WorkloadKind.DaemonSet, Ref = owner, Namespace = Namespace, Template = template, Selector = LabelSelector.OfLabels(labels) });
            foreach (var node in _nodes)
            {
                var key = new ObjectKey(Namespace, $"{name}-{node.Name}");
                _pods.Add(new PodBlueprint { Key = key, Uid = $"uid-{key}", NodeName = node.Name, Template = template, Owner = owner });
            }
        }
    }

    private void AddBarePods()
    {
        for (var i = _dice.Pick(0, 0, 1, 2); i > 0; i--)
        {
            var key = new ObjectKey(Namespace, string.Create(CultureInfo.InvariantCulture, $"bare{i}"));
            _pods.Add(new PodBlueprint
            {
                Key = key,
                Uid = $"uid-{key}",
                NodeName = _dice.PickFrom(_nodes).Name,
                Template = new PodTemplate { Labels = ImmutableDictionary<string, string>.Empty.Add("app", key.Name) },
                Phase = _dice.Pick(PodPhase.Running, PodPhase.Succeeded),
                Mirror = _dice.Chance(0.2),
            });
        }
    }
}
