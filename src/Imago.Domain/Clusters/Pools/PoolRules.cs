using System.Collections.Immutable;

namespace Imago.Domain.Clusters.Pools;

/// <summary>
/// Which pool a node belongs to. The first rule that says something wins:
/// <list type="number">
/// <item>the label named by the user, which may also take in control-plane nodes;</item>
/// <item>virtual nodes (virtual kubelet, Fargate): pool <c>virtual</c>, not managed;</item>
/// <item>control-plane nodes: pool <c>control-plane</c>, not managed;</item>
/// <item>pool <c>default</c>, if the user named a label and the node does not have it;</item>
/// <item>Karpenter and its offspring, because a node that an auto-provisioner made must not be rolled whatever else it carries (CH-89);</item>
/// <item>the pool labels of AKS, GKE, EKS, Cluster API, kOps and others;</item>
/// <item>Cluster API's owner annotation, OpenShift's machine config pool;</item>
/// <item>pool <c>default</c>.</item>
/// </list>
/// Pools chosen by selectors replace the whole list: see <see cref="Chosen"/>.
/// </summary>
/// <remarks>Rules: CH-89.</remarks>
public static class PoolRules
{
    /// <summary>Name of the pool of control-plane nodes, which are not managed.</summary>
    public const string ControlPlane = "control-plane";

    /// <summary>Name of the pool of virtual nodes, which are not managed.</summary>
    public const string Virtual = "virtual";

    /// <summary>Name of the pool of nodes that no rule says anything about.</summary>
    public const string Default = "default";

    /// <summary>Name of the pool of nodes that no chosen pool selects, which are not managed.</summary>
    public const string NotChosen = "not-chosen";

    /// <summary>How nodes in <see cref="Default"/> were found where no label was named.</summary>
    public const string NoKnownLabel = "no known label";

    // CH-89: who makes nodes by itself leaves its name on them.
    private static readonly ImmutableArray<string> AutoProvisioners = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"];

    private static readonly ImmutableArray<string> ControlPlaneRoles = ["node-role.kubernetes.io/control-plane", "node-role.kubernetes.io/master"];

    private static readonly ImmutableArray<string> Labels =
    [
        NodeLabels.AgentPool,
        "agentpool",
        "cloud.google.com/gke-nodepool",
        "eks.amazonaws.com/nodegroup",
        "alpha.eksctl.io/nodegroup-name",
        "cluster.x-k8s.io/deployment-name",
        "topology.cluster.x-k8s.io/deployment-name",
        "cluster.x-k8s.io/pool-name",
        "kops.k8s.io/instancegroup",
        "doks.digitalocean.com/node-pool",
        "lke.linode.com/pool-id",
        "k8s.scaleway.com/pool-name",
        "ibm-cloud.kubernetes.io/worker-pool-name",
        "worker.gardener.cloud/pool",
        "vke.vultr.com/node-pool",
        "alibabacloud.com/nodepool-id",
    ];

    /// <summary>The pool of a node.</summary>
    /// <param name="labels">The node's labels.</param>
    /// <param name="annotations">The node's annotations.</param>
    /// <param name="poolLabel">The label named by the user; null: the usual ones.</param>
    public static PoolMembership Of(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations, string? poolLabel = null)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(annotations);
        var byProvisioner = FirstLabel(labels, AutoProvisioners);
        if (poolLabel is not null && labels.TryGetValue(poolLabel, out var named) && named.Length > 0)
        {
            return Found(named, $"label {poolLabel}", autoProvisioned: byProvisioner is not null);
        }

        if (IsVirtual(labels))
        {
            return new PoolMembership(Virtual, "virtual node", Managed: false);
        }

        if (IsControlPlane(labels, annotations))
        {
            return new PoolMembership(ControlPlane, "control-plane role", Managed: false);
        }

        if (poolLabel is not null)
        {
            return new PoolMembership(Default, $"no label {poolLabel}", AutoProvisioned: byProvisioner is not null);
        }

        if (byProvisioner is { } provisioned)
        {
            return Found(provisioned.Value, $"label {provisioned.Key}", autoProvisioned: true);
        }

        if (FirstLabel(labels, Labels) is { } found)
        {
            return Found(found.Value, $"label {found.Key}");
        }

        if (annotations.GetValueOrDefault("cluster.x-k8s.io/owner-name") is { Length: > 0 } owner)
        {
            var isSet = annotations.GetValueOrDefault("cluster.x-k8s.io/owner-kind") is "MachineSet";
            return Found(isSet ? WithoutHash(owner) : owner, "annotation cluster.x-k8s.io/owner-name");
        }

        // `rendered-worker-0123456789abcdef`: the machine config pool stands in the middle.
        return annotations.GetValueOrDefault("machineconfiguration.openshift.io/currentConfig")?.Split('-') is ["rendered", .. var middle, _]
            && middle.Length > 0
            ? Found(string.Join('-', middle), "annotation machineconfiguration.openshift.io/currentConfig")
            : new PoolMembership(Default, NoKnownLabel);
    }

    /// <summary>
    /// The pool of a node where pools are chosen by selectors: the first that selects it. A broad selector, as <c>kubernetes.io/os=linux</c>, is not
    /// meant to take in virtual nodes, and control-plane nodes only where it speaks of their role's label. With nothing chosen, the usual labels decide.
    /// </summary>
    /// <param name="labels">The node's labels.</param>
    /// <param name="annotations">The node's annotations.</param>
    /// <param name="pools">The chosen pools, in the order in which they were named.</param>
    public static PoolMembership Chosen(
        IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations, ImmutableArray<ChosenPool> pools)
    {
        var usual = Of(labels, annotations);
        if (pools.IsDefaultOrEmpty || string.Equals(usual.Pool, Virtual, StringComparison.Ordinal))
        {
            return usual;
        }

        var isControlPlane = !usual.Managed;
        foreach (var pool in pools)
        {
            if (pool.Selector.Matches(labels) && (!isControlPlane || pool.Selector.Requirements.Any(r => ControlPlaneRoles.Contains(r.Key))))
            {
                return new PoolMembership(pool.Name, $"selector {pool.Text}", AutoProvisioned: FirstLabel(labels, AutoProvisioners) is not null);
            }
        }

        return isControlPlane ? usual : new PoolMembership(NotChosen, "no selector", Managed: false);
    }

    // Workers whose pool happens to bear one of our own names must not share it with nodes that are left alone.
    private static PoolMembership Found(string name, string source, bool autoProvisioned = false) =>
        new(name is ControlPlane or Virtual or NotChosen ? $"{name}-nodes" : name, source, AutoProvisioned: autoProvisioned);

    private static bool IsVirtual(IReadOnlyDictionary<string, string> labels) =>
        labels.GetValueOrDefault("type") is "virtual-kubelet" || labels.GetValueOrDefault("eks.amazonaws.com/compute-type") is "fargate";

    private static bool IsControlPlane(IReadOnlyDictionary<string, string> labels, IReadOnlyDictionary<string, string> annotations) =>
        ControlPlaneRoles.Any(labels.ContainsKey) || annotations.GetValueOrDefault("cluster.x-k8s.io/owner-kind") is "KubeadmControlPlane";

    private static KeyValuePair<string, string>? FirstLabel(IReadOnlyDictionary<string, string> labels, ImmutableArray<string> keys)
    {
        foreach (var key in keys)
        {
            if (labels.TryGetValue(key, out var value) && value.Length > 0)
            {
                return KeyValuePair.Create(key, value);
            }
        }

        return null;
    }

    // Two MachineSets of one MachineDeployment differ in their last parts (`md-0-6f8b5c7d9-x7k2q`), written in the alphabet that Kubernetes
    // generates names from: no vowels, no 0, 1 and 3, so that an honest last part as in `md-workers` or `md-0` is not taken for one.
    private static string WithoutHash(string machineSet)
    {
        for (var i = 0; i < 2; i++)
        {
            var hyphen = machineSet.LastIndexOf('-');
            if (hyphen <= 0 || machineSet.Length - hyphen - 1 is < 5 or > 10
                || machineSet.AsSpan(hyphen + 1).ContainsAnyExcept("bcdfghjklmnpqrstvwxz2456789"))
            {
                break;
            }

            machineSet = machineSet[..hyphen];
        }

        return machineSet;
    }
}
