using Imago.Domain.Images;

namespace Imago.Domain.Channels;

/// <summary>From the image family of a pool to what channels make of it.</summary>
public static class PoolOsKinds
{
    /// <summary>The kind of a pool; <see cref="PoolOs.Other"/> for a family that is in no table.</summary>
    /// <param name="family">The pool's family.</param>
    /// <param name="nvidiaGpu">Whether its nodes have NVIDIA GPUs. Matters on Azure Linux only (CH-15, CH-18).</param>
    public static PoolOs Of(ImageFamily family, bool nvidiaGpu) => ImageFamilies.Find(family) is not { } facts ? PoolOs.Other : facts.Sku switch
    {
        OsSku.AzureLinuxOSGuard => PoolOs.OsGuard,
        OsSku.Flatcar => PoolOs.Flatcar,
        OsSku.AzureContainerLinux => PoolOs.AzureContainerLinux,
        OsSku.Mariner1 or OsSku.Mariner2 or OsSku.AzureLinux2 or OsSku.AzureLinux3 =>
            facts.Variants.HasFlag(ImageVariants.Kata) ? PoolOs.AzureLinuxKata : nvidiaGpu ? PoolOs.AzureLinuxGpu : PoolOs.AzureLinux,
        _ => OsSkuDefaults.TypeOf(facts.Sku) == OsType.Windows ? PoolOs.Windows : PoolOs.Ubuntu,
    };
}
