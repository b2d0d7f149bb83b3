using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>A pool that was found by looking at nodes.</summary>
/// <param name="Spec">The pool with default settings.</param>
/// <param name="FoundBy">How it was found, for people: <c>label agentpool</c>.</param>
/// <param name="Nodes">Number of nodes it has.</param>
/// <param name="AutoProvisioned">Whether an auto-provisioner made all its nodes (CH-89).</param>
public sealed record DiscoveredPool(PoolSpec Spec, string FoundBy, int Nodes, bool AutoProvisioned);

/// <summary>Finds out from nodes which pools a cluster has and what they are.</summary>
public static class PoolDiscovery
{
    /// <summary>The managed pools of the cluster, ordered by name.</summary>
    public static ImmutableArray<DiscoveredPool> Discover(ClusterBlueprint cluster)
    {
        ArgumentNullException.ThrowIfNull(cluster);
        return
        [
            .. cluster.Nodes.Where(n => n.Managed).GroupBy(n => n.Pool, StringComparer.Ordinal).OrderBy(g => g.Key, StringComparer.Ordinal)
                .Select(g => Pool(g.Key, [.. g.OrderBy(n => n.Name, StringComparer.Ordinal)])),
        ];
    }

    private static DiscoveredPool Pool(string name, ImmutableArray<NodeBlueprint> nodes)
    {
        var family = Family(nodes);
        var spec = new PoolSpec
        {
            Name = name,
            Mode = nodes.Any(n => string.Equals(Label(n, NodeLabels.Mode), "system", StringComparison.OrdinalIgnoreCase)) ? PoolMode.System : PoolMode.User,
            Os = Os(nodes, family),
            Family = family,
            Kubernetes = LowestKubelet(nodes),
        };
        var sources = nodes.Select(n => n.PoolSource).Where(s => s.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        return new DiscoveredPool(spec, string.Join("; ", sources), nodes.Length, nodes.All(n => n.AutoProvisioned));
    }

    // The family most nodes have; of equally frequent ones the first by name. A pool in the middle of a change of its OS has two.
    private static ImageFamily? Family(ImmutableArray<NodeBlueprint> nodes) =>
        nodes.Select(n => NodeImage.Parse(n.Image).Family).OfType<ImageFamily>()
            .GroupBy(f => f).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).FirstOrDefault()?.Key;

    private static KubernetesVersion? LowestKubelet(ImmutableArray<NodeBlueprint> nodes)
    {
        KubernetesVersion? lowest = null;
        foreach (var node in nodes)
        {
            if (KubernetesVersion.TryParse(node.KubeletVersion, out var version) && (lowest is null || version < lowest))
            {
                lowest = version;
            }
        }

        return lowest;
    }

    private static PoolOs Os(ImmutableArray<NodeBlueprint> nodes, ImageFamily? family)
    {
        if (nodes.Any(n => Label(n, "kubernetes.io/os") is "windows" || Label(n, "beta.kubernetes.io/os") is "windows"))
        {
            return PoolOs.Windows;
        }

        // The image is what runs; the SKU label is what was asked for.
        var os = family is null ? OfSku(nodes.Select(n => Label(n, NodeLabels.OsSku)).FirstOrDefault(s => s.Length > 0) ?? "") : OfFamily(family.Name);
        if (os != PoolOs.AzureLinux)
        {
            return os;
        }

        if (IsKata(nodes, family))
        {
            return PoolOs.AzureLinuxKata;
        }

        return nodes.Any(HasNvidia) ? PoolOs.AzureLinuxGpu : PoolOs.AzureLinux;
    }

    private static PoolOs OfFamily(string family) => family switch
    {
        _ when family.StartsWith("AKSUbuntu-", StringComparison.Ordinal) => PoolOs.Ubuntu,
        _ when family.StartsWith("AKSAzureLinux-OSGuard", StringComparison.Ordinal) => PoolOs.OsGuard,
        _ when family.StartsWith("AKSAzureLinux-", StringComparison.Ordinal) => PoolOs.AzureLinux,
        _ when family.StartsWith("AKSCBLMariner-", StringComparison.Ordinal) => PoolOs.AzureLinux,
        _ when family.StartsWith("AKSWindows-", StringComparison.Ordinal) => PoolOs.Windows,
        _ when family.StartsWith("AKSFlatcar-", StringComparison.Ordinal) => PoolOs.Flatcar,
        _ when family.StartsWith("AKSAzureContainerLinux-", StringComparison.Ordinal) => PoolOs.AzureContainerLinux,
        _ => PoolOs.Other,
    };

    private static PoolOs OfSku(string sku) => sku switch
    {
        _ when sku.StartsWith("Ubuntu", StringComparison.OrdinalIgnoreCase) => PoolOs.Ubuntu,
        _ when sku.StartsWith("AzureLinuxOSGuard", StringComparison.OrdinalIgnoreCase) => PoolOs.OsGuard,
        _ when sku.StartsWith("AzureLinux", StringComparison.OrdinalIgnoreCase) => PoolOs.AzureLinux,
        _ when sku.Contains("Mariner", StringComparison.OrdinalIgnoreCase) => PoolOs.AzureLinux,
        _ when sku.StartsWith("Windows", StringComparison.OrdinalIgnoreCase) => PoolOs.Windows,
        _ when sku.StartsWith("Flatcar", StringComparison.OrdinalIgnoreCase) => PoolOs.Flatcar,
        _ when sku.StartsWith("AzureContainerLinux", StringComparison.OrdinalIgnoreCase) => PoolOs.AzureContainerLinux,
        _ => PoolOs.Other,
    };

    private static bool IsKata(ImmutableArray<NodeBlueprint> nodes, ImageFamily? family) =>
        family?.Name.Contains("kata", StringComparison.OrdinalIgnoreCase) == true
        || nodes.Any(n => Label(n, "kubernetes.azure.com/kata-mshv-vm-isolation") is "true" || Label(n, "katacontainers.io/kata-runtime") is "true");

    private static bool HasNvidia(NodeBlueprint node) =>
        Label(node, "accelerator") is "nvidia" || Label(node, "kubernetes.azure.com/accelerator") is "nvidia"
        || node.Allocatable.Others.GetValueOrDefault("nvidia.com/gpu") > 0;

    private static string Label(NodeBlueprint node, string key) => node.Labels.GetValueOrDefault(key, "");
}
