using Imago.Domain.Images;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class FamilySpellingsTests
{
    [Theory]
    [InlineData("AKSUbuntu-2204gen2containerd", "AKSUbuntu-gen2-2204containerd", "AKSUbuntu/gen2/2204containerd", "AKSUbuntu-2204")]
    [InlineData("AKSAzureLinux-V3gen2", "AKSAzureLinuxV3-gen2", "AKSAzureLinuxV3/gen2", "AzureLinuxv3")]
    [InlineData("AKSAzureLinux-V2gen2", "AKSAzureLinux-gen2", "AKSAzureLinux/gen2", "AzureLinux")]
    [InlineData("AKSUbuntu-2204containerd", "AKSUbuntu-gen1-2204containerd", "AKSUbuntu/gen1/2204containerd", null)]
    [InlineData("AKSUbuntu-2204gen2TLcontainerd", "AKSUbuntu-gen2-2204tlcontainerd", "AKSUbuntu/gen2/2204tlcontainerd", null)]
    [InlineData("AKSUbuntu-2404gen2CVMcontainerd", "AKSUbuntu-gen2-2404cvmcontainerd", "AKSUbuntu/gen2/2404cvmcontainerd", null)]
    [InlineData("AKSAzureLinux-V3katagen2", "AKSAzureLinuxV3-gen2kata", "AKSAzureLinuxV3/gen2kata", null)]
    [InlineData("AKSCBLMariner-V2gen2", "AKSCBLMarinerV2-gen2", "AKSCBLMarinerV2/gen2", "AKSMariner")]
    public void Of_AFamily_IsSpelledDifferentlyOnEachSurface(string label, string index, string report, string? notes)
    {
        var spelling = FamilySpellings.Of(new ImageFamily(label));

        (spelling.CveIndex, spelling.CveReport, spelling.NotesFolder).ShouldBe((index, report, notes));
    }

    [Fact]
    public void CveIndex_HasNoWindowsFlatcarArm64OrOsGuard()
    {
        var without = ImageFamilies.All.Where(f =>
            f.Variants.HasFlag(ImageVariants.Arm64) || f.Sku is OsSku.Flatcar or OsSku.AzureLinuxOSGuard or OsSku.AzureContainerLinux || OsSkuDefaults.TypeOf(f.Sku) == OsType.Windows).ToList();

        without.Count.ShouldBe(24);
        without.ShouldAllBe(f => FamilySpellings.Of(f.Family).CveIndex == null);
    }

    [Theory]
    [InlineData("AKSUbuntu-2204gen2containerd")]
    [InlineData("aksubuntu-2204GEN2containerd")]
    [InlineData("AKSUbuntu-gen2-2204containerd")]
    [InlineData("AKSUbuntu/gen2/2204containerd")]
    [InlineData("AKSUbuntu-2204")]
    [InlineData("AKSUbuntu-2204gen2containerd-202608.06.1")]
    [InlineData("AKSUbuntu-2204gen2containerd-202410.27.0-2024.12.01")]
    public void Resolve_AnySpelling_IsTheFamilyOfTheLabel(string text) => FamilySpellings.Resolve(text).ShouldBe(new ImageFamily("AKSUbuntu-2204gen2containerd"));

    [Theory]
    [InlineData("AKSAzureLinux-gen2", "AKSAzureLinux-V2gen2")]
    [InlineData("AKSAzureLinuxV3-gen2", "AKSAzureLinux-V3gen2")]
    [InlineData("AKSWindows-windows-2022-containerd-gen2", "AKSWindows-2022-containerd-gen2")]
    [InlineData("AKSWindows-windows-2022-containerd-gen2-20348.3207.250214", "AKSWindows-2022-containerd-gen2")]
    [InlineData("AKSAzureLinux-aclgen2TL", "AKSAzureContainerLinux-aclgen2TL")]
    public void Resolve_LooksAlikeOfAnotherFamily_IsTheOneOfTheTable(string text, string family) => FamilySpellings.Resolve(text).ShouldBe(new ImageFamily(family));

    [Fact]
    public void Resolve_NoSpellingOfATable_IsNull() => FamilySpellings.Resolve("2204").ShouldBeNull();

    [Fact]
    public void Resolve_AnySpellingOfAnyFamily_MeansThatFamilyExceptOneFolderThatIsAlsoALabel()
    {
        var others = ImageFamilies.All
            .SelectMany(f => FamilySpellings.Of(f.Family).All.Select(text => (Text: text, f.Family)))
            .Where(s => FamilySpellings.Resolve(s.Text) != s.Family);

        others.ShouldHaveSingleItem().ShouldBe(("AKSUbuntu-1804", new ImageFamily("AKSUbuntu-1804gen2containerd")));
        FamilySpellings.Resolve("AKSUbuntu-1804").ShouldBe(new ImageFamily("AKSUbuntu-1804"));
    }

    [Theory]
    [Trait("Rule", "IM-1")]
    [InlineData(OsSku.Ubuntu2004, 5)]
    [InlineData(OsSku.Ubuntu2204, 7)]
    [InlineData(OsSku.Ubuntu2404, 6)]
    [InlineData(OsSku.AzureLinux2, 7)]
    [InlineData(OsSku.AzureLinux3, 9)]
    [InlineData(OsSku.AzureLinuxOSGuard, 1)]
    [InlineData(OsSku.Flatcar, 2)]
    [InlineData(OsSku.AzureContainerLinux, 4)]
    [InlineData(OsSku.Windows2022, 2)]
    [InlineData(OsSku.WindowsAnnual, 2)]
    [InlineData(OsSku.Windows2025, 2)]
    public void Families_OfASystem_AreAllThere(OsSku sku, int count) => ImageFamilies.All.Count(f => f.Sku == sku).ShouldBe(count);
}
