using Imago.Domain.Images;
using NodaTime;
using NodaTime.Text;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Images;

public sealed class RetirementTests
{
    [Theory]
    [Trait("Rule", "IM-42")]
    [InlineData(OsSku.Ubuntu1804, "2025-06-17", null)]
    [InlineData(OsSku.AzureLinux2, "2025-11-30", "2026-03-31")]
    [InlineData(OsSku.Windows2019, "2026-03-01", "2027-04-01")]
    [InlineData(OsSku.WindowsAnnual, "2026-05-15", "2027-05-15")]
    [InlineData(OsSku.Flatcar, "2026-06-08", "2026-09-08")]
    [InlineData(OsSku.Ubuntu2004, "2027-03-17", "2027-03-17")]
    [InlineData(OsSku.Ubuntu2204, "2027-06-30", "2028-04-30")]
    [InlineData(OsSku.Windows2022, "2028-06-30", "2029-06-30")]
    public void Of_ARetiringSystem_HasItsTwoDates(OsSku sku, string endOfSupport, string? removed)
    {
        var retirement = Retirement.Of(sku)!;

        retirement.EndOfSupport.ShouldBe(Day(endOfSupport));
        retirement.ImagesRemoved.ShouldBe(removed is null ? null : Day(removed));
    }

    [Fact]
    [Trait("Rule", "IM-42")]
    public void Of_AFamily_IsThatOfItsSystem()
    {
        Retirement.Of(new ImageFamily("AKSFlatcar-flatcargen2arm64")).ShouldBe(Retirement.Of(OsSku.Flatcar));
        Retirement.Of(new ImageFamily("AKSUbuntu-2404gen2containerd")).ShouldBeNull();
        Retirement.Of(new ImageFamily("Foreign-thing")).ShouldBeNull();
    }

    [Theory]
    [Trait("Rule", "IM-42")]
    [Trait("Rule", "IM-44")]
    [InlineData("2026-03-09", RetirementState.Supported)]
    [InlineData("2026-03-10", RetirementState.EndsSoon)]
    [InlineData("2026-06-07", RetirementState.EndsSoon)]
    [InlineData("2026-06-08", RetirementState.EndOfSupport)]
    [InlineData("2026-09-07", RetirementState.EndOfSupport)]
    [InlineData("2026-09-08", RetirementState.Removed)]
    public void StateOn_OfFlatcar_ChangesOnTheDates(string day, RetirementState state) => Retirement.Of(OsSku.Flatcar)!.StateOn(Day(day)).ShouldBe(state);

    [Fact]
    [Trait("Rule", "IM-44")]
    public void RefusalOfNewPool_FromTheEndOfSupportOn_NamesSkuAndDate()
    {
        Retirement.RefusalOfNewPool(OsSku.Flatcar, Day("2026-06-07")).ShouldBeNull();
        Retirement.RefusalOfNewPool(OsSku.Flatcar, Day("2026-06-08"))!.ShouldContain("Flatcar has been out of support since 2026-06-08");
        Retirement.RefusalOfNewPool(OsSku.Flatcar, Day("2027-01-01")).ShouldNotBeNull();
        Retirement.RefusalOfNewPool(OsSku.Ubuntu2404, Day("2027-01-01")).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "IM-44")]
    public void WarningOn_ExistingPools_StartsNinetyDaysBefore()
    {
        var retirement = Retirement.Of(OsSku.Flatcar)!;

        retirement.WarningOn("edge", Day("2026-03-09")).ShouldBeNull();
        retirement.WarningOn("edge", Day("2026-03-10"))!.ShouldStartWith("Node pool 'edge': support of Flatcar ends on 2026-06-08");
        retirement.WarningOn("edge", Day("2026-07-01"))!.ShouldContain("from 2026-09-08 on it cannot scale out or be reimaged");
        retirement.WarningOn("edge", Day("2026-10-01"))!.ShouldContain("scale-out, reimage and redeploy fail, running nodes go on");
    }

    private static LocalDate Day(string text) => LocalDatePattern.Iso.Parse(text).Value;
}
