namespace Imago.Domain.Images;

/// <summary>What decides the image family of a pool.</summary>
public sealed record ImageRequest
{
    /// <summary>OS type asked for; null if not said.</summary>
    public OsType? OsType { get; init; }

    /// <summary>OS SKU asked for; null if not said.</summary>
    public OsSku? OsSku { get; init; }

    /// <summary>Kubernetes version of the pool.</summary>
    public required KubernetesVersion Kubernetes { get; init; }

    /// <summary>Generations that the VM size supports.</summary>
    public VmGenerations VmSize { get; init; } = VmGenerations.Gen1 | VmGenerations.Gen2;

    /// <summary>What the pool's settings (FIPS, Trusted Launch, pod sandboxing) and its VM size (CVM, Arm64) ask for.</summary>
    public ImageVariants Variants { get; init; }
}

/// <summary>The family of a pool, or why there is none.</summary>
/// <param name="Family">The family; null when refused.</param>
/// <param name="Sku">The SKU in force, always with a version (IM-15).</param>
/// <param name="Refusal">Why not; null when there is a family.</param>
public sealed record ImageChoice(ImageFamily? Family, OsSku Sku, string? Refusal)
{
    // IM-22, by operating system: pairs that no image combines.
    private static readonly (ImageVariants One, ImageVariants Other)[] NotOnUbuntu =
    [
        (ImageVariants.Fips, ImageVariants.Arm64),
        (ImageVariants.Fips, ImageVariants.Cvm),
        (ImageVariants.Arm64, ImageVariants.Cvm),
        (ImageVariants.Arm64, ImageVariants.TrustedLaunch),
        (ImageVariants.Cvm, ImageVariants.TrustedLaunch),
    ];

    private static readonly (ImageVariants One, ImageVariants Other)[] NotOnAzureLinux =
    [
        (ImageVariants.TrustedLaunch, ImageVariants.Fips),
        (ImageVariants.TrustedLaunch, ImageVariants.Arm64),
        (ImageVariants.Kata, ImageVariants.Fips),
        (ImageVariants.Kata, ImageVariants.Arm64),
        (ImageVariants.Kata, ImageVariants.TrustedLaunch),
    ];

    /// <summary>Chooses the family of a pool.</summary>
    /// <remarks>Rules: IM-20…24.</remarks>
    public static ImageChoice For(ImageRequest request)
    {
        var asked = request.OsSku ?? OsSkuDefaults.Default(request.OsType);
        var sku = OsSkuDefaults.Effective(asked, request.Kubernetes);
        if (request.OsType is { } type && OsSkuDefaults.TypeOf(sku) != type)
        {
            return new ImageChoice(null, sku, $"OS SKU {asked} is not a {type} system. Leave the OS type out, or choose a SKU that fits it.");
        }

        if (OsSkuDefaults.RefusalOf(sku, request.Kubernetes) is { } outOfRange)
        {
            return new ImageChoice(null, sku, outOfRange);
        }

        foreach (var (one, other) in Incompatible(sku))
        {
            if (request.Variants.HasFlag(one | other))
            {
                return new ImageChoice(null, sku, $"{one} and {other} cannot be combined on {sku}. Leave one of them out, or choose another OS SKU.");
            }
        }

        if (Pick(sku, request) is { } family)
        {
            return new ImageChoice(family, sku, null);
        }

        // Ubuntu 22.04 has no image for confidential machines; its pools of that kind run 20.04 (own decision: the sources name the images, not the choice).
        return sku == OsSku.Ubuntu2204 && request.Variants.HasFlag(ImageVariants.Cvm) && Pick(OsSku.Ubuntu2004, request) is { } older
            ? new ImageChoice(older, OsSku.Ubuntu2004, null)
            : new ImageChoice(null, sku, $"There is no image of {sku} with variant {request.Variants} for virtual machines of {request.VmSize}. Choose another OS SKU, VM size or variant.");
    }

    private static ReadOnlySpan<(ImageVariants One, ImageVariants Other)> Incompatible(OsSku sku) => sku switch
    {
        OsSku.Ubuntu2004 or OsSku.Ubuntu2204 or OsSku.Ubuntu2404 => NotOnUbuntu,
        OsSku.AzureLinux2 or OsSku.AzureLinux3 => NotOnAzureLinux,
        _ => [],
    };

    private static ImageFamily? Pick(OsSku sku, ImageRequest request)
    {
        // IM-21: generation 2 where the size supports it; Windows Server 2022 stays on generation 1, except on sizes that have only 2.
        var first = sku == OsSku.Windows2022 ? VmGenerations.Gen1 : VmGenerations.Gen2;
        foreach (var generation in (ReadOnlySpan<VmGenerations>)[first, VmGenerations.Gen1, VmGenerations.Gen2])
        {
            if (!request.VmSize.HasFlag(generation))
            {
                continue;
            }

            foreach (var facts in ImageFamilies.All)
            {
                if (facts.Sku == sku && facts.Generation == generation && facts.Variants == (request.Variants | Always(sku)))
                {
                    return facts.Family;
                }
            }
        }

        return null;
    }

    /// <summary>What every image of a system is, whether or not it was asked for. IM-24: Windows Server 2025 has FIPS images only.</summary>
    private static ImageVariants Always(OsSku sku) => sku switch
    {
        OsSku.AzureLinuxOSGuard => ImageVariants.Fips | ImageVariants.TrustedLaunch,
        OsSku.AzureContainerLinux => ImageVariants.TrustedLaunch,
        OsSku.Windows2025 => ImageVariants.Fips,
        _ => ImageVariants.None,
    };
}
