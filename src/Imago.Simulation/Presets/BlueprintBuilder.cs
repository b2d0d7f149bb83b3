using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Presets;

/// <summary>
/// Writes a blueprint in which controllers have made their pods and the pods are placed: dealt to the pool's nodes in turn, which spreads them over
/// nodes and, as nodes are dealt to zones in turn, over zones. Names and uids follow from the seed. Add pools first, then DaemonSets.
/// </summary>
public sealed class BlueprintBuilder(string name, Seed seed)
{
    private readonly List<NodeBlueprint> _nodes = [];
    private readonly Dictionary<string, List<Room>> _rooms = new(StringComparer.Ordinal);
    private readonly List<PodBlueprint> _pods = [];
    private readonly List<WorkloadBlueprint> _workloads = [];
    private readonly List<BudgetBlueprint> _budgets = [];
    private readonly HashSet<ObjectKey> _podNames = [];

    // Where the next pod of a pool goes first, so that not every workload starts at the same node.
    private readonly Dictionary<string, int> _turn = new(StringComparer.Ordinal);

    private sealed class Room(NodeBlueprint node)
    {
        private long _milliCpu = node.Allocatable.MilliCpu;
        private long _memory = node.Allocatable.MemoryBytes;
        private int _pods = node.Allocatable.Pods;

        public NodeBlueprint Node { get; } = node;

        public bool TryTake(Resources requests)
        {
            if (_milliCpu < requests.MilliCpu || _memory < requests.MemoryBytes || _pods < 1)
            {
                return false;
            }

            _milliCpu -= requests.MilliCpu;
            _memory -= requests.MemoryBytes;
            _pods--;
            return true;
        }
    }

    /// <summary>Adds the nodes of a pool.</summary>
    public BlueprintBuilder AddPool(PresetPool pool)
    {
        ArgumentNullException.ThrowIfNull(pool);
        var rooms = _rooms[pool.Name] = new List<Room>(pool.Nodes);
        for (var i = 0; i < pool.Nodes; i++)
        {
            // Six digits, as a scale set counts; like it, in base 36.
            var nodeName = $"aks-{pool.Name}-{seed.Fork("scale set").Bits % 100_000_000:D8}-vmss{ScaleSetNumber.Of(i)}";
            var zone = pool.Zones.IsEmpty ? null : pool.Zones[i % pool.Zones.Length];
            var node = new NodeBlueprint
            {
                Name = nodeName,
                Uid = Uid(nodeName),
                Pool = pool.Name,
                Zone = zone,
                Image = pool.Image.Text,
                KubeletVersion = pool.KubeletVersion,
                Labels = Labels(pool, nodeName, zone),
                Taints = pool.Taints,
                Allocatable = pool.Allocatable,
                CreatedAt = pool.CreatedAt,
            };
            _nodes.Add(node);
            rooms.Add(new Room(node));
        }

        return this;
    }

    /// <summary>Adds a DaemonSet with a pod on every node there is.</summary>
    public BlueprintBuilder AddDaemonSet(string inNamespace, string name, PodTemplate template)
    {
        ArgumentNullException.ThrowIfNull(template);
        template = Labelled(template, name) with { Tolerations = [new Toleration(null, Exists: true, null, null)] };
        var owner = new WorkloadRef("DaemonSet", name);
        _workloads.Add(Workload(WorkloadKind.DaemonSet, owner, inNamespace, 0, template));
        foreach (var room in _rooms.Values.SelectMany(r => r))
        {
            var pinned = template with { RequiredNodeTerms = [new NodeTerm([new NodeExpression("metadata.name", "In", [room.Node.Name])])] };
            AddPod(Unused(inNamespace, name), pinned, owner, room.TryTake(template.Requests) ? room.Node : null);
        }

        return this;
    }

    /// <summary>Adds a Deployment with its ReplicaSet and pods, on the nodes of one pool.</summary>
    public BlueprintBuilder AddDeployment(string inNamespace, string name, string pool, int replicas, PodTemplate template)
    {
        template = InPool(Labelled(template, name), pool);
        var hash = NameLetters.Of(seed.Fork(inNamespace).Fork(name), 10);
        var deployment = new WorkloadRef("Deployment", name);
        _workloads.Add(Workload(WorkloadKind.Deployment, deployment, inNamespace, replicas, template));
        template = template with { Labels = template.Labels.SetItem("pod-template-hash", hash) };
        var set = new WorkloadRef("ReplicaSet", $"{name}-{hash}");
        _workloads.Add(Workload(WorkloadKind.ReplicaSet, set, inNamespace, replicas, template) with { Parent = deployment });
        for (var i = 0; i < replicas; i++)
        {
            AddPod(Unused(inNamespace, set.Name), template, set, Place(pool, template.Requests));
        }

        return this;
    }

    /// <summary>Adds a StatefulSet; with a volume for each replica, which binds it to the zone it was placed in.</summary>
    public BlueprintBuilder AddStatefulSet(string inNamespace, string name, string pool, int replicas, PodTemplate template, bool zonalVolumes)
    {
        template = InPool(Labelled(template, name), pool) with { AttachedVolumes = zonalVolumes ? 1 : 0 };
        var owner = new WorkloadRef("StatefulSet", name);
        _workloads.Add(Workload(WorkloadKind.StatefulSet, owner, inNamespace, replicas, template));
        for (var i = 0; i < replicas; i++)
        {
            var own = template with { Labels = template.Labels.SetItem("statefulset.kubernetes.io/pod-name", $"{name}-{i}") };
            var node = Place(pool, template.Requests);
            own = zonalVolumes && node?.Zone is { } zone ? own with { VolumeZones = [zone] } : own;
            AddPod(new ObjectKey(inNamespace, $"{name}-{i}"), own, owner, node);
        }

        return this;
    }

    /// <summary>Adds a Job with its running pods.</summary>
    public BlueprintBuilder AddJob(string inNamespace, string name, string pool, int pods, PodTemplate template)
    {
        template = InPool(Labelled(template, name), pool);
        var owner = new WorkloadRef("Job", name);
        _workloads.Add(Workload(WorkloadKind.Job, owner, inNamespace, pods, template));
        for (var i = 0; i < pods; i++)
        {
            AddPod(Unused(inNamespace, name), template, owner, Place(pool, template.Requests));
        }

        return this;
    }

    /// <summary>Adds a pod that nobody makes again.</summary>
    public BlueprintBuilder AddBarePod(string inNamespace, string name, string pool, PodTemplate template)
    {
        template = InPool(Labelled(template, name), pool);
        AddPod(new ObjectKey(inNamespace, name), template, owner: null, Place(pool, template.Requests));
        return this;
    }

    /// <summary>Adds a disruption budget for the pods of one workload.</summary>
    public BlueprintBuilder AddBudget(string inNamespace, string workload, IntOrPercent? minAvailable = null, IntOrPercent? maxUnavailable = null)
    {
        _budgets.Add(new BudgetBlueprint
        {
            Key = new ObjectKey(inNamespace, workload),
            Selector = LabelSelector.OfLabels([KeyValuePair.Create("app", workload)]),
            MinAvailable = minAvailable,
            MaxUnavailable = maxUnavailable,
        });
        return this;
    }

    /// <summary>The blueprint.</summary>
    public ClusterBlueprint Build() => new()
    {
        Name = name,
        Nodes = [.. _nodes],
        Pods = [.. _pods],
        Workloads = [.. _workloads],
        Budgets = [.. _budgets],
    };

    private static WorkloadBlueprint Workload(WorkloadKind kind, WorkloadRef owner, string inNamespace, int replicas, PodTemplate template) => new()
    {
        Kind = kind,
        Ref = owner,
        Namespace = inNamespace,
        Replicas = replicas,
        Template = template,
        Selector = LabelSelector.OfLabels(template.Labels),
    };

    private static ImmutableSortedDictionary<string, string> Labels(PresetPool pool, string nodeName, string? zone)
    {
        var labels = pool.Labels.ToBuilder();
        labels["agentpool"] = pool.Name;
        labels[NodeLabels.AgentPool] = pool.Name;
        labels[NodeLabels.Mode] = pool.Mode == PoolMode.System ? "system" : "user";
        labels[NodeLabels.NodeImageVersion] = pool.Image.Text;
        labels["kubernetes.io/hostname"] = nodeName;
        labels["kubernetes.io/os"] = "linux";
        if (zone is not null)
        {
            labels["topology.kubernetes.io/zone"] = zone;
        }

        return labels.ToImmutable();
    }

    private static PodTemplate Labelled(PodTemplate template, string name) => template with { Labels = template.Labels.SetItem("app", name) };

    private static PodTemplate InPool(PodTemplate template, string pool) =>
        template with { NodeSelector = template.NodeSelector.SetItem(NodeLabels.AgentPool, pool) };

    private void AddPod(ObjectKey key, PodTemplate template, WorkloadRef? owner, NodeBlueprint? node)
    {
        _podNames.Add(key);
        _pods.Add(new PodBlueprint
        {
            Key = key,
            Uid = Uid(key.ToString()),
            NodeName = node?.Name,
            Template = template,
            Owner = owner,
            Phase = node is null ? PodPhase.Pending : PodPhase.Running,
            Ready = node is not null,
        });
    }

    // The next node in turn that has room; null: none has.
    private NodeBlueprint? Place(string pool, Resources requests)
    {
        var rooms = _rooms[pool];
        var turn = _turn.GetValueOrDefault(pool);
        for (var i = 0; i < rooms.Count; i++)
        {
            var room = rooms[(turn + i) % rooms.Count];
            if (room.TryTake(requests))
            {
                _turn[pool] = (turn + i + 1) % rooms.Count;
                return room.Node;
            }
        }

        return null;
    }

    private ObjectKey Unused(string inNamespace, string prefix)
    {
        var draw = seed.Fork(inNamespace).Fork(prefix).Fork(_pods.Count);
        ObjectKey key;
        do
        {
            draw = draw.Next;
            key = new ObjectKey(inNamespace, $"{prefix}-{NameLetters.Of(draw, 5)}");
        }
        while (_podNames.Contains(key));
        return key;
    }

    private string Uid(string of)
    {
        var draw = seed.Fork("uid").Fork(of);
        var bits = $"{draw.Bits:x16}{draw.Next.Bits:x16}";
        return $"{bits[..8]}-{bits[8..12]}-{bits[12..16]}-{bits[16..20]}-{bits[20..]}";
    }
}
