using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Generating;

/// <summary>What is released before and during a run, which of it is withdrawn, and which of it is bad.</summary>
internal static class ReleaseGenerator
{
    public static readonly LocalDate OldDate = new(2026, 6, 19);

    /// <summary>Base images that nodes of a pool may have at the beginning: most have the first.</summary>
    public static readonly ImmutableArray<LocalDate> BaseDates = [OldDate, OldDate.PlusDays(400), OldDate.PlusDays(-20)];

    public static string ImageOf(string family, LocalDate date, int respin = 0) => NodeImage.Of(new ImageFamily(family), new ImageVersion(0, 0, date, respin)).Text;

    /// <summary>The catalogue, and the texts of bad images.</summary>
    public static (ReleaseCatalog Catalog, ImmutableHashSet<string> Bad) Of(Dice dice, ClusterSpec spec, Instant heal)
    {
        var images = new List<ImageRelease>();
        var patches = new List<PatchRelease>();
        var bad = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        var badOnes = dice.Chance(0.3);
        var withdrawals = dice.Chance(0.25);
        foreach (var family in spec.Pools.Select(p => p.Family!.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            images.Add(new ImageRelease(NodeImage.Parse(ImageOf(family, OldDate)), Scenario.Start - Duration.FromDays(45)));
            var date = OldDate;
            for (var left = dice.Between(1, 4); left > 0; left--)
            {
                date = date.PlusDays(dice.Between(3, 12));
                var at = dice.Chance(0.4) ? Scenario.Start - Duration.FromHours(dice.Between(1, 200)) : Moment(dice, spec, heal);
                var image = NodeImage.Parse(ImageOf(family, date, dice.Below(2)));
                Instant? withdrawn = withdrawals && dice.Chance(0.4) ? Instant.Max(at + Duration.FromMinutes(1), Moment(dice, spec, heal)) : null;
                images.Add(new ImageRelease(image, at, withdrawn));
                if (badOnes && dice.Chance(0.4))
                {
                    bad.Add(image.Text);
                }
            }
        }

        foreach (var track in spec.Pools.Select(p => p.Family!.PatchTrack!).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))
        {
            var date = OldDate.PlusDays(10);
            for (var left = dice.Between(1, 4); left > 0; left--)
            {
                date = date.PlusDays(dice.Between(1, 6));
                var level = new PatchLevel(date.At(new LocalTime(dice.Below(24), 0)).InUtc().ToInstant());
                var at = dice.Chance(0.3) ? Scenario.Start - Duration.FromHours(dice.Between(1, 200)) : Moment(dice, spec, heal);
                patches.Add(new PatchRelease(track, level, at, dice.Pick<bool?>(true, false, null), dice.Chance(0.5)));
                if (badOnes && dice.Chance(0.3))
                {
                    // What a level breaks it breaks on every base image.
                    bad.UnionWith(SpecGenerator.Families.SelectMany(f => BaseDates.Select(b => NodeImage.Parse(ImageOf(f, b)).WithPatch(date).Text)));
                }
            }
        }

        return (ReleaseCatalog.Of(images, patches), bad.ToImmutable());
    }

    /// <summary>A moment of the run; often one at which a window opens or closes, because that is where mistakes are.</summary>
    public static Instant Moment(Dice dice, ClusterSpec spec, Instant heal)
    {
        var anywhere = Scenario.Start + ((heal - Scenario.Start) * dice.Fraction());
        if (spec.Window is not { } window || !dice.Chance(0.4))
        {
            return anywhere;
        }

        var edges = window.Times.EndingAfter(Scenario.Start).Take(3).SelectMany(w => new[] { w.End, w.End, w.Start }).Where(e => e > Scenario.Start && e < heal).ToList();
        return edges.Count == 0 ? anywhere : dice.PickFrom(edges);
    }
}
