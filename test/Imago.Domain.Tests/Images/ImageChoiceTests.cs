using Imago.Domain.Images;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class ImageChoiceTests
{
    [Theory]
    [Trait("Rule", "IM-20")]
    [InlineData(null, "AKSUbuntu-2204gen2containerd")]
    [InlineData(OsType.Linux, "AKSUbuntu-2204gen2containerd")]
    [InlineData(OsType.Windows, "AKSWindows-2022-containerd")]
    public void For_NothingButAnOsType_IsItsDefault(OsType? os, string family) =>
        Choose(new() { OsType = os, Kubernetes = V(1, 33) }).Family.ShouldBe(new ImageFamily(family));

    [Theory]
    [Trait("Rule", "IM-21")]
    [InlineData(OsSku.Ubuntu2204, VmGenerations.Gen1 | VmGenerations.Gen2, "AKSUbuntu-2204gen2containerd")]
    [InlineData(OsSku.Ubuntu2204, VmGenerations.Gen1, "AKSUbuntu-2204containerd")]
    [InlineData(OsSku.AzureLinux3, VmGenerations.Gen1, "AKSAzureLinux-V3")]
    [InlineData(OsSku.Windows2022, VmGenerations.Gen1 | VmGenerations.Gen2, "AKSWindows-2022-containerd")]
    [InlineData(OsSku.Windows2022, VmGenerations.Gen2, "AKSWindows-2022-containerd-gen2")]
    [InlineData(OsSku.Windows2025, VmGenerations.Gen1 | VmGenerations.Gen2, "AKSWindows-2025-gen2")]
    public void For_AVmSize_IsGeneration2ExceptOnWindows2022(OsSku sku, VmGenerations size, string family) =>
        Choose(new() { OsSku = sku, VmSize = size, Kubernetes = V(1, 34) }).Family.ShouldBe(new ImageFamily(family));

    [Theory]
    [Trait("Rule", "IM-21")]
    [InlineData(OsSku.AzureLinuxOSGuard)]
    [InlineData(OsSku.Flatcar)]
    [InlineData(OsSku.AzureContainerLinux)]
    public void For_AnImmutableSystemOnGeneration1_IsRefused(OsSku sku)
    {
        Choose(new() { OsSku = sku, VmSize = VmGenerations.Gen1, Kubernetes = V(1, 34) }).Refusal!.ShouldContain($"no image of {sku}");
        Choose(new() { OsSku = sku, Kubernetes = V(1, 34) }).Family.ShouldNotBeNull();
    }

    [Theory]
    [Trait("Rule", "IM-22")]
    [InlineData(OsSku.Ubuntu2204, ImageVariants.Fips, "AKSUbuntu-2204gen2fipscontainerd")]
    [InlineData(OsSku.Ubuntu2204, ImageVariants.Fips | ImageVariants.TrustedLaunch, "AKSUbuntu-2204gen2fipsTLcontainerd")]
    [InlineData(OsSku.Ubuntu2204, ImageVariants.Arm64, "AKSUbuntu-2204gen2arm64containerd")]
    [InlineData(OsSku.Ubuntu2204, ImageVariants.Cvm, "AKSUbuntu-2004gen2CVMcontainerd")]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.Cvm, "AKSUbuntu-2404gen2CVMcontainerd")]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.TrustedLaunch, "AKSUbuntu-2404gen2TLcontainerd")]
    [InlineData(OsSku.AzureLinux3, ImageVariants.Fips | ImageVariants.Arm64, "AKSAzureLinux-V3gen2arm64fips")]
    [InlineData(OsSku.AzureLinux3, ImageVariants.Kata, "AKSAzureLinux-V3katagen2")]
    [InlineData(OsSku.AzureLinux3, ImageVariants.Cvm, "AKSAzureLinux-V3gen2CVM")]
    [InlineData(OsSku.AzureContainerLinux, ImageVariants.Fips | ImageVariants.Arm64, "AKSAzureContainerLinux-aclgen2arm64fipsTL")]
    [InlineData(OsSku.AzureLinuxOSGuard, ImageVariants.None, "AKSAzureLinux-OSGuardV3gen2fipsTL")]
    public void For_AVariant_IsItsFamily(OsSku sku, ImageVariants variants, string family) =>
        Choose(new() { OsSku = sku, Variants = variants, Kubernetes = V(1, 34) }).Family.ShouldBe(new ImageFamily(family));

    [Theory]
    [Trait("Rule", "IM-22")]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.Fips | ImageVariants.Arm64)]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.Fips | ImageVariants.Cvm)]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.Arm64 | ImageVariants.Cvm)]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.Arm64 | ImageVariants.TrustedLaunch)]
    [InlineData(OsSku.Ubuntu2404, ImageVariants.Cvm | ImageVariants.TrustedLaunch)]
    [InlineData(OsSku.AzureLinux3, ImageVariants.TrustedLaunch | ImageVariants.Fips)]
    [InlineData(OsSku.AzureLinux3, ImageVariants.TrustedLaunch | ImageVariants.Arm64)]
    [InlineData(OsSku.AzureLinux3, ImageVariants.Kata | ImageVariants.Fips)]
    [InlineData(OsSku.AzureLinux3, ImageVariants.Kata | ImageVariants.Arm64)]
    [InlineData(OsSku.AzureLinux3, ImageVariants.Kata | ImageVariants.TrustedLaunch)]
    public void For_VariantsThatDoNotGoTogether_IsRefused(OsSku sku, ImageVariants variants)
    {
        var choice = Choose(new() { OsSku = sku, Variants = variants, Kubernetes = V(1, 34) });

        choice.Family.ShouldBeNull();
        choice.Refusal!.ShouldContain($"cannot be combined on {sku}");
    }

    [Theory]
    [Trait("Rule", "IM-23")]
    [InlineData(OsSku.Ubuntu, 25, OsSku.Ubuntu2204)]
    [InlineData(OsSku.Ubuntu, 34, OsSku.Ubuntu2204)]
    [InlineData(OsSku.Ubuntu, 35, OsSku.Ubuntu2404)]
    [InlineData(OsSku.AzureLinux, 27, OsSku.AzureLinux2)]
    [InlineData(OsSku.AzureLinux, 31, OsSku.AzureLinux2)]
    [InlineData(OsSku.AzureLinux, 32, OsSku.AzureLinux3)]
    [InlineData(OsSku.Windows, 36, OsSku.Windows2022)]
    [InlineData(OsSku.Windows, 37, OsSku.Windows2025)]
    [InlineData(OsSku.Ubuntu2204, 36, OsSku.Ubuntu2204)]
    public void For_ASkuWithoutVersion_FollowsKubernetes(OsSku asked, int minor, OsSku effective)
    {
        var choice = Choose(new() { OsSku = asked, Kubernetes = V(1, minor) });

        choice.Refusal.ShouldBeNull();
        choice.Sku.ShouldBe(effective);
    }

    [Theory]
    [Trait("Rule", "IM-24")]
    [InlineData(OsSku.Ubuntu2204, 25, 36)]
    [InlineData(OsSku.Ubuntu2404, 32, 38)]
    [InlineData(OsSku.AzureLinux3, 28, 36)]
    [InlineData(OsSku.AzureLinuxOSGuard, 32, null)]
    [InlineData(OsSku.AzureContainerLinux, 34, null)]
    [InlineData(OsSku.Windows2022, 23, 36)]
    [InlineData(OsSku.Windows2025, 32, null)]
    public void RefusalOf_ASku_OutsideItsRange(OsSku sku, int first, int? last)
    {
        OsSkuDefaults.RefusalOf(sku, V(1, first - 1))!.ShouldContain($"OS SKU {sku} does not work with Kubernetes 1.{first - 1}");
        OsSkuDefaults.RefusalOf(sku, V(1, first)).ShouldBeNull();
        OsSkuDefaults.RefusalOf(sku, V(1, last ?? 99)).ShouldBeNull();
        if (last is { } end)
        {
            OsSkuDefaults.RefusalOf(sku, V(1, end + 1)).ShouldNotBeNull();
        }

        Choose(new() { OsSku = sku, Kubernetes = V(1, first - 1) }).Family.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "IM-24")]
    public void For_Windows2025_IsTheFipsImageAskedForOrNot()
    {
        ImageFamilies.Find(Choose(new() { OsSku = OsSku.Windows2025, Kubernetes = V(1, 34) }).Family!)!.Variants.ShouldBe(ImageVariants.Fips);
        Choose(new() { OsSku = OsSku.Windows2025, Variants = ImageVariants.Fips, Kubernetes = V(1, 34) }).Family.ShouldNotBeNull();
    }

    [Fact]
    public void For_AnOsTypeThatContradictsTheSku_IsRefused() =>
        Choose(new() { OsType = OsType.Windows, OsSku = OsSku.Ubuntu, Kubernetes = V(1, 34) }).Refusal!.ShouldContain("OS SKU Ubuntu is not a Windows system");

    [Fact]
    [Trait("Rule", "IM-25")]
    public void Change_OfKubernetesUnderUbuntu_GoesToAnotherFamilyFrom135On()
    {
        OsSkuChange.Of("web", new() { Kubernetes = V(1, 34) }, new() { Kubernetes = V(1, 35) }).ShouldBe(new OsSkuChange(true, null));
        OsSkuChange.Of("web", new() { Kubernetes = V(1, 33) }, new() { Kubernetes = V(1, 34) }).ShouldBe(new OsSkuChange(false, null));
    }

    [Fact]
    [Trait("Rule", "IM-25")]
    public void Change_OfTheSkuInPlace_ReimagesLinuxAndIsRefusedOnWindows()
    {
        OsSkuChange.Of("web", Request(OsSku.Ubuntu2204), Request(OsSku.AzureLinux3)).ShouldBe(new OsSkuChange(true, null));
        OsSkuChange.Of("web", Request(OsSku.Windows2022), Request(OsSku.Windows2025)).Refusal!.ShouldContain("Node pool 'web' cannot change from Windows2022 to Windows2025 in place");
        OsSkuChange.Of("web", Request(OsSku.Ubuntu2204), Request(OsSku.Windows2022)).Refusal.ShouldNotBeNull();
    }

    private static ImageRequest Request(OsSku sku) => new() { OsSku = sku, Kubernetes = V(1, 34) };

    private static ImageChoice Choose(ImageRequest request) => ImageChoice.For(request);

    private static KubernetesVersion V(int major, int minor) => new(major, minor, 3);
}
