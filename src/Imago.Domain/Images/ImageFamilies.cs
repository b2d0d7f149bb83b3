using System.Collections.Immutable;

namespace Imago.Domain.Images;

/// <summary>The families there are or were, with what each stands for. Names do not follow one pattern (arm64 before or after fips, CVM, kata): a table, not a parser.</summary>
/// <remarks>Rules: IM-1, IM-22.</remarks>
public static class ImageFamilies
{
    /// <summary>All families, by operating system.</summary>
    public static ImmutableArray<ImageFamilyFacts> All { get; } =
    [
        Row("AKSUbuntu-1604", OsSku.Ubuntu1604, VmGenerations.Gen1, ImageVariants.Docker),
        Row("AKSUbuntu-1804", OsSku.Ubuntu1804, VmGenerations.Gen1, ImageVariants.Docker),
        Row("AKSUbuntu-1804containerd", OsSku.Ubuntu1804, VmGenerations.Gen1),
        Row("AKSUbuntu-1804fipscontainerd", OsSku.Ubuntu1804, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSUbuntu-1804fipsgpucontainerd", OsSku.Ubuntu1804, VmGenerations.Gen1, ImageVariants.Fips | ImageVariants.Gpu),
        Row("AKSUbuntu-1804gen2", OsSku.Ubuntu1804, VmGenerations.Gen2, ImageVariants.Docker),
        Row("AKSUbuntu-1804gen2arm64containerd", OsSku.Ubuntu1804, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSUbuntu-1804gen2containerd", OsSku.Ubuntu1804, VmGenerations.Gen2),
        Row("AKSUbuntu-1804gen2fipscontainerd", OsSku.Ubuntu1804, VmGenerations.Gen2, ImageVariants.Fips),
        Row("AKSUbuntu-1804gen2fipsgpucontainerd", OsSku.Ubuntu1804, VmGenerations.Gen2, ImageVariants.Fips | ImageVariants.Gpu),
        Row("AKSUbuntu-1804gen2gpu", OsSku.Ubuntu1804, VmGenerations.Gen2, ImageVariants.Gpu | ImageVariants.Docker),
        Row("AKSUbuntu-1804gen2gpucontainerd", OsSku.Ubuntu1804, VmGenerations.Gen2, ImageVariants.Gpu),
        Row("AKSUbuntu-1804gpu", OsSku.Ubuntu1804, VmGenerations.Gen1, ImageVariants.Gpu | ImageVariants.Docker),
        Row("AKSUbuntu-1804gpucontainerd", OsSku.Ubuntu1804, VmGenerations.Gen1, ImageVariants.Gpu),
        Row("AKSUbuntu-2004containerd", OsSku.Ubuntu2004, VmGenerations.Gen1),
        Row("AKSUbuntu-2004fipscontainerd", OsSku.Ubuntu2004, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSUbuntu-2004gen2CVMcontainerd", OsSku.Ubuntu2004, VmGenerations.Gen2, ImageVariants.Cvm),
        Row("AKSUbuntu-2004gen2containerd", OsSku.Ubuntu2004, VmGenerations.Gen2),
        Row("AKSUbuntu-2004gen2fipscontainerd", OsSku.Ubuntu2004, VmGenerations.Gen2, ImageVariants.Fips),
        Row("AKSUbuntu-2204containerd", OsSku.Ubuntu2204, VmGenerations.Gen1),
        Row("AKSUbuntu-2204fipscontainerd", OsSku.Ubuntu2204, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSUbuntu-2204gen2TLcontainerd", OsSku.Ubuntu2204, VmGenerations.Gen2, ImageVariants.TrustedLaunch),
        Row("AKSUbuntu-2204gen2arm64containerd", OsSku.Ubuntu2204, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSUbuntu-2204gen2containerd", OsSku.Ubuntu2204, VmGenerations.Gen2),
        Row("AKSUbuntu-2204gen2fipsTLcontainerd", OsSku.Ubuntu2204, VmGenerations.Gen2, ImageVariants.Fips | ImageVariants.TrustedLaunch),
        Row("AKSUbuntu-2204gen2fipscontainerd", OsSku.Ubuntu2204, VmGenerations.Gen2, ImageVariants.Fips),
        Row("AKSUbuntu-2404containerd", OsSku.Ubuntu2404, VmGenerations.Gen1),
        Row("AKSUbuntu-2404gen2CVMcontainerd", OsSku.Ubuntu2404, VmGenerations.Gen2, ImageVariants.Cvm),
        Row("AKSUbuntu-2404gen2TLcontainerd", OsSku.Ubuntu2404, VmGenerations.Gen2, ImageVariants.TrustedLaunch),
        Row("AKSUbuntu-2404gen2arm64containerd", OsSku.Ubuntu2404, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSUbuntu-2404gen2arm64gbcontainerd", OsSku.Ubuntu2404, VmGenerations.Gen2, ImageVariants.Arm64 | ImageVariants.GraceBlackwell),
        Row("AKSUbuntu-2404gen2containerd", OsSku.Ubuntu2404, VmGenerations.Gen2),
        Row("AKSUbuntu-2604minimalgen2arm64containerd", OsSku.Ubuntu2604, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSUbuntu-2604minimalgen2containerd", OsSku.Ubuntu2604, VmGenerations.Gen2),
        Row("AKSCBLMariner-V1", OsSku.Mariner1, VmGenerations.Gen1),
        Row("AKSCBLMariner-V1gen2", OsSku.Mariner1, VmGenerations.Gen2),
        Row("AKSCBLMariner-V2", OsSku.Mariner2, VmGenerations.Gen1),
        Row("AKSCBLMariner-V2fips", OsSku.Mariner2, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSCBLMariner-V2gen2", OsSku.Mariner2, VmGenerations.Gen2),
        Row("AKSCBLMariner-V2gen2TL", OsSku.Mariner2, VmGenerations.Gen2, ImageVariants.TrustedLaunch),
        Row("AKSCBLMariner-V2gen2arm64", OsSku.Mariner2, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSCBLMariner-V2gen2fips", OsSku.Mariner2, VmGenerations.Gen2, ImageVariants.Fips),
        Row("AKSCBLMariner-V2katagen2", OsSku.Mariner2, VmGenerations.Gen2, ImageVariants.Kata),
        Row("AKSCBLMariner-V2katagen2TL", OsSku.Mariner2, VmGenerations.Gen2, ImageVariants.TrustedLaunch | ImageVariants.Kata),
        Row("AKSAzureLinux-V2", OsSku.AzureLinux2, VmGenerations.Gen1),
        Row("AKSAzureLinux-V2fips", OsSku.AzureLinux2, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSAzureLinux-V2gen2", OsSku.AzureLinux2, VmGenerations.Gen2),
        Row("AKSAzureLinux-V2gen2TL", OsSku.AzureLinux2, VmGenerations.Gen2, ImageVariants.TrustedLaunch),
        Row("AKSAzureLinux-V2gen2arm64", OsSku.AzureLinux2, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSAzureLinux-V2gen2fips", OsSku.AzureLinux2, VmGenerations.Gen2, ImageVariants.Fips),
        Row("AKSAzureLinux-V2katagen2", OsSku.AzureLinux2, VmGenerations.Gen2, ImageVariants.Kata),
        Row("AKSAzureLinux-V3", OsSku.AzureLinux3, VmGenerations.Gen1),
        Row("AKSAzureLinux-V3fips", OsSku.AzureLinux3, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSAzureLinux-V3gen2", OsSku.AzureLinux3, VmGenerations.Gen2),
        Row("AKSAzureLinux-V3gen2CVM", OsSku.AzureLinux3, VmGenerations.Gen2, ImageVariants.Cvm),
        Row("AKSAzureLinux-V3gen2TL", OsSku.AzureLinux3, VmGenerations.Gen2, ImageVariants.TrustedLaunch),
        Row("AKSAzureLinux-V3gen2arm64", OsSku.AzureLinux3, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSAzureLinux-V3gen2arm64fips", OsSku.AzureLinux3, VmGenerations.Gen2, ImageVariants.Fips | ImageVariants.Arm64),
        Row("AKSAzureLinux-V3gen2fips", OsSku.AzureLinux3, VmGenerations.Gen2, ImageVariants.Fips),
        Row("AKSAzureLinux-V3katagen2", OsSku.AzureLinux3, VmGenerations.Gen2, ImageVariants.Kata),
        Row("AKSAzureLinux-OSGuardV3gen2fipsTL", OsSku.AzureLinuxOSGuard, VmGenerations.Gen2, ImageVariants.Fips | ImageVariants.TrustedLaunch),
        Row("AKSFlatcar-flatcargen2", OsSku.Flatcar, VmGenerations.Gen2),
        Row("AKSFlatcar-flatcargen2arm64", OsSku.Flatcar, VmGenerations.Gen2, ImageVariants.Arm64),
        Row("AKSAzureContainerLinux-aclgen2TL", OsSku.AzureContainerLinux, VmGenerations.Gen2, ImageVariants.TrustedLaunch),
        Row("AKSAzureContainerLinux-aclgen2arm64TL", OsSku.AzureContainerLinux, VmGenerations.Gen2, ImageVariants.TrustedLaunch | ImageVariants.Arm64),
        Row("AKSAzureContainerLinux-aclgen2arm64fipsTL", OsSku.AzureContainerLinux, VmGenerations.Gen2, ImageVariants.Fips | ImageVariants.TrustedLaunch | ImageVariants.Arm64),
        Row("AKSAzureContainerLinux-aclgen2fipsTL", OsSku.AzureContainerLinux, VmGenerations.Gen2, ImageVariants.Fips | ImageVariants.TrustedLaunch),
        Row("AKSWindows-2019", OsSku.Windows2019, VmGenerations.Gen1, ImageVariants.Docker),
        Row("AKSWindows-2019-containerd", OsSku.Windows2019, VmGenerations.Gen1),
        Row("AKSWindows-2022-containerd", OsSku.Windows2022, VmGenerations.Gen1),
        Row("AKSWindows-2022-containerd-gen2", OsSku.Windows2022, VmGenerations.Gen2),
        Row("AKSWindows-23H2", OsSku.WindowsAnnual, VmGenerations.Gen1),
        Row("AKSWindows-23H2-gen2", OsSku.WindowsAnnual, VmGenerations.Gen2),
        Row("AKSWindows-2025", OsSku.Windows2025, VmGenerations.Gen1, ImageVariants.Fips),
        Row("AKSWindows-2025-gen2", OsSku.Windows2025, VmGenerations.Gen2, ImageVariants.Fips),
    ];

    private static readonly Dictionary<ImageFamily, ImageFamilyFacts> ByFamily = All.ToDictionary(f => f.Family);

    /// <summary>What a family is; null for one that is not in the table, for example of a foreign distribution.</summary>
    public static ImageFamilyFacts? Find(ImageFamily family) => ByFamily.GetValueOrDefault(family);

    private static ImageFamilyFacts Row(string name, OsSku sku, VmGenerations generation, ImageVariants variants = ImageVariants.None) =>
        new(new ImageFamily(name), sku, generation, variants);
}
