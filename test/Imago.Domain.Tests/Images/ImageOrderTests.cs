using FsCheck;
using FsCheck.Fluent;
using Imago.Domain.Images;
using NodaTime;
using Xunit;

namespace Imago.Domain.Tests.Images;

/// <summary>The order of images is a total order inside a family, whatever the numbers.</summary>
public sealed class ImageOrderTests
{
    private static readonly Gen<LocalDate> Dates = Gen.Choose(0, 40).Select(days => new LocalDate(2026, 2, 20).PlusDays(days));

    private static readonly Gen<ImageVersion> Versions = Gen.OneOf(
        from date in Dates from respin in Gen.Choose(0, 12) select new ImageVersion(0, 0, date, respin),
        from build in Gen.Elements(17763, 20348, 26100) from revision in Gen.Choose(1, 2000) from date in Dates select new ImageVersion(build, revision, date, 0));

    private static readonly Gen<NodeImage> Images =
        from version in Versions
        from patched in ArbMap.Default.GeneratorFor<bool>()
        from patch in Dates
        select NodeImage.Of(new ImageFamily("AKSUbuntu-2204gen2containerd"), version, patched && !version.IsWindows ? patch : null);

    [Fact]
    [Trait("Rule", "IM-9")]
    public void Compare_OfAnyTwo_IsAntisymmetricAndEqualOnlyWhenEqual() =>
        Prop.ForAll(Images.ToArbitrary(), Images.ToArbitrary(), (a, b) =>
        {
            var forth = NodeImage.Compare(a, b);
            var back = NodeImage.Compare(b, a);
            return forth != ImageOrder.NotComparable
                && (forth == ImageOrder.Newer) == (back == ImageOrder.Older)
                && (forth == ImageOrder.Equal) == a.Equals(b);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    [Trait("Rule", "IM-9")]
    public void Compare_OfAnyThree_IsTransitive() =>
        Prop.ForAll(Images.Three().ToArbitrary(), three =>
        {
            var (a, b, c) = three;
            return NodeImage.Compare(a, b) is not (ImageOrder.Older or ImageOrder.Equal)
                || NodeImage.Compare(b, c) is not (ImageOrder.Older or ImageOrder.Equal)
                || NodeImage.Compare(a, c) is ImageOrder.Older or ImageOrder.Equal;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));

    [Fact]
    [Trait("Rule", "IM-1")]
    [Trait("Rule", "IM-5")]
    public void Parse_OfItsOwnText_GivesTheImageBack() =>
        Prop.ForAll(Images.ToArbitrary(), image => NodeImage.Parse(image.Text).Equals(image)).Check(Config.QuickThrowOnFailure.WithMaxTest(500));
}
