using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class PatchLevelTests
{
    [Fact]
    [Trait("Rule", "IM-6")]
    public void Date_OfALevel_IsTheDateOfTheLabelSuffix()
    {
        PatchLevel.TryParse("20241201T000000Z", out var level).ShouldBeTrue();

        level.ShouldBe(PatchLevel.OfDate(new LocalDate(2024, 12, 1)));
        NodeImage.Parse("AKSUbuntu-2204gen2containerd-202410.27.0").WithPatch(level.Date).Text.ShouldBe("AKSUbuntu-2204gen2containerd-202410.27.0-2024.12.01");
        level.ToString().ShouldBe("20241201T000000Z");
    }

    [Theory]
    [Trait("Rule", "CH-34")]
    [InlineData("20260229T000000Z")]
    [InlineData("20261301T000000Z")]
    [InlineData("20260101T240000Z")]
    [InlineData("20260101T000000")]
    [InlineData("2026-01-01T00:00:00Z")]
    [InlineData("20260101t000000z")]
    [InlineData("20260101T000000Z\n")]
    [InlineData("")]
    [InlineData(null)]
    public void TryParse_OfAnotherForm_Refuses(string? text) => PatchLevel.TryParse(text, out _).ShouldBeFalse();

    [Fact]
    [Trait("Rule", "CH-34")]
    public void TryParse_WithATimeOfDay_KeepsItToTheSecond()
    {
        PatchLevel.TryParse("20260720T134501Z", out var level).ShouldBeTrue();

        level.Moment.ShouldBe(Instant.FromUtc(2026, 7, 20, 13, 45, 1));
        level.ToString().ShouldBe("20260720T134501Z");
    }

    [Theory]
    [Trait("Rule", "IM-38")]
    [InlineData("AKSUbuntu-2204gen2containerd", "ubuntu2204")]
    [InlineData("AKSUbuntu-2404gen2arm64containerd", "ubuntu2404")]
    [InlineData("AKSAzureLinux-V3gen2", "azurelinux3")]
    [InlineData("AKSAzureLinux-V2gen2", null)]
    [InlineData("AKSAzureLinux-OSGuardV3gen2fipsTL", null)]
    [InlineData("AKSUbuntu-2004gen2CVMcontainerd", null)]
    [InlineData("AKSWindows-2025-gen2", null)]
    public void PatchTrack_OfAFamily_IsThatOfItsOs(string family, string? track) => new ImageFamily(family).PatchTrack.ShouldBe(track);
}
