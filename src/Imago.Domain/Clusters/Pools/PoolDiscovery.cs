using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Clusters.Pools;

/// <summary>A pool that was found by looking at nodes.</summary>
/// <param name="Spec">The pool with default settings.</param>
/// <param name="FoundBy">How it was found, for people: <c>label agentpool</c>.</param>
/// <param name="Nodes">Number of nodes it has.</param>
/// <param name="AutoProvisioned">Whether an auto-provisioner made all its nodes.</param>
/// <remarks>Rules: CH-89.</remarks>
public sealed record DiscoveredPool(PoolSpec Spec, string FoundBy, int Nodes, bool AutoProvisioned)
{
    /// <summary>The image that most nodes say they run; of equally frequent ones the first by name; empty if none says.</summary>
    public string Image { get; init; } = "";

    /// <summary>OS SKU as the nodes' labels state it, for example <c>Ubuntu</c>; empty if they do not.</summary>
    public string OsSku { get; init; } = "";

    /// <summary>Processor architectures of the nodes as Kubernetes spells them, for example <c>amd64</c>, in order; empty if no node says.</summary>
    public ImmutableArray<string> Architectures { get; init; } = [];

    /// <summary>Zones of the nodes, in order; empty where the cluster has none.</summary>
    public ImmutableArray<string> Zones { get; init; } = [];
}

/// <summary>Finds out from nodes which pools a cluster has and what they are.</summary>
public static class PoolDiscovery
{
    /// <summary>The managed pools of the cluster, ordered by name.</summary>
    public static ImmutableArray<DiscoveredPool> Discover(IEnumerable<NodeFacts> nodes) =>
    [
        .. nodes.Where(n => n.Membership.Managed).GroupBy(n => n.Membership.Pool, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
            .Select(g => Pool(g.Key, [.. g.OrderBy(n => n.Name, StringComparer.Ordinal)])),
    ];

    private static DiscoveredPool Pool(string name, ImmutableArray<NodeFacts> nodes)
    {
        var family = Family(nodes);
        var spec = new PoolSpec
        {
            Name = name,
            Mode = nodes.Any(n => string.Equals(Label(n, NodeLabels.Mode), "system", StringComparison.OrdinalIgnoreCase)) ? PoolMode.System : PoolMode.User,
            Os = PoolSystem.Of(nodes, family),
            Family = family,
            Kubernetes = LowestKubelet(nodes),
        };
        var sources = InOrder(nodes.Select(n => n.Membership.Source));
        return new DiscoveredPool(spec, string.Join("; ", sources), nodes.Length, nodes.All(n => n.Membership.AutoProvisioned))
        {
            Image = MostFrequent(nodes.Select(n => n.Image)) ?? "",
            OsSku = MostFrequent(nodes.Select(n => Label(n, NodeLabels.OsSku))) ?? "",
            Architectures = InOrder(nodes.Select(n => Label(n, "kubernetes.io/arch"))),
            Zones = InOrder(nodes.Select(n => n.Zone ?? "")),
        };
    }

    // The family most nodes have; of equally frequent ones the first by name. A pool in the middle of a change of its OS has two.
    private static ImageFamily? Family(ImmutableArray<NodeFacts> nodes) =>
        nodes.Select(n => NodeImage.Parse(n.Image).Family).OfType<ImageFamily>()
            .GroupBy(f => f).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault()?.Key;

    private static KubernetesVersion? LowestKubelet(ImmutableArray<NodeFacts> nodes)
    {
        KubernetesVersion? lowest = null;
        foreach (var node in nodes)
        {
            if (KubernetesVersion.TryParse(node.Kubelet, out var version) && (lowest is null || version < lowest))
            {
                lowest = version;
            }
        }

        return lowest;
    }

    private static string? MostFrequent(IEnumerable<string> texts) => texts.Where(t => t.Length > 0).GroupBy(t => t, StringComparer.Ordinal)
        .OrderByDescending(g => g.Count()).ThenBy(g => g.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;

    private static ImmutableArray<string> InOrder(IEnumerable<string> texts) =>
        [.. texts.Where(t => t.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];

    private static string Label(NodeFacts node, string key) => node.Labels.GetValueOrDefault(key, "");
}
