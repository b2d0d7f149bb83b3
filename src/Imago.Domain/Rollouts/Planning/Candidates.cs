using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

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
            // Judging a node costs less than three searches for its name, and settles it for all that are done.
            if (Of(pass.Input, pass.Pool, node, pass.Record.Target) is { } candidate && !IsTaken(pass.Record, node.Name))
            {
                found.Add(candidate);
            }
        }

        return found;
    }

    // A node that vanished and is there again is another node. A surge node that is kept is a member of the pool.
    private static bool IsTaken(RolloutRecord record, string node) =>
        record.Active.ContainsKey(node)
        || (record.Settled.TryGetValue(node, out var outcome) && outcome.Result != NodeResult.Gone)
        || (record.SurgeNodes.TryGetValue(node, out var surge) && surge.Step != SurgeStep.Kept);

    /// <summary>The node as a candidate for a target; null if it is there already, or is not taken.</summary>
    public static Candidate? Of(ClusterInput input, PoolSpec pool, Node node, RolloutTarget target) =>
        // UP-56: a quarantined node waits for its owner. UP-9: a node at the target is not touched.
        !node.Quarantined && TargetJudge.Assess(node, target, input.Catalog, pool, input.Now) is NodeNeed.Work need
            ? new Candidate(node, need, input.View.LoadOf(node.Name))
            : null;

    public static int Reimages(this List<Candidate> candidates) => candidates.Count(c => c.Need.Kind == NodeWork.Reimage);
}
