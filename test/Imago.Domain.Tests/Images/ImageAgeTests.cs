using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class ImageAgeTests
{
    [Theory]
    [Trait("Rule", "IM-40")]
    [InlineData("2026-06-01", 0, AgeVerdict.Current)]
    [InlineData("2026-07-30", 59, AgeVerdict.Current)]
    [InlineData("2026-07-31", 60, AgeVerdict.Ageing)]
    [InlineData("2026-08-30", 90, AgeVerdict.Ageing)]
    [InlineData("2026-08-31", 91, AgeVerdict.OutOfSupport)]
    public void Of_AnImage_WarnsFromSixtyDaysAndEndsAfterNinety(string today, int days, AgeVerdict verdict) =>
        ImageAge.Of(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202606.01.3"), Day(today)).ShouldBe(new ImageAge(verdict, days));

    [Fact]
    [Trait("Rule", "IM-40")]
    public void Of_APatchedImage_CountsFromTheBaseDate() =>
        ImageAge.Of(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202606.01.0-2026.08.30"), Day("2026-08-31")).Verdict.ShouldBe(AgeVerdict.OutOfSupport);

    [Fact]
    [Trait("Rule", "IM-8")]
    public void Of_AnUnknownImage_IsUnknownAndNotYoung() =>
        ImageAge.Of(NodeImage.Parse("AKSWindows-23H2-gen2"), Day("2026-08-31")).ShouldBe(new ImageAge(AgeVerdict.Unknown, null));

    private static LocalDate Day(string text) => NodaTime.Text.LocalDatePattern.Iso.Parse(text).Value;
}
