using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Tests.Kit;

/// <summary>Parts of blueprints with everything filled in that a test does not care about.</summary>
internal static class Blue
{
    public const string OldImage = "AKSUbuntu-2204gen2containerd-202606.19.0";
    public const string NewImage = "AKSUbuntu-2204gen2containerd-202608.06.1";

    public static NodeBlueprint Node(string name, string pool = "apps", string zone = "z1", params (string Key, string Value)[] labels) => new()
    {
        Name = name,
        Uid = $"uid-{name}",
        Pool = pool,
        Zone = zone,
        Image = OldImage,
        KubeletVersion = "v1.33.1",
        Labels = Labels([("agentpool", pool), ("kubernetes.io/hostname", name), ("topology.kubernetes.io/zone", zone), .. labels]),
        Allocatable = Resources.None with { MilliCpu = 4000, MemoryBytes = 16L << 30, Pods = 30 },
    };

    public static PodTemplate Template(string app, int cpu = 500) => new()
    {
        Labels = ImmutableDictionary<string, string>.Empty.Add("app", app),
        Requests = Resources.None with { MilliCpu = cpu, Pods = 1 },
    };

    public static PodBlueprint Pod(string name, string? node, PodTemplate? template = null, WorkloadRef? owner = null) => new()
    {
        Key = Key(name),
        Uid = $"uid-{name}",
        NodeName = node,
        Template = template ?? Template(name),
        Owner = owner,
        Phase = node is null ? PodPhase.Pending : PodPhase.Running,
        Ready = node is not null,
    };

    public static WorkloadBlueprint Workload(WorkloadKind kind, string app, int replicas, PodTemplate? template = null) => new()
    {
        Kind = kind,
        Ref = Ref(kind, app),
        Namespace = "shop",
        Parent = kind == WorkloadKind.ReplicaSet ? new WorkloadRef("Deployment", app) : null,
        Replicas = replicas,
        Template = template ?? Template(app),
        Selector = Selector(app),
    };

    /// <summary>Pods <c>app-0</c>, <c>app-1</c> … of a workload, one on each of the nodes.</summary>
    public static ImmutableArray<PodBlueprint> Pods(WorkloadBlueprint workload, params string[] nodes) =>
        [.. nodes.Select((node, i) => Pod($"{workload.Template.Labels["app"]}-{i}", node, workload.Template, workload.Ref))];

    public static BudgetBlueprint Budget(string app, IntOrPercent? min = null, IntOrPercent? max = null, UnhealthyPodEvictionPolicy unhealthy = default, string? name = null) => new()
    {
        Key = Key(name ?? app),
        Selector = Selector(app),
        MinAvailable = min,
        MaxUnavailable = max,
        UnhealthyPodEviction = unhealthy,
    };

    public static LabelSelector Selector(string app) => LabelSelector.OfLabels(ImmutableDictionary<string, string>.Empty.Add("app", app));

    public static ObjectKey Key(string name) => new("shop", name);

    public static WorkloadRef Ref(WorkloadKind kind, string app) => kind switch
    {
        WorkloadKind.ReplicaSet => new WorkloadRef("ReplicaSet", $"{app}-7f"),
        WorkloadKind.Inferred => new WorkloadRef("CloneSet", app),
        _ => new WorkloadRef(kind.ToString(), app),
    };

    public static ImmutableSortedDictionary<string, string> Labels(params (string Key, string Value)[] labels) =>
        labels.ToImmutableSortedDictionary(l => l.Key, l => l.Value, StringComparer.Ordinal);
}
