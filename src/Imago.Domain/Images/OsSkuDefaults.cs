using System.Collections.Immutable;

namespace Imago.Domain.Images;

/// <summary>Which operating systems a pool gets by default and may have, by Kubernetes version.</summary>
/// <remarks>Rules: IM-20, IM-23, IM-24.</remarks>
public static class OsSkuDefaults
{
    // IM-24, IM-23: minors of Kubernetes 1, first and last inclusive; null: no end is known. Azure Linux 2 by IM-23; systems that are missing have no stated range.
    private static readonly ImmutableArray<(OsSku Sku, int First, int? Last)> Ranges =
    [
        (OsSku.Ubuntu2204, 25, 36),
        (OsSku.Ubuntu2404, 32, 38),
        (OsSku.AzureLinux2, 27, 31),
        (OsSku.AzureLinux3, 28, 36),
        (OsSku.AzureLinuxOSGuard, 32, null),
        (OsSku.AzureContainerLinux, 34, null),
        (OsSku.Windows2022, 23, 36),
        (OsSku.Windows2025, 32, null),
    ];

    /// <summary>IM-20: nothing said, or Linux, means Ubuntu; Windows means the long-term Windows Server.</summary>
    public static OsSku Default(OsType? os) => os == OsType.Windows ? OsSku.Windows : OsSku.Ubuntu;

    /// <summary>The kind of operating system.</summary>
    public static OsType TypeOf(OsSku sku) =>
        sku is OsSku.Windows or OsSku.Windows2019 or OsSku.Windows2022 or OsSku.WindowsAnnual or OsSku.Windows2025 ? OsType.Windows : OsType.Linux;

    /// <summary>The versioned SKU that one without a version means; a versioned one means itself.</summary>
    /// <remarks>
    /// IM-23: Ubuntu is 24.04 from 1.35, Azure Linux 3 from 1.32, Windows Server 2025 from 1.37. Versions that are older than the defaults' first one get the same
    /// SKU, which <see cref="RefusalOf"/> then refuses by name.
    /// </remarks>
    public static OsSku Effective(OsSku requested, KubernetesVersion kubernetes) => requested switch
    {
        OsSku.Ubuntu => kubernetes.AtLeast(1, 35) ? OsSku.Ubuntu2404 : OsSku.Ubuntu2204,
        OsSku.AzureLinux => kubernetes.AtLeast(1, 32) ? OsSku.AzureLinux3 : OsSku.AzureLinux2,
        OsSku.Windows => kubernetes.AtLeast(1, 37) ? OsSku.Windows2025 : OsSku.Windows2022,
        _ => requested,
    };

    /// <summary>Why a versioned SKU cannot be used with a Kubernetes version, or null.</summary>
    /// <remarks>IM-24. Of SKUs without a stated range nothing is refused here.</remarks>
    public static string? RefusalOf(OsSku sku, KubernetesVersion kubernetes)
    {
        foreach (var (ranged, first, last) in Ranges)
        {
            if (ranged == sku && (!kubernetes.AtLeast(1, first) || (last is { } end && kubernetes.AtLeast(1, end + 1))))
            {
                var range = last is { } to ? $"1.{first} to 1.{to}" : $"1.{first} and later";
                return $"OS SKU {sku} does not work with Kubernetes {kubernetes.Major}.{kubernetes.Minor}; it works with {range}. Choose another OS SKU or Kubernetes version.";
            }
        }

        return null;
    }
}
