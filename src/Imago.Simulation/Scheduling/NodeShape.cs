using System.Collections.Immutable;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;

namespace Imago.Simulation.Scheduling;

/// <summary>
/// What nodes of one kind have in common for the scheduler: labels but for those that name the single node or its image, and taints. Whether a pod may go to a
/// kind of nodes at all is asked once per shape instead of once per node.
/// </summary>
internal sealed class NodeShape(ImmutableSortedDictionary<string, string> labels, ImmutableArray<Taint> taints)
{
    // These differ from node to node; a template that asks for them is matched node by node.
    private static readonly string[] PerNode =
    [
        "kubernetes.io/hostname", "beta.kubernetes.io/hostname", "kubernetes.azure.com/node-image-version", "metadata.name",
    ];

    public ImmutableSortedDictionary<string, string> Labels { get; } = labels;

    public ImmutableArray<Taint> Taints { get; } = taints;

    /// <summary>The nodes of this shape, in the order in which they joined.</summary>
    public List<SimulatedNode> Nodes { get; } = [];

    public static bool IsPerNode(string label) => PerNode.Contains(label, StringComparer.Ordinal);

    public static string KeyOf(NodeBlueprint node) => KeyOf(node.Labels, node.Taints);

    public static string KeyOf(ImmutableSortedDictionary<string, string> labels, ImmutableArray<Taint> taints) => string.Join('\n',
        labels.Where(l => !IsPerNode(l.Key)).Select(l => $"{l.Key}={l.Value}").Append("--").Concat(taints.Select(t => $"{t.Key}={t.Value}:{t.Effect}").Order(StringComparer.Ordinal)));

    public static NodeShape Of(NodeBlueprint node) => new(
        node.Labels.Where(l => !IsPerNode(l.Key)).ToImmutableSortedDictionary(StringComparer.Ordinal), node.Taints);
}
