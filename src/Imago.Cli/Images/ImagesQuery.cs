using Imago.Application.Catalog;
using Imago.Domain.Images;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Images;

/// <summary>Asks the catalogue as of one instant. What was published later is not there yet.</summary>
internal sealed class ImagesQuery(ShippedCatalog catalog, Instant asOf)
{
    private readonly LocalDate _today = asOf.InUtc().Date;

    public CatalogueReport Overview() => new(
        Info(),
        [.. catalog.Releases.Families.Select(Family).Where(f => f.Versions > 0)],
        [.. catalog.Releases.Tracks.Select(Track)]);

    public FamilyDetailReport Detail(ImageFamily family)
    {
        var spelling = FamilySpellings.Of(family);
        return new FamilyDetailReport(
            Info(),
            Family(family),
            new SpellingReport(family.Name, spelling.CveIndex, spelling.CveReport, spelling.NotesFolder, spelling.Definition),
            [.. Published(family).Reverse().Select(r => Version(family, r))],
            family.PatchTrack is { } track ? [.. Published(track).Reverse().Select(Level)] : []);
    }

    private CatalogueInfo Info() =>
        new(Text(asOf), LocalDatePattern.Iso.Format(catalog.State), catalog.Releases.LiesAfterData(asOf), catalog.Source, catalog.Licence);

    private FamilyReport Family(ImageFamily family)
    {
        var facts = ImageFamilies.Find(family);
        var latest = catalog.Releases.LatestImage(family, null, asOf);
        var published = Published(family).ToList();
        return new FamilyReport(
            family.Name,
            facts?.Sku.ToString(),
            facts is null ? null : facts.Generation == VmGenerations.Gen1 ? 1 : 2,
            facts is null ? [] : [.. Enum.GetValues<ImageVariants>().Where(v => v != ImageVariants.None && facts.Variants.HasFlag(v)).Select(v => v.ToString())],
            latest is null ? null : Version(family, latest),
            published.Count,
            published.Count(r => r.WithdrawnAt <= asOf),
            catalog.Releases.SilenceOf(family, asOf) is { } silence ? (int)silence.TotalDays : null,
            family.PatchTrack,
            family.PatchTrack is { } track ? catalog.Releases.LatestPatch(track, null, asOf)?.Level.ToString() : null,
            Retirement.Of(family) is { } retirement
                ? new RetirementReport(LocalDatePattern.Iso.Format(retirement.EndOfSupport), retirement.ImagesRemoved is { } gone ? LocalDatePattern.Iso.Format(gone) : null, retirement.StateOn(_today).ToString())
                : null);
    }

    private IEnumerable<ImageRelease> Published(ImageFamily family) => catalog.Releases.ImagesOf(family).Where(r => r.PublishedAt <= asOf);

    private IEnumerable<PatchRelease> Published(string track) => catalog.Releases.PatchesOf(track).Where(r => r.PublishedAt <= asOf);

    private VersionReport Version(ImageFamily family, ImageRelease release)
    {
        var age = ImageAge.Of(release.Image, _today);
        return new VersionReport(
            release.Image.Version.ToString(),
            Text(release.PublishedAt),
            release.WithdrawnAt is { } at && at <= asOf ? Text(at) : null,
            release.WithdrawnAt <= asOf ? "withdrawn" : release == catalog.Releases.LatestImage(family, null, asOf) ? "latest" : "available",
            age.Days!.Value,
            age.Verdict.ToString());
    }

    private TrackReport Track(string track) => new(
        track, Published(track).Count(), catalog.Releases.LatestPatch(track, null, asOf) is { } latest ? Level(latest) : null);

    private static LevelReport Level(PatchRelease release) => new(
        release.Level.ToString(),
        Text(release.PublishedAt),
        release.Previous?.ToString(),
        release.RebootRequired,
        release.TouchesKernelOrLibc,
        release.SinceImage is { } since ? new BaseVerdictReport(since.Base.ToString(), since.RebootRequired) : null);

    private static string Text(Instant instant) => InstantPattern.General.Format(instant);
}
