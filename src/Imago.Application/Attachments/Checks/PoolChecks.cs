using Imago.Domain.Clusters.Pools;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Attachments.Checks;

/// <summary>Whether pools are what their owner may think they are.</summary>
internal static class PoolChecks
{
    public static IEnumerable<Finding> Of(ClusterFacts cluster) =>
        [.. None(cluster), .. Clash(cluster), .. Chosen(cluster), .. cluster.Pools.SelectMany(p => One(cluster, p))];

    private static IEnumerable<Finding> None(ClusterFacts cluster)
    {
        if (cluster.Pools.IsEmpty)
        {
            yield return new Finding(
                FindingCodes.NoPools, FindingLevel.Problem, "pools", $"There is nothing to upgrade: none of {ClusterChecks.Count(cluster.Nodes.Length, "node")} is in a pool that can be managed. Control-plane and virtual nodes are left alone.",
                "Choose pools by labels, for example --pool workers=kubernetes.io/os=linux.");
        }
    }

    private static IEnumerable<Finding> Clash(ClusterFacts cluster)
    {
        if (PoolNames.Clashing(cluster.Pools.Select(p => p.Spec.Name)) is { IsEmpty: false } clashing)
        {
            yield return new Finding(
                FindingCodes.PoolNamesClash, FindingLevel.Problem, "pools", $"The names of pools {string.Join(", ", clashing)} differ in nothing but case, and pools are told apart without it.", PoolNames.Remedy);
        }
    }

    private static IEnumerable<Finding> Chosen(ClusterFacts cluster)
    {
        foreach (var pool in cluster.Chosen.Where(c => !cluster.Nodes.Any(n => string.Equals(n.Facts.Membership.Pool, c.Name, StringComparison.Ordinal))))
        {
            yield return new Finding(
                FindingCodes.PoolEmpty, FindingLevel.Problem, $"pool {pool.Name}", $"No node is in it: nothing matches '{pool.Text}', or an earlier pool took it.",
                "See the labels with 'kubectl get nodes --show-labels', and write the narrower pool first.");
        }

        var overlapping = cluster.Chosen.IsEmpty ? [] : cluster.Nodes.Where(n => n.Facts.Membership.Managed && cluster.Chosen.Count(c => c.Selector.Matches(n.Facts.Labels)) > 1).ToList();
        if (overlapping.Count > 0)
        {
            yield return new Finding(
                FindingCodes.PoolsOverlap, FindingLevel.Note, "pools",
                $"{ClusterChecks.Count(overlapping.Count, "node")} ({ClusterChecks.Names(overlapping.Select(n => n.Name))}) would fit into several pools; the first that was named has each.",
                "If that is not meant, make the selectors narrower.");
        }

        var left = cluster.Nodes.Where(n => string.Equals(n.Facts.Membership.Pool, PoolRules.NotChosen, StringComparison.Ordinal)).ToList();
        if (left.Count > 0)
        {
            yield return new Finding(
                FindingCodes.NodesNotChosen, FindingLevel.Note, "pools", $"{ClusterChecks.Count(left.Count, "node")} ({ClusterChecks.Names(left.Select(n => n.Name))}) fit no selector and are left alone.",
                "If they are to be upgraded, add a pool with --pool NAME=SELECTOR.");
        }
    }

    private static IEnumerable<Finding> One(ClusterFacts cluster, DiscoveredPool pool)
    {
        var subject = $"pool {pool.Spec.Name}";
        var nodes = cluster.Nodes.Where(n => string.Equals(n.Facts.Membership.Pool, pool.Spec.Name, StringComparison.Ordinal)).ToList();
        if (pool.AutoProvisioned)
        {
            // CH-89: reported, not rolled.
            yield return new Finding(
                FindingCodes.AutoProvisioned, FindingLevel.Note, subject, "An auto-provisioner made its nodes and replaces them by its own rules. Imago reports them and leaves them alone.",
                "Nothing; to have old images replaced, set expireAfter or a newer image in the provisioner's own configuration.");
        }

        // IM-13: what a node runs is what its label says.
        var unlabelled = nodes.Where(n => !n.Node.Image.IsKnown).ToList();
        if (unlabelled.Count > 0 && !pool.AutoProvisioned)
        {
            var images = unlabelled.Select(n => n.Facts.Image).Where(i => i.Length > 0);
            yield return new Finding(
                FindingCodes.ImageUnknown, FindingLevel.Note, subject,
                $"Of {ClusterChecks.Count(unlabelled.Count, "node")} no image version is known{(images.Any() ? $" (they say {ClusterChecks.Names(images)})" : "")}: they count as outdated until {(cluster.InPlace ? "their agent has told it" : "a node provider has reimaged them")}.",
                cluster.InPlace ? "Nothing, once an agent is on them: it says by the label kubernetes.azure.com/node-image-version what the machine runs."
                    : "Nothing, if a node provider will reimage them: it sets the label kubernetes.azure.com/node-image-version. Else set that label to what they run.");
        }

        if (pool.Architectures.Length > 1)
        {
            yield return new Finding(
                FindingCodes.MixedArchitectures, FindingLevel.Warning, subject, $"Its nodes have different processors ({string.Join(", ", pool.Architectures)}), but a pool has one image.",
                "Make one pool for each, for example --pool arm=kubernetes.io/arch=arm64.");
        }

        // UP-31: a system pool may not go below its size, so that its only node is replaced with a surge node or not at all.
        if (pool is { Spec.Mode: PoolMode.System, Nodes: 1, AutoProvisioned: false })
        {
            yield return new Finding(
                FindingCodes.SingleNodeSystemPool, FindingLevel.Warning, subject,
                "It is a System pool of one node: maxUnavailable is not allowed there, so that it is upgraded only if a surge node can be made, and what runs on it once stops for a moment.",
                "Let it have two or three nodes, and see that the node provider can make one more.");
        }
    }
}
