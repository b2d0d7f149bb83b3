using System.Collections.Immutable;
using Imago.Domain.Clusters;

namespace Imago.Simulation.Dumps;

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
/// </summary>
internal static class PoolRules
{
    public const string ControlPlane = "control-plane";
    public const string Virtual = "virtual";
    public const string Default = "default";

    private static readonly ImmutableArray<string> AutoProvisioners = ["karpenter.sh/nodepool", "karpenter.sh/provisioner-name"];

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
    public static PoolMembership Of(
        ImmutableSortedDictionary<string, string> labels, ImmutableSortedDictionary<string, string> annotations, string? poolLabel)
    {
        var byProvisioner = FirstLabel(labels, AutoProvisioners);
        if (poolLabel is not null && labels.TryGetValue(poolLabel, out var named) && named.Length > 0)
        {
            return new PoolMembership(named, $"label {poolLabel}", AutoProvisioned: byProvisioner is not null);
        }

        if (labels.GetValueOrDefault("type") is "virtual-kubelet" || labels.GetValueOrDefault("eks.amazonaws.com/compute-type") is "fargate")
        {
            return new PoolMembership(Virtual, "virtual node", Managed: false);
        }

        if (labels.ContainsKey("node-role.kubernetes.io/control-plane") || labels.ContainsKey("node-role.kubernetes.io/master")
            || annotations.GetValueOrDefault("cluster.x-k8s.io/owner-kind") is "KubeadmControlPlane")
        {
            return new PoolMembership(ControlPlane, "control-plane role", Managed: false);
        }

        if (poolLabel is not null)
        {
            return new PoolMembership(Default, $"no label {poolLabel}", AutoProvisioned: byProvisioner is not null);
        }

        if (byProvisioner is { } provisioned)
        {
            return new PoolMembership(provisioned.Value, $"label {provisioned.Key}", AutoProvisioned: true);
        }

        if (FirstLabel(labels, Labels) is { } found)
        {
            return new PoolMembership(found.Value, $"label {found.Key}");
        }

        if (annotations.GetValueOrDefault("cluster.x-k8s.io/owner-name") is { Length: > 0 } owner)
        {
            var isSet = annotations.GetValueOrDefault("cluster.x-k8s.io/owner-kind") is "MachineSet";
            return new PoolMembership(isSet ? WithoutHash(owner) : owner, "annotation cluster.x-k8s.io/owner-name");
        }

        // `rendered-worker-0123456789abcdef`: the machine config pool stands in the middle.
        return annotations.GetValueOrDefault("machineconfiguration.openshift.io/currentConfig")?.Split('-') is ["rendered", .. var middle, _]
            && middle.Length > 0
            ? new PoolMembership(string.Join('-', middle), "annotation machineconfiguration.openshift.io/currentConfig")
            : new PoolMembership(Default, "no known label");
    }

    private static KeyValuePair<string, string>? FirstLabel(ImmutableSortedDictionary<string, string> labels, ImmutableArray<string> keys)
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

/// <summary>A node's pool and how it was found.</summary>
internal sealed record PoolMembership(string Pool, string Source, bool Managed = true, bool AutoProvisioned = false);
