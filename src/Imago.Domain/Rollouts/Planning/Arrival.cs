using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Whether a node that was worked on has arrived where the rollout takes it.</summary>
internal static class Arrival
{
    /// <summary>What is wrong with what the node runs, for people; null when it is at the target.</summary>
    /// <remarks>
    /// Newer than the target is fine: some providers only make nodes from their newest image. Another family, or a text without a version, is not: nobody
    /// could say that the target was reached.
    /// </remarks>
    public static string? Complaint(RolloutPass pass, Node node)
    {
        if (pass.Record.Target is RolloutTarget.Reboot)
        {
            return Reboots.Complaint(pass, node);
        }

        var there = pass.Record.Target is RolloutTarget.Reimage reimage
            ? Runs(node, ImageFor(pass.Record, node.Name) ?? reimage.To)
            : Assess(pass, node) is NodeNeed.Nothing or NodeNeed.NotTaken { Why.Code: ReasonCode.NewerThanTarget or ReasonCode.FixesHeld };
        return there ? null : $"it runs '{node.Image.Text}'{(MachineJudge.IsMachine(node, pass.Pool) && node.Agent is { } report ? $", and its agent reports phase {report.Phase}" : "")}";
    }

    /// <summary>NM-34: what of the target is held back on a node that has arrived; null: nothing.</summary>
    public static RolloutFault? Partially(RolloutPass pass, Node node) => Assess(pass, node) is NodeNeed.NotTaken { Why: { Code: ReasonCode.FixesHeld } why }
        ? new RolloutFault(nameof(ReasonCode.FixesHeld), $"Node '{node.Name}': {why.Message}", node.Name, pass.Now)
        : null;

    /// <summary>Whether a node that was lost is healed as far as its image tells.</summary>
    /// <remarks>
    /// CH-50: a reimage may keep the node object and with it its age, so that after a reimage that was reported done only the image can tell; one that the provider
    /// could not do shows in the age alone.
    /// </remarks>
    public static bool Healed(RolloutPass pass, Node node, NodeOutcome outcome) =>
        (pass.Record.Target is RolloutTarget.Reimage reimage && outcome.Result == NodeResult.NotReady && NodeImage.Compare(node.Image, reimage.To) is ImageOrder.Equal or ImageOrder.Newer)
        || Assess(pass, node) is NodeNeed.Nothing or NodeNeed.NotTaken { Why.Code: ReasonCode.FixesHeld };

    private static NodeNeed Assess(RolloutPass pass, Node node) => TargetJudge.Assess(node, pass.Record.Target, pass.Input.Catalog, pass.Pool);

    private static NodeImage? ImageFor(RolloutRecord record, string node) =>
        record.Active.TryGetValue(node, out var progress) ? NodeImage.Parse(progress.To)
        : record.SurgeNodes.TryGetValue(node, out var surge) ? NodeImage.Parse(surge.Image)
        : null;

    private static bool Runs(Node node, NodeImage image) =>
        string.Equals(node.Image.Text, image.Text, StringComparison.Ordinal) || NodeImage.Compare(node.Image, image) is ImageOrder.Equal or ImageOrder.Newer;
}
