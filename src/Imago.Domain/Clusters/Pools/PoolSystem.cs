using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Images;

namespace Imago.Domain.Clusters.Pools;

/// <summary>The operating system of a pool by what its nodes say.</summary>
internal static class PoolSystem
{
    /// <summary>The kind that channels tell apart.</summary>
    public static PoolOs Of(ImmutableArray<NodeFacts> nodes, ImageFamily? family)
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

    private static bool IsKata(ImmutableArray<NodeFacts> nodes, ImageFamily? family) =>
        family?.Name.Contains("kata", StringComparison.OrdinalIgnoreCase) == true
        || nodes.Any(n => Label(n, "kubernetes.azure.com/kata-mshv-vm-isolation") is "true" || Label(n, "katacontainers.io/kata-runtime") is "true");

    private static bool HasNvidia(NodeFacts node) =>
        Label(node, "accelerator") is "nvidia" || Label(node, "kubernetes.azure.com/accelerator") is "nvidia"
        || node.OffersNvidiaGpus;

    private static string Label(NodeFacts node, string key) => node.Labels.GetValueOrDefault(key, "");
}
