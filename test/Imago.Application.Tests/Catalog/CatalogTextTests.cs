using Imago.Application.Catalog;
using Imago.Domain.Images;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Catalog;

public sealed class CatalogTextTests
{
    private const string Header = "imago-catalog 1\nsource s\nlicence l\nstate 2026-08-20\n";
    private static readonly ImageFamily Family = new("AKSUbuntu-2204gen2containerd");

    [Fact]
    public void Read_AFamily_CountsMinutesFromTheVersionsDate()
    {
        var catalog = CatalogText.Read(Header + $"family {Family}\n202608.06.0 1441\n202608.06.1 0 never\n");

        var releases = catalog.Releases.ImagesOf(Family);
        releases[0].PublishedAt.ShouldBe(Instant.FromUtc(2026, 8, 7, 0, 1));
        releases[0].WithdrawnAt.ShouldBeNull();
        releases[1].NeverReleased.ShouldBeTrue();
        catalog.Releases.DataEnd.ShouldBe(Instant.FromUtc(2026, 8, 21, 0, 0));
    }

    [Fact]
    public void Read_ATrack_KeepsBothVerdicts()
    {
        var catalog = CatalogText.Read(Header + "track ubuntu2204\n20260720T000000Z 4320 20260706T000000Z live - 202606.19.0 reboot\n20260814T000000Z 0 - - core\n");

        var levels = catalog.Releases.PatchesOf("ubuntu2204");
        levels[0].PublishedAt.ShouldBe(Instant.FromUtc(2026, 7, 23, 0, 0));
        (levels[0].RebootRequired, levels[0].SinceImage!.RebootRequired, levels[0].TouchesKernelOrLibc).ShouldBe((false, true, false));
        (levels[1].RebootRequired, levels[1].Previous, levels[1].SinceImage, levels[1].TouchesKernelOrLibc).ShouldBe((null, null, null, true));
    }

    [Theory]
    [InlineData("", "line 1: expected 'imago-catalog 1'")]
    [InlineData("imago-catalog 1\nlicence l\n", "line 2: expected 'source …'")]
    [InlineData("imago-catalog 1\nsource s\nlicence l\nstate soon\n", "line 4: 'soon' is not a date")]
    [InlineData(Header + "202608.06.0 1441\n", "line 5: expected 'family …' or 'track …'")]
    public void Read_SomethingElse_NamesTheLine(string text, string problem) =>
        Should.Throw<InvalidDataException>(() => CatalogText.Read(text)).Message.ShouldContain(problem);

    [Theory]
    [InlineData("202608.36.0 0")]
    [InlineData("202608.06.0")]
    [InlineData("202608.06.0 -5")]
    [InlineData("202608.06.0 0 sometimes")]
    public void Read_ALineThatIsNoVersion_IsFoundWhenTheFamilyIsAskedFor(string line)
    {
        var catalog = CatalogText.Read(Header + $"family {Family}\n{line}\n");

        Should.Throw<InvalidDataException>(() => catalog.Releases.ImagesOf(Family));
    }
}
