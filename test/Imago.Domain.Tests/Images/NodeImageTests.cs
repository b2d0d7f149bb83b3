using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class NodeImageTests
{
    [Theory]
    [Trait("Rule", "IM-1")]
    [Trait("Rule", "IM-2")]
    [InlineData("AKSUbuntu-2204gen2containerd-202311.07.0", "AKSUbuntu-2204gen2containerd", "2023-11-07", 0)]
    [InlineData("AKSUbuntu-2204gen2containerd-202602.13.5", "AKSUbuntu-2204gen2containerd", "2026-02-13", 5)]
    [InlineData("AKSAzureLinux-OSGuardV3gen2fipsTL-202509.23.0", "AKSAzureLinux-OSGuardV3gen2fipsTL", "2025-09-23", 0)]
    [InlineData("AKSAzureContainerLinux-202606.01.0", "AKSAzureContainerLinux", "2026-06-01", 0)]
    public void Parse_LinuxImage_FamilyDateAndRespin(string text, string family, string date, int respin)
    {
        var image = NodeImage.Parse(text);

        image.Family.ShouldBe(new ImageFamily(family));
        Iso(image.Version.Date).ShouldBe(date);
        image.Version.Respin.ShouldBe(respin);
        image.Patch.ShouldBeNull();
        image.Text.ShouldBe(text);
    }

    [Fact]
    [Trait("Rule", "IM-3")]
    public void Parse_OldLinuxForm_IsTheSameAsTheNewOneAndIsNotGenerated()
    {
        var image = NodeImage.Parse("AKSUbuntu-2204gen2containerd-2023.02.15");

        image.ShouldBe(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202302.15.0"));
        image.GetHashCode().ShouldBe(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202302.15.0").GetHashCode());
        image.Version.ToString().ShouldBe("202302.15.0");
        image.WithPatch(new LocalDate(2023, 2, 20)).Text.ShouldBe("AKSUbuntu-2204gen2containerd-202302.15.0-2023.02.20");
    }

    [Theory]
    [Trait("Rule", "IM-4")]
    [InlineData("AKSWindows-2022-containerd-gen2-20348.3207.250214", "AKSWindows-2022-containerd-gen2", 20348, 3207, "2025-02-14")]
    [InlineData("AKSWindows-23H2-gen2-25398.2330.260513", "AKSWindows-23H2-gen2", 25398, 2330, "2026-05-13")]
    public void Parse_WindowsImage_BuildRevisionAndDate(string text, string family, int build, int revision, string date)
    {
        var image = NodeImage.Parse(text);

        image.Family.ShouldBe(new ImageFamily(family));
        (image.Version.WindowsBuild, image.Version.WindowsRevision).ShouldBe((build, revision));
        Iso(image.Version.Date).ShouldBe(date);
        image.Version.ToString().ShouldBe(text[(family.Length + 1)..]);
    }

    [Fact]
    [Trait("Rule", "IM-5")]
    public void Parse_PatchedImage_KeepsBaseAndPatchApart()
    {
        var image = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0-2024.12.01");

        image.Family.ShouldBe(new ImageFamily("AKSUbuntu-2204gen2containerd"));
        image.Version.Date.ShouldBe(new LocalDate(2024, 10, 27));
        image.Patch.ShouldBe(new LocalDate(2024, 12, 1));
        image.WithoutPatch().Text.ShouldBe("AKSUbuntu-2204gen2containerd-202410.27.0");
        image.WithPatch(new LocalDate(2025, 1, 6)).Text.ShouldBe("AKSUbuntu-2204gen2containerd-202410.27.0-2025.01.06");
    }

    [Fact]
    [Trait("Rule", "IM-5")]
    public void Parse_ImageWithoutSuffix_HasNoPatch() =>
        NodeImage.Parse("AKSUbuntu-2204gen2containerd-202311.07.0").Patch.ShouldBeNull();

    [Theory]
    [Trait("Rule", "IM-8")]
    [InlineData("AKSWindows-23H2-gen2")]
    [InlineData("AKSUbuntu-2204gen2containerd-202413.01.0")]
    [InlineData("AKSUbuntu-2204gen2containerd-202402.30.0")]
    [InlineData("AKSUbuntu-2204gen2containerd-202311.7.0")]
    [InlineData("aksubuntu-2204gen2containerd-202311.07.0")]
    [InlineData("AKSUbuntu-2204gen2containerd-202311.07.0-2023.11.31")]
    [InlineData("AKSUbuntu--202311.07.0")]
    [InlineData("AKSWindows-2022-containerd-gen2-20348.3207.250214-2025.03.01")]
    [InlineData("AKSUbuntu-2204gen2containerd-202311.07.0\n")]
    [InlineData("AKSUbuntu-2204gen2containerd-２０２３11.07.0")]
    [InlineData("AKS-202311.07.0")]
    [InlineData("202311.07.0")]
    [InlineData("-202311.07.0")]
    [InlineData("")]
    public void Parse_WhatDoesNotFollowTheGrammar_IsUnknownAndKeepsItsText(string text)
    {
        var image = NodeImage.Parse(text);

        image.IsKnown.ShouldBeFalse();
        image.Text.ShouldBe(text);
        NodeImage.Compare(image, NodeImage.Parse(text)).ShouldBe(ImageOrder.NotComparable);
        NodeImage.Compare(image, NodeImage.Parse("AKSUbuntu-2204gen2containerd-202311.07.0")).ShouldBe(ImageOrder.NotComparable);
    }

    [Fact]
    public void Parse_Null_IsUnknown() => NodeImage.Parse(null).IsKnown.ShouldBeFalse();

    [Fact]
    public void WithPatch_OfAWindowsOrUnknownImage_IsABugOfTheCaller()
    {
        Should.Throw<InvalidOperationException>(() => NodeImage.Parse("AKSWindows-2025-26100.1.260101").WithPatch(new LocalDate(2026, 1, 2))).Message.ShouldContain("AKSWindows-2025");
        Should.Throw<InvalidOperationException>(() => NodeImage.Parse("odd").WithPatch(new LocalDate(2026, 1, 2)));
    }

    [Theory]
    [Trait("Rule", "IM-9")]
    [InlineData("F-202311.07.0", "F-202310.26.0", ImageOrder.Newer)]
    [InlineData("F-202603.18.1", "F-202603.18.0", ImageOrder.Newer)]
    [InlineData("F-202603.18.10", "F-202603.18.9", ImageOrder.Newer)]
    [InlineData("F-2023.02.15", "F-202303.06.0", ImageOrder.Older)]
    [InlineData("F-202410.27.0-2024.12.01", "F-202410.27.0", ImageOrder.Newer)]
    [InlineData("F-202410.27.0-2024.12.01", "F-202411.12.0", ImageOrder.Older)]
    [InlineData("F-202410.27.0-2024.12.01", "F-202410.27.0-2024.12.01", ImageOrder.Equal)]
    [InlineData("F-20348.5386.260715", "F-20348.887.220810", ImageOrder.Newer)]
    [InlineData("F-25398.1.240101", "F-20348.5386.260715", ImageOrder.Newer)]
    [InlineData("F-20348.887.260715", "F-20348.887.220810", ImageOrder.Newer)]
    public void Compare_WithinAFamily_IsNumeric(string first, string second, ImageOrder order)
    {
        const string Family = "AKSUbuntu-2204gen2containerd";
        var a = NodeImage.Parse(first.Replace("F", Family, StringComparison.Ordinal));
        var b = NodeImage.Parse(second.Replace("F", Family, StringComparison.Ordinal));

        NodeImage.Compare(a, b).ShouldBe(order);
        NodeImage.Compare(b, a).ShouldBe(order switch { ImageOrder.Newer => ImageOrder.Older, ImageOrder.Older => ImageOrder.Newer, _ => order });
    }

    [Fact]
    [Trait("Rule", "IM-9")]
    public void Compare_AcrossFamilies_IsNotComparable() =>
        NodeImage.Compare(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202311.07.0"), NodeImage.Parse("AKSUbuntu-2404gen2containerd-202311.07.0"))
            .ShouldBe(ImageOrder.NotComparable);

    [Fact]
    [Trait("Rule", "IM-7")]
    public void Parse_WithAPrefixOfOurOwn_TakesThatPrefixOnly()
    {
        NodeImage.Parse("ImagoDebian-12gen2-202601.02.0", "Imago").Family.ShouldBe(new ImageFamily("ImagoDebian-12gen2"));
        NodeImage.Parse("AKSUbuntu-2204gen2containerd-202311.07.0", "Imago").IsKnown.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "IM-11")]
    public void PatchedLevel_IsTheLaterOfBaseAndPatch()
    {
        NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0-2024.12.01").PatchedLevel.ShouldBe(new LocalDate(2024, 12, 1));
        NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0-2024.10.01").PatchedLevel.ShouldBe(new LocalDate(2024, 10, 27));
        NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0").PatchedLevel.ShouldBe(new LocalDate(2024, 10, 27));
    }

    private static string Iso(LocalDate date) => $"{date.Year:D4}-{date.Month:D2}-{date.Day:D2}";
}
