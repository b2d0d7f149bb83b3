using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using NodaTime;

namespace Imago.Simulation.Blueprints;

/// <summary>
/// A cluster as data: what a simulated world starts from, whether it was written by hand, made from a preset or read from a dump of a real
/// cluster. Order never matters; the world sorts.
/// </summary>
public sealed record ClusterBlueprint
{
    public required string Name { get; init; }

    public ImmutableArray<NodeBlueprint> Nodes { get; init; } = [];

    public ImmutableArray<PodBlueprint> Pods { get; init; } = [];

    public ImmutableArray<WorkloadBlueprint> Workloads { get; init; } = [];

    public ImmutableArray<BudgetBlueprint> Budgets { get; init; } = [];

    /// <summary>What finding pools needs to know of the nodes.</summary>
    public IEnumerable<NodeFacts> PoolFacts => Nodes.Select(n => new NodeFacts
    {
        Name = n.Name,
        Membership = new PoolMembership(n.Pool, n.PoolSource, n.Managed, n.AutoProvisioned),
        Labels = n.Labels,
        Image = n.Image,
        Kubelet = n.KubeletVersion,
        Zone = n.Zone,
        OffersNvidiaGpus = n.Allocatable.Others.GetValueOrDefault("nvidia.com/gpu") > 0,
    });

    /// <summary>What the source says that the world does not model, as sentences for people; deduplicated and ordered.</summary>
    public ImmutableArray<string> Assumptions { get; init; } = [];
}

/// <summary>Amounts of the resources the scheduler counts.</summary>
/// <param name="MilliCpu">Thousandths of a core.</param>
/// <param name="MemoryBytes">Bytes.</param>
/// <param name="Pods">Pods (1 for a pod).</param>
/// <param name="Others">Any other counted resource (ephemeral storage in bytes, GPUs, huge pages …) by its Kubernetes name.</param>
public sealed record Resources(long MilliCpu, long MemoryBytes, int Pods, ImmutableSortedDictionary<string, long> Others)
{
    public static Resources None { get; } = new(0, 0, 0, ImmutableSortedDictionary.Create<string, long>(StringComparer.Ordinal));
}

public enum TaintEffect
{
    NoSchedule,
    PreferNoSchedule,
    NoExecute,
}

public sealed record Taint(string Key, string Value, TaintEffect Effect);

/// <summary>A toleration. A null key with <c>Exists</c> tolerates everything; a null effect tolerates every effect.</summary>
public sealed record Toleration(string? Key, bool Exists, string? Value, TaintEffect? Effect);

public sealed record NodeBlueprint
{
    public required string Name { get; init; }

    public required string Uid { get; init; }

    public required string Pool { get; init; }

    /// <summary>How the pool was found, for people: <c>label agentpool</c>; empty where nobody had to look.</summary>
    public string PoolSource { get; init; } = "";

    /// <summary>Whether node OS upgrades of the node are ours at all; false for control-plane and virtual nodes, which still hold pods.</summary>
    public bool Managed { get; init; } = true;

    /// <summary>Whether a node auto-provisioner made the node and replaces it by itself (CH-89).</summary>
    public bool AutoProvisioned { get; init; }

    public string? Zone { get; init; }

    /// <summary>Text of the image as the node states it; empty if it states none.</summary>
    public string Image { get; init; } = "";

    public string? KubeletVersion { get; init; }

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableSortedDictionary<string, string> Annotations { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableArray<Taint> Taints { get; init; } = [];

    public Resources Allocatable { get; init; } = Resources.None;

    public bool Ready { get; init; } = true;

    public bool UnderPressure { get; init; }

    /// <summary>Whether its OS waits for a reboot (CH-13).</summary>
    public bool RebootPending { get; init; }

    public bool Unschedulable { get; init; }

    public Instant CreatedAt { get; init; }
}

/// <summary>The scheduling-relevant part of a pod or pod template.</summary>
public sealed record PodTemplate
{
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    public Resources Requests { get; init; } = Resources.None with { Pods = 1 };

    public ImmutableSortedDictionary<string, string> NodeSelector { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Required node affinity: any term suffices; none means no requirement.</summary>
    public ImmutableArray<NodeTerm> RequiredNodeTerms { get; init; } = [];

    /// <summary>Preferred node affinity, by weight.</summary>
    public ImmutableArray<(int Weight, NodeTerm Term)> PreferredNodeTerms { get; init; } = [];

    public ImmutableArray<PodAffinityTerm> RequiredAffinity { get; init; } = [];

    public ImmutableArray<PodAffinityTerm> RequiredAntiAffinity { get; init; } = [];

    public ImmutableArray<(int Weight, PodAffinityTerm Term)> PreferredAffinity { get; init; } = [];

    public ImmutableArray<(int Weight, PodAffinityTerm Term)> PreferredAntiAffinity { get; init; } = [];

    public ImmutableArray<SpreadConstraint> Spread { get; init; } = [];

    public ImmutableArray<Toleration> Tolerations { get; init; } = [];

    public Duration GracePeriod { get; init; } = Duration.FromSeconds(30);

    public int Priority { get; init; }

    /// <summary>How long a pod takes from its start until it is Ready; null: what the timing of the world says for any pod.</summary>
    public Duration? StartupTime { get; init; }

    /// <summary>Zones its persistent volumes bind it to; empty: not bound.</summary>
    public ImmutableArray<string> VolumeZones { get; init; } = [];

    /// <summary>Number of volumes that are attached to the node (UP-6: a reimage waits until they are detached).</summary>
    public int AttachedVolumes { get; init; }

    /// <summary>Host ports it occupies.</summary>
    public ImmutableArray<int> HostPorts { get; init; } = [];
}

/// <summary>One term of node affinity: all expressions must hold.</summary>
public sealed record NodeTerm(ImmutableArray<NodeExpression> Expressions);

/// <summary>Operator is one of In, NotIn, Exists, DoesNotExist, Gt, Lt; the key <c>metadata.name</c> compares the node's name.</summary>
public sealed record NodeExpression(string Key, string Operator, ImmutableArray<string> Values);

/// <summary>Pods selected in the namespaces (empty: the pod's own) within one topology domain.</summary>
public sealed record PodAffinityTerm(LabelSelector Selector, ImmutableArray<string> Namespaces, bool AllNamespaces, string TopologyKey);

public sealed record SpreadConstraint(int MaxSkew, string TopologyKey, bool Hard, LabelSelector Selector, int? MinDomains);

public sealed record PodBlueprint
{
    public required ObjectKey Key { get; init; }

    public required string Uid { get; init; }

    public string? NodeName { get; init; }

    public required PodTemplate Template { get; init; }

    /// <summary>The controller that owns it, or null for a bare pod.</summary>
    public WorkloadRef? Owner { get; init; }

    public PodPhase Phase { get; init; } = PodPhase.Running;

    public bool Ready { get; init; } = true;

    public bool Mirror { get; init; }

    /// <summary>Whether deletion had been asked for when the picture was taken.</summary>
    public bool Terminating { get; init; }
}

public enum WorkloadKind
{
    Deployment,
    ReplicaSet,
    StatefulSet,
    DaemonSet,
    Job,
    ReplicationController,

    /// <summary>A controller whose object is not in the source, inferred from the pods that name it: keeps the number it had.</summary>
    Inferred,
}

/// <summary>A controller that keeps pods in being. ReplicaSets of a Deployment name it in <see cref="Parent"/>.</summary>
public sealed record WorkloadBlueprint
{
    public required WorkloadKind Kind { get; init; }

    /// <summary>The kind as the owner references of its pods write it.</summary>
    public required WorkloadRef Ref { get; init; }

    public required string Namespace { get; init; }

    public WorkloadRef? Parent { get; init; }

    /// <summary>Desired pods; ignored for DaemonSets.</summary>
    public int Replicas { get; init; }

    public required PodTemplate Template { get; init; }

    public LabelSelector Selector { get; init; } = LabelSelector.Nothing;
}

public sealed record BudgetBlueprint
{
    public required ObjectKey Key { get; init; }

    public required LabelSelector Selector { get; init; }

    public IntOrPercent? MinAvailable { get; init; }

    public IntOrPercent? MaxUnavailable { get; init; }

    public UnhealthyPodEvictionPolicy UnhealthyPodEviction { get; init; }
}
