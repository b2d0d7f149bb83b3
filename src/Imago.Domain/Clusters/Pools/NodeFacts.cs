using System.Collections.Immutable;

namespace Imago.Domain.Clusters.Pools;

/// <summary>What finding pools needs to know of a node, from wherever it was read: a dump, a preset, a real cluster.</summary>
public sealed record NodeFacts
{
    private static readonly ImmutableArray<string> ImageLabels =
        [NodeLabels.NodeImageVersion, "eks.amazonaws.com/nodegroup-image", "karpenter.k8s.aws/instance-ami-id"];

    /// <summary>Name of the node.</summary>
    public required string Name { get; init; }

    /// <summary>Its pool.</summary>
    public required PoolMembership Membership { get; init; }

    /// <summary>Its labels.</summary>
    public required IReadOnlyDictionary<string, string> Labels { get; init; }

    /// <summary>Text of the image as the node states it, see <see cref="ImageOf"/>; empty if it states none.</summary>
    public string Image { get; init; } = "";

    /// <summary>Kubelet version as the node states it; null if it states none.</summary>
    public string? Kubelet { get; init; }

    /// <summary>Zone; null where the cluster has none.</summary>
    public string? Zone { get; init; }

    /// <summary>Whether the node offers NVIDIA GPUs to pods.</summary>
    public bool OffersNvidiaGpus { get; init; }

    /// <summary>Zone of a node by its labels; null if it has none.</summary>
    public static string? ZoneOf(IReadOnlyDictionary<string, string> labels) =>
        FirstOf(labels, ["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"]);

    /// <summary>
    /// The image of a node. The most exact statement there is: AKS's image version, the machine image of an EKS node group or of Karpenter on AWS, else
    /// what the operating system calls itself. Bottlerocket, Talos and Flatcar put their version there, others only their name.
    /// </summary>
    /// <param name="labels">The node's labels.</param>
    /// <param name="osImage"><c>status.nodeInfo.osImage</c>; null if absent.</param>
    /// <remarks>Rules: IM-13.</remarks>
    public static string ImageOf(IReadOnlyDictionary<string, string> labels, string? osImage) => FirstOf(labels, ImageLabels) ?? osImage ?? "";

    private static string? FirstOf(IReadOnlyDictionary<string, string> labels, ImmutableArray<string> keys)
    {
        ArgumentNullException.ThrowIfNull(labels);
        foreach (var key in keys)
        {
            if (labels.TryGetValue(key, out var value) && value.Length > 0)
            {
                return value;
            }
        }

        return null;
    }
}
