using System.Globalization;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>Reads the body of one section of the catalogue's text.</summary>
internal static class CatalogSection
{
    /// <summary>
    /// The versions of a family, oldest first: <c>VERSION MINUTES [never]</c>. MINUTES count from the version's own date to its publication; <c>never</c> marks an image
    /// that was withdrawn before its release.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is not like that.</exception>
    public static List<ImageRelease> Images(ImageFamily family, ReadOnlyMemory<char> body)
    {
        var releases = new List<ImageRelease>();
        foreach (var line in body.Span.TrimEnd('\n').EnumerateLines())
        {
            releases.Add(Image(family, line));
        }

        return releases;
    }

    /// <summary>
    /// The levels of a track, oldest first: <c>LEVEL MINUTES PREVIOUS VERDICT CONTENT [BASE VERDICT]</c>. MINUTES count from the level to its publication; PREVIOUS is the
    /// level that the verdict compares with; VERDICT is <c>reboot</c> or <c>live</c>; CONTENT is <c>core</c> if a kernel or C library is in it; BASE is the image version that
    /// the second verdict compares with. <c>-</c> stands for what is not stated.
    /// </summary>
    /// <exception cref="InvalidDataException">A line is not like that.</exception>
    public static List<PatchRelease> Patches(string track, ReadOnlyMemory<char> body)
    {
        var releases = new List<PatchRelease>();
        foreach (var line in body.Span.TrimEnd('\n').EnumerateLines())
        {
            releases.Add(Patch(track, line));
        }

        return releases;
    }

    private static ImageRelease Image(ImageFamily family, ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[4];
        var count = line.Split(fields, ' ');
        if (count is < 2 or > 3 || !ImageVersion.TryParse(line[fields[0]], out var version) || (count == 3 && !line[fields[2]].SequenceEqual("never")))
        {
            throw new InvalidDataException($"Image catalogue: '{line}' is not a version of {family}.");
        }

        var published = Instant.FromUtc(version.Date.Year, version.Date.Month, version.Date.Day, 0, 0) + Minutes(line[fields[1]]);
        return new ImageRelease(NodeImage.Of(family, version), published, count == 3 ? published : null);
    }

    private static PatchRelease Patch(string track, ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[8];
        var count = line.Split(fields, ' ');
        if (count is not (5 or 7))
        {
            throw new InvalidDataException($"Image catalogue: '{line}' is not a level of track {track}.");
        }

        var level = Level(line[fields[0]]);
        return new PatchRelease(track, level, level.Moment + Minutes(line[fields[1]]), Verdict(line[fields[3]]), line[fields[4]].SequenceEqual("core"))
        {
            Previous = line[fields[2]].SequenceEqual("-") ? null : Level(line[fields[2]]),
            SinceImage = count == 5 ? null : new BaseImageVerdict(Version(line[fields[5]]), Verdict(line[fields[6]])),
        };
    }

    private static PatchLevel Level(ReadOnlySpan<char> text) =>
        PatchLevel.TryParse(text.ToString(), out var level) ? level : throw new InvalidDataException($"Image catalogue: '{text}' is not a patch level.");

    private static ImageVersion Version(ReadOnlySpan<char> text) =>
        ImageVersion.TryParse(text, out var version) ? version : throw new InvalidDataException($"Image catalogue: '{text}' is not an image version.");

    private static bool? Verdict(ReadOnlySpan<char> text) => text switch
    {
        "reboot" => true,
        "live" => false,
        "-" => null,
        _ => throw new InvalidDataException($"Image catalogue: '{text}' is not a verdict."),
    };

    private static Duration Minutes(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            ? Duration.FromMinutes(minutes)
            : throw new InvalidDataException($"Image catalogue: '{text}' is not a number of minutes.");
}
