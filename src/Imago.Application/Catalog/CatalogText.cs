using System.Globalization;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>Reads the text that eng/catalog/generate.py writes.</summary>
/// <remarks>
/// <para>Four lines of header: format, <c>source</c>, <c>licence</c>, <c>state</c>. Then sections, each headed <c>family NAME</c> or <c>track NAME</c>. They are only
/// found here, and read when the catalogue is first asked about them: a command needs a few families of some seventy.</para>
/// </remarks>
internal static class CatalogText
{
    private const string Format = "imago-catalog 1";
    private const string Family = "family ";
    private const string Track = "track ";

    /// <summary>Reads the header and finds the sections.</summary>
    /// <exception cref="InvalidDataException">The text is not a catalogue; names the line.</exception>
    public static ShippedCatalog Read(string text)
    {
        var lines = new LineReader(text);
        if (!lines.Next().Span.SequenceEqual(Format))
        {
            throw lines.Problem($"expected '{Format}'");
        }

        var source = Header(ref lines, "source ");
        var licence = Header(ref lines, "licence ");
        var day = Header(ref lines, "state ");
        if (!DateOnly.TryParseExact(day, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var state))
        {
            throw lines.Problem($"'{day}' is not a date");
        }

        // The state names a day whose publications are included.
        var last = new LocalDate(state.Year, state.Month, state.Day);
        var end = Instant.FromUtc(last.Year, last.Month, last.Day, 0, 0) + Duration.FromDays(1);
        var (images, patches) = Sections(ref lines);
        return new ShippedCatalog(ReleaseCatalog.OfSections(images, patches, end), source, licence, last);
    }

    private static (Dictionary<ImageFamily, Func<IEnumerable<ImageRelease>>> Images, Dictionary<string, Func<IEnumerable<PatchRelease>>> Patches) Sections(ref LineReader lines)
    {
        var images = new Dictionary<ImageFamily, Func<IEnumerable<ImageRelease>>>();
        var patches = new Dictionary<string, Func<IEnumerable<PatchRelease>>>(StringComparer.Ordinal);
        while (!lines.AtEnd)
        {
            var head = lines.Next().Span;
            if (head.StartsWith(Family))
            {
                var family = new ImageFamily(head[Family.Length..].ToString());
                var body = lines.UntilNext(Family, Track);
                images.Add(family, () => CatalogSection.Images(family, body));
            }
            else if (head.StartsWith(Track))
            {
                var track = head[Track.Length..].ToString();
                var body = lines.UntilNext(Family, Track);
                patches.Add(track, () => CatalogSection.Patches(track, body));
            }
            else
            {
                throw lines.Problem($"expected '{Family}…' or '{Track}…'");
            }
        }

        return (images, patches);
    }

    private static string Header(ref LineReader lines, string name)
    {
        var line = lines.Next().Span;
        return line.StartsWith(name) ? line[name.Length..].ToString() : throw lines.Problem($"expected '{name}…'");
    }
}
