using Imago.Domain.Clusters;

namespace Imago.Application.Attachments.Checks;

/// <summary>In which state nodes are, and what on them is ours.</summary>
internal static class NodeChecks
{
    public static IEnumerable<Finding> Of(ClusterFacts cluster) => [.. Unready(cluster), .. Cordoned(cluster), .. Traces(cluster)];

    private static IEnumerable<Finding> Unready(ClusterFacts cluster)
    {
        var unready = cluster.Nodes.Where(n => n.Facts.Membership.Managed && !n.Node.Ready).ToList();
        if (unready.Count > 0)
        {
            yield return new Finding(
                FindingCodes.NodeNotReady, FindingLevel.Warning, $"node {ClusterChecks.Names(unready.Select(n => n.Name))}",
                $"{ClusterChecks.Count(unready.Count, "node")} not Ready. A rollout counts them as missing, and so upgrades fewer at once or none.",
                "Repair or remove them: kubectl describe node NAME");
        }
    }

    private static IEnumerable<Finding> Cordoned(ClusterFacts cluster)
    {
        // UP-155: a cordon without our mark is somebody else's, and stays.
        var cordoned = cluster.Nodes.Where(n => n.Facts.Membership.Managed && n.Node is { Unschedulable: true, Mark: null }).ToList();
        if (cordoned.Count > 0)
        {
            yield return new Finding(
                FindingCodes.NodeCordoned, FindingLevel.Note, $"node {ClusterChecks.Names(cordoned.Select(n => n.Name))}",
                $"{ClusterChecks.Count(cordoned.Count, "node")} cordoned by somebody else. Imago upgrades such nodes and leaves their cordon as it was.",
                "If the cordon was forgotten: kubectl uncordon NAME");
        }
    }

    private static IEnumerable<Finding> Traces(ClusterFacts cluster)
    {
        var traces = cluster.Traces;
        if (traces is { LeaseHolder: { } holder, LeaseEnds: { } ends } && ends > cluster.Now)
        {
            yield return new Finding(
                FindingCodes.AlreadyManaged, FindingLevel.Note, $"lease {cluster.Namespace}/imago", $"Imago server '{holder}' works on this cluster now.",
                "Nothing if that is this server. Two servers do not hurt each other, because only the holder of the lease acts; but each follows its own channels: detach the cluster from one of them.");
            yield break;
        }

        List<string> left = [];
        Add("records", traces?.Records ?? []);
        Add("marks on nodes", cluster.Nodes.Where(n => n.Node.Mark is not null || n.Annotations.ContainsKey(NodeAnnotations.CordonMark)).Select(n => n.Name));
        Add("taints on nodes", cluster.Nodes.Where(n => n.Node.SteeredAway || n.Taints.Contains(NodeLabels.SteeringTaint)).Select(n => n.Name));
        Add("quarantined nodes", cluster.Nodes.Where(n => n.Node.Quarantined).Select(n => n.Name));
        if (left.Count > 0)
        {
            yield return new Finding(
                FindingCodes.Leftovers, FindingLevel.Note, "marks of Imago", $"An earlier rollout of Imago left something: {string.Join("; ", left)}.",
                "Nothing: once the cluster is attached and has a channel, the rollout goes on from its record and cleans up. To only clean up, attach it and detach it again.");
        }

        void Add(string what, IEnumerable<string> names)
        {
            if (ClusterChecks.Names(names) is { Length: > 0 } some)
            {
                left.Add($"{what} ({some})");
            }
        }
    }
}
