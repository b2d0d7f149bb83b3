using Imago.Application.Catalog;
using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog;

/// <summary>The facts that the product ships.</summary>
public sealed class ShippedCatalogTests
{
    private static readonly ShippedCatalog Shipped = ShippedCatalog.Load();
    private static readonly ImageFamily Ubuntu = new("AKSUbuntu-2204gen2containerd");

    [Fact]
    public void Load_NamesSourceLicenceAndState()
    {
        Shipped.Source.ShouldBe("Azure/AgentBaker release notes and Azure/AKS image notes");
        Shipped.Licence.ShouldBe("MIT");
        Shipped.State.ShouldBe(new LocalDate(2026, 8, 20));
    }

    [Fact]
    public void Load_ReadsEveryImageAndEveryLevel()
    {
        Shipped.Releases.Families.Length.ShouldBe(72);
        Shipped.Releases.Families.Sum(f => Shipped.Releases.ImagesOf(f).Length).ShouldBe(6551);
        Shipped.Releases.Families.Sum(f => Shipped.Releases.ImagesOf(f).Count(r => r.NeverReleased)).ShouldBe(457);
        Shipped.Releases.Tracks.Select(t => (t, Shipped.Releases.PatchesOf(t).Length)).ShouldBe([("azurelinux3", 25), ("ubuntu2204", 49), ("ubuntu2404", 20)]);
    }

    [Fact]
    public void Load_EveryFamily_IsInTheTableOfFamilies() => Shipped.Releases.Families.ShouldAllBe(f => ImageFamilies.Find(f) != null);

    [Fact]
    public void Load_EveryImage_IsSpelledSoThatItReadsBackAndIsNotPublishedBeforeItsDate()
    {
        foreach (var release in Shipped.Releases.Families.SelectMany(f => Shipped.Releases.ImagesOf(f)))
        {
            NodeImage.Parse(release.Image.Text).ShouldBe(release.Image);
            release.PublishedAt.InUtc().Date.ShouldBeGreaterThanOrEqualTo(release.Image.Version.Date);
        }
    }

    // AgentBaker's notes alone have 137 build dates; 202504.27.0 is known from the AKS notes.
    [Fact]
    [Trait("Rule", "IM-31")]
    public void Ubuntu2204_Since202303_HasTheMeasuredCadence()
    {
        var dates = Shipped.Releases.ImagesOf(Ubuntu).Where(r => !r.NeverReleased && r.Image.Version.Date >= new LocalDate(2023, 3, 1)).Select(r => r.Image.Version.Date).Distinct().ToList();
        var gaps = dates.Zip(dates.Skip(1), Period.DaysBetween).Order().ToList();

        dates.Count.ShouldBe(138);
        gaps[gaps.Count / 2].ShouldBe(8);
        gaps[^1].ShouldBe(28);
    }

    [Fact]
    [Trait("Rule", "IM-31")]
    public void Patches_Since202501_HaveTheMeasuredCadence()
    {
        var dates = Shipped.Releases.Tracks.SelectMany(t => Shipped.Releases.PatchesOf(t)).Select(p => p.Level.Date).Distinct().Order().ToList();
        var gaps = dates.Zip(dates.Skip(1), Period.DaysBetween).Order().ToList();

        dates.Count.ShouldBe(51);
        gaps[gaps.Count / 2].ShouldBe(9);
        (gaps[0], gaps[^1]).ShouldBe((2, 39));
    }

    [Theory]
    [Trait("Rule", "IM-43")]
    [InlineData("AKSAzureLinux-V2gen2", "202512.06.0")]
    [InlineData("AKSFlatcar-flatcargen2", "202607.02.0")]
    public void LatestImage_OfARetiredFamily_IsFrozen(string family, string version)
    {
        var end = Instant.FromUtc(2026, 8, 20, 0, 0);

        Shipped.Releases.LatestImage(new ImageFamily(family), null, end)!.Image.Version.ToString().ShouldBe(version);
        Shipped.Releases.LatestImage(new ImageFamily(family), null, end + Duration.FromDays(365))!.Image.Version.ToString().ShouldBe(version);
        Shipped.Releases.NextChange(new ImageFamily(family), null, end).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "IM-37")]
    public void NeverReleasedImages_AreATargetAtNoInstant()
    {
        foreach (var family in Shipped.Releases.Families)
        {
            foreach (var release in Shipped.Releases.ImagesOf(family).Where(r => r.NeverReleased))
            {
                Shipped.Releases.LatestImage(family, null, release.PublishedAt)?.Image.ShouldNotBe(release.Image);
                Shipped.Releases.IsWithdrawn(release.Image, release.PublishedAt).ShouldBeTrue();
            }
        }
    }

    // Ubuntu patch 20260720: none against 20260706, one against image 202606.19.0; Azure Linux of the same date: one.
    [Fact]
    [Trait("Rule", "IM-38")]
    [Trait("Rule", "IM-39")]
    [Trait("Rule", "CH-33")]
    public void RebootNeeded_For20260720_DependsOnTheStartingPoint()
    {
        var target = Level("20260720T000000Z");
        var ubuntu = Shipped.Releases.PatchesOf("ubuntu2204").Single(p => p.Level == target);

        ubuntu.RebootRequired.ShouldBe(false);
        ubuntu.Previous.ShouldBe(Level("20260706T000000Z"));
        ubuntu.SinceImage!.Base.ToString().ShouldBe("202606.19.0");
        ubuntu.SinceImage.RebootRequired.ShouldBe(true);
        Shipped.Releases.RebootNeeded(NodeImage.Parse($"{Ubuntu}-202606.19.0"), Level("20260706T000000Z"), target).ShouldBe(false);
        Shipped.Releases.RebootNeeded(NodeImage.Parse($"{Ubuntu}-202606.19.0"), Level("20260619T000000Z"), target).ShouldBe(true);
        Shipped.Releases.RebootNeeded(NodeImage.Parse("AKSAzureLinux-V3gen2-202607.06.0"), Level("20260706T000000Z"), target).ShouldBe(true);
    }

    // NM-15: in all releases with a verdict it is whether a kernel or the C library changed.
    [Fact]
    [Trait("Rule", "CH-33")]
    public void Verdicts_WherePublished_AreWhetherKernelOrCLibraryChanged()
    {
        var stated = Shipped.Releases.Tracks.SelectMany(t => Shipped.Releases.PatchesOf(t)).Where(p => p.RebootRequired is not null).ToList();

        stated.Count.ShouldBe(92);
        stated.ShouldAllBe(p => p.RebootRequired == p.TouchesKernelOrLibc);
    }

    [Fact]
    public void WarningAt_AfterTheLastDay_SaysWhereTheDataEnds()
    {
        Shipped.WarningAt(Instant.FromUtc(2026, 8, 20, 23, 59)).ShouldBeNull();
        Shipped.WarningAt(Instant.FromUtc(2026, 11, 25, 0, 0)).ShouldBe("The catalogue ends on 2026-08-20; newer images may exist that it does not know.");
    }

    // Dates of the notes are local to their author: these were built some hours after "the day before".
    [Theory]
    [InlineData("AKSAzureLinux-V3gen2-202507.02.0", "2025-07-02T03:09:00Z")]
    [InlineData("AKSAzureLinux-OSGuardV3gen2fipsTL-202601.27.0", "2026-02-04T00:00:00Z")]
    [InlineData("AKSUbuntu-2204gen2containerd-202504.27.0", "2025-04-28T20:43:00Z")]
    [InlineData("AKSCBLMariner-V1-2021.04.12", "2021-04-12T18:44:00Z")]
    public void PublishedAt_IsTheDayOfTheNotesButNotBeforeTheBuildNorYearsLater(string image, string published) =>
        NodaTime.Text.InstantPattern.General.Format(Shipped.Releases.Find(NodeImage.Parse(image))!.PublishedAt).ShouldBe(published);

    private static PatchLevel Level(string text) => PatchLevel.TryParse(text, out var level) ? level : throw new FormatException(text);
}
