using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>What is shown of a node at one moment.</summary>
/// <param name="Made">What it was made like, and what somebody wrote on it.</param>
/// <param name="Seen">What upgrades see.</param>
/// <param name="Image">The image it runs, as text.</param>
/// <param name="Lost">Whether its kubelet has reported and does not any more.</param>
internal sealed record NodeLook(NodeBlueprint Made, Node Seen, string Image, bool Lost)
{
    /// <summary>UP-8: the annotations that keep autoscalers away.</summary>
    public const string ScaleDown = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

    /// <summary>UP-8: why.</summary>
    public const string ScaleDownReason = "kubernetes.azure.com/azure-cluster-autoscaler-scale-down-disabled-reason";

    public static NodeLook Of(SimulatedNode node) => new(node.Blueprint, node.Observe(), node.Image, node is { IsUp: false, Outages: > 0 });

    /// <summary>IM-13, IM-16: labels as they are now.</summary>
    public ImmutableSortedDictionary<string, string> Labels()
    {
        var labels = Made.Labels;
        if (Image.Length > 0 && labels.ContainsKey(NodeLabels.NodeImageVersion))
        {
            labels = labels.SetItem(NodeLabels.NodeImageVersion, Image);
        }

        return Seen.Quarantined ? labels.SetItem(NodeLabels.UpgradeStatus, NodeLabels.Quarantined) : labels;
    }

    /// <summary>UP-8, UP-155, CH-34: annotations as they are now.</summary>
    public ImmutableSortedDictionary<string, string> Annotations()
    {
        var annotations = Made.Annotations.ToBuilder();
        annotations["node.alpha.kubernetes.io/ttl"] = "0";
        if (Seen.Mark is { } mark)
        {
            annotations[NodeAnnotations.CordonMark] = CordonText.Write(mark);
        }

        if (Seen.ScaleDownDisabled)
        {
            annotations[ScaleDown] = "true";
            annotations[ScaleDownReason] = "upgrade";
        }

        if (Seen.DesiredLevel is { } desired)
        {
            annotations[NodeAnnotations.LivePatchingGolden] = desired.ToString();
        }

        if (Seen.ReachedLevel is { } reached)
        {
            annotations[NodeAnnotations.LivePatchingCurrent] = reached.ToString();
        }

        return annotations.ToImmutable();
    }
}
