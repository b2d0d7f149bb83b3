using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Explanations;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Whether a node that was worked on has arrived where the rollout takes it.</summary>
internal static class Arrival
{
    /// <summary>What is wrong with what the node runs, for people; null when it is at the target.</summary>
    /// <remarks>
    /// Newer than the target is fine: some providers only make nodes from their newest image. Another family, or a text without a version, is not: nobody
    /// could say that the target was reached.
    /// </remarks>
    public static string? Complaint(RolloutPass pass, Node node) =>
        TargetJudge.Assess(node, pass.Record.Target, pass.Input.Catalog) switch
        {
            NodeNeed.Nothing or NodeNeed.NotTaken { Why.Code: ReasonCode.NewerThanTarget } => null,
            _ => $"it runs '{node.Image.Text}'",
        };
}
