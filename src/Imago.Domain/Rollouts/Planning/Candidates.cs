using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>A node that is to be upgraded and has not been started.</summary>
internal sealed record Candidate(Node Node, NodeNeed.Work Need, NodeLoad Load);

/// <summary>Finds the nodes of a pool that a rollout has still to take.</summary>
internal static class Candidates
{
    public static List<Candidate> Of(RolloutPass pass)
    {
        var found = new List<Candidate>();
        foreach (var node in pass.View.NodesOf(pass.Record.Pool).Values)
        {
            var record = pass.Record;
            if (!record.Active.ContainsKey(node.Name) && !record.Settled.ContainsKey(node.Name) && !record.SurgeNodes.ContainsKey(node.Name)
                && Of(pass.Input, node, record.Target) is { } candidate)
            {
                found.Add(candidate);
            }
        }

        return found;
    }

    /// <summary>The node as a candidate for a target; null if it is there already, or is not taken.</summary>
    public static Candidate? Of(ClusterInput input, Node node, RolloutTarget target) =>
        // UP-56: a quarantined node waits for its owner. UP-9: a node at the target is not touched.
        !node.Quarantined && TargetJudge.Assess(node, target, input.Catalog) is NodeNeed.Work need
            ? new Candidate(node, need, input.View.LoadOf(node.Name))
            : null;

    public static int Reimages(this List<Candidate> candidates) => candidates.Count(c => c.Need.Kind == NodeWork.Reimage);
}
