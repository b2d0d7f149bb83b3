using FsCheck;
using FsCheck.Fluent;
using Imago.Domain.Images;
using NodaTime;
using Xunit;

namespace Imago.Domain.Tests.Images;

/// <summary>The catalogue against one that looks at every release for every question.</summary>
public sealed class ReleaseCatalogModelTests
{
    private static readonly ImageFamily Family = new("AKSUbuntu-2204gen2containerd");
    private static readonly Instant Start = Instant.FromUtc(2026, 1, 1, 0, 0);
    private static readonly ReleaseRing?[] Rings = [null, .. ReleaseRings.Default.Rings];

    // Few distinct instants and versions, so that ties, respins and withdrawals at the moment of a publication are common.
    private static readonly Gen<Instant> Instants = Gen.Choose(0, 30).Select(hours => Start + Duration.FromHours(hours * 12));

    private static readonly Gen<ImageRelease> Releases =
        from day in Gen.Choose(0, 8)
        from respin in Gen.Choose(0, 2)
        from published in Instants
        from withdrawn in Gen.Frequency((3, Gen.Constant<Instant?>(null)), (2, Instants.Select(at => (Instant?)at)))
        select new ImageRelease(NodeImage.Of(Family, new ImageVersion(0, 0, new LocalDate(2026, 1, 1).PlusDays(day), respin)), published, withdrawn);

    private static readonly Gen<PatchRelease> Patches =
        from day in Gen.Choose(0, 8)
        from published in Instants
        from verdict in Gen.Elements<bool?>(true, false, null)
        from core in ArbMap.Default.GeneratorFor<bool>()
        select new PatchRelease("ubuntu2204", PatchLevel.OfDate(new LocalDate(2026, 1, 1).PlusDays(day)), published, verdict, core);

    private sealed record Question(List<ImageRelease> Images, List<PatchRelease> Patches, ReleaseRing? Ring, Instant AsOf);

    private static readonly Gen<Question> Questions =
        from images in Releases.ListOf()
        from patches in Patches.ListOf()
        from ring in Gen.Elements(Rings)
        from asOf in Instants
        select new Question([.. images.DistinctBy(r => r.Image)], [.. patches.DistinctBy(p => p.Level)], ring, asOf);

    [Fact]
    [Trait("Rule", "IM-32")]
    [Trait("Rule", "IM-37")]
    public void LatestImage_OfAnyCatalogue_IsTheNewestThatIsOpenAndNotWithdrawn() => ForAll(q =>
    {
        ImageRelease? expected = null;
        foreach (var release in q.Images)
        {
            if (IsOpen(release.PublishedAt, q) && !(release.WithdrawnAt <= q.AsOf) && (expected is null || release.Image.Version > expected.Image.Version))
            {
                expected = release;
            }
        }

        return ReleaseCatalog.Of(q.Images, q.Patches).LatestImage(Family, q.Ring, q.AsOf) == expected;
    });

    [Fact]
    public void LatestPatch_OfAnyCatalogue_IsTheHighestThatIsOpen() => ForAll(q =>
        ReleaseCatalog.Of(q.Images, q.Patches).LatestPatch("ubuntu2204", q.Ring, q.AsOf) == q.Patches.Where(p => IsOpen(p.PublishedAt, q)).MaxBy(p => p.Level));

    [Fact]
    public void Find_OfAnyCatalogue_FindsExactlyWhatIsInIt() => ForAll(q =>
    {
        var catalog = ReleaseCatalog.Of(q.Images, q.Patches);
        var absent = NodeImage.Of(Family, new ImageVersion(0, 0, new LocalDate(2026, 1, 5), 9));
        return q.Images.TrueForAll(r => catalog.Find(r.Image.WithPatch(new LocalDate(2026, 3, 1))) == r) && catalog.Find(absent) is null;
    });

    // NextChange may name an instant at which nothing changes; it must never miss one at which something does. Answers are constant between instants of the half-day grid.
    [Fact]
    public void NextChange_OfAnyCatalogue_MissesNoChangeOfTheAnswer() => ForAll(q =>
    {
        var catalog = ReleaseCatalog.Of(q.Images, q.Patches);
        var next = catalog.NextChange(Family, q.Ring, q.AsOf);
        var image = catalog.LatestImage(Family, q.Ring, q.AsOf);
        var patch = catalog.LatestPatch("ubuntu2204", q.Ring, q.AsOf);
        for (var at = q.AsOf; at < (next ?? Start + Duration.FromDays(30)); at += Duration.FromHours(12))
        {
            if (catalog.LatestImage(Family, q.Ring, at) != image || catalog.LatestPatch("ubuntu2204", q.Ring, at) != patch)
            {
                return false;
            }
        }

        return next is null || next > q.AsOf;
    });

    [Fact]
    [Trait("Rule", "CH-33")]
    public void RebootNeeded_OfAnyCatalogue_IsWhetherAnyLevelOnTheWayNeedsOne() => ForAll(q =>
    {
        var catalog = ReleaseCatalog.Of(q.Images, q.Patches);
        var node = NodeImage.Of(Family, new ImageVersion(0, 0, new LocalDate(2025, 12, 1), 0));
        foreach (var from in q.Patches)
        {
            foreach (var to in q.Patches.Where(p => p.Level > from.Level))
            {
                var expected = q.Patches.Exists(p => p.Level > from.Level && p.Level <= to.Level && (p.RebootRequired ?? p.TouchesKernelOrLibc));
                if (catalog.RebootNeeded(node, from.Level, to.Level) != expected)
                {
                    return false;
                }
            }
        }

        return true;
    });

    private static bool IsOpen(Instant published, Question q) => published + (q.Ring?.OpensAfter ?? Duration.Zero) <= q.AsOf;

    private static void ForAll(Func<Question, bool> holds) =>
        Prop.ForAll(Questions.ToArbitrary(), holds).Check(Config.QuickThrowOnFailure.WithMaxTest(1000));
}
