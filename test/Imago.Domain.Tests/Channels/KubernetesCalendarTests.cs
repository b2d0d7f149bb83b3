using Imago.Domain.Channels;
using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Channels;

public sealed class KubernetesCalendarTests
{
    private static readonly KubernetesCalendar Calendar = KubernetesCalendar.Default;
    private static readonly Instant November = Instant.FromUtc(2026, 11, 25, 12, 0);

    [Theory]
    [Trait("Rule", "CU-40")]
    [Trait("Rule", "CU-41")]
    [Trait("Rule", "CU-42")]
    [Trait("Rule", "CH-86")]
    [InlineData("1.36.0", "2026-11-25", KubernetesSupport.Supported)]
    [InlineData("1.34.0", "2026-11-30", KubernetesSupport.Supported)]
    [InlineData("1.34.0", "2026-12-01", KubernetesSupport.PlatformOnly)]
    [InlineData("1.33.0", "2026-11-30", KubernetesSupport.PlatformOnly)]
    [InlineData("1.33.0", "2026-12-01", KubernetesSupport.Unsupported)]
    [InlineData("1.32.0", "2026-03-31", KubernetesSupport.Supported)]
    [InlineData("1.32.0", "2026-11-25", KubernetesSupport.Unsupported)]
    [InlineData("1.37.0", "2026-11-25", KubernetesSupport.Supported)]
    public void SupportOf_Minor_EndsAfterItsLastDay(string version, string day, KubernetesSupport support) =>
        Calendar.SupportOf(Version(version), longTerm: false, NodaTime.Text.LocalDatePattern.Iso.Parse(day).Value.At(new LocalTime(23, 59)).InUtc().ToInstant()).ShouldBe(support);

    [Theory]
    [Trait("Rule", "CU-46")]
    [InlineData("1.33.0", 2027, 7, KubernetesSupport.Supported)]
    [InlineData("1.32.0", 2026, 12, KubernetesSupport.Supported)]
    [InlineData("1.32.0", 2027, 4, KubernetesSupport.Unsupported)]
    public void SupportOf_LongTerm_LastsAYearMore(string version, int year, int month, KubernetesSupport support) =>
        Calendar.SupportOf(Version(version), longTerm: true, Instant.FromUtc(year, month, 1, 0, 0)).ShouldBe(support);

    [Fact]
    [Trait("Rule", "CU-22")]
    public void DefaultAt_ANormalDay_IsTheNewestPatchOfTheMinorBeforeTheNewest() => Calendar.DefaultAt(November).ShouldBe(Version("1.35.6"));

    [Fact]
    public void Offered_LongAfterTheTable_IsItsNewestMinor()
    {
        var later = Instant.FromUtc(2040, 1, 1, 0, 0);

        Calendar.Offered(longTerm: false, later).Select(m => m.Minor).ShouldBe([36]);
        Calendar.DefaultAt(later).ShouldBe(Version("1.36.2"));
    }

    [Theory]
    [Trait("Rule", "CU-21")]
    [Trait("Rule", "CU-45")]
    [InlineData("1.34", "1.34.9")]
    [InlineData("1.34.3", "1.34.3")]
    [InlineData("1.36.2", "1.36.2")]
    [InlineData("1.36.3", null)]
    [InlineData("1.33", null)]
    [InlineData("2.36", null)]
    [InlineData("x", null)]
    public void Resolve_WhatIsAskedFor_IsAVersionOrARefusal(string asked, string? version)
    {
        var (resolved, refusal) = Calendar.Resolve(asked, longTerm: false, November);

        resolved?.ToString().ShouldBe(version);
        (refusal is null).ShouldBe(version is not null);
    }

    [Fact]
    [Trait("Rule", "CU-46")]
    public void Resolve_LongTerm_HasPatchesOfItsOwn() => Calendar.Resolve("1.33", longTerm: true, November).Version.ShouldBe(Version("1.33.13"));

    private static KubernetesVersion Version(string text) => KubernetesVersion.TryParse(text, out var version) ? version : throw new FormatException(text);
}
