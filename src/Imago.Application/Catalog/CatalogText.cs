using System.Globalization;
using Imago.Domain.Images;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.Catalog;

/// <summary>Reads the text that eng/catalog/generate.py writes.</summary>
/// <remarks>
/// <para>Four lines of header: format, <c>source</c>, <c>licence</c>, <c>state</c>. Then sections.</para>
/// <para>
/// <c>family NAME</c>, followed by its versions, oldest first: <c>VERSION MINUTES [never]</c>. MINUTES count from the version's own date to its publication;
/// <c>never</c> marks an image that was withdrawn before its release.
/// </para>
/// <para>
/// <c>track NAME</c>, followed by its levels, oldest first: <c>LEVEL MINUTES PREVIOUS VERDICT CONTENT [BASE VERDICT]</c>. MINUTES count from the level to its
/// publication; PREVIOUS is the level that the verdict compares with; VERDICT is <c>reboot</c> or <c>live</c>; CONTENT is <c>core</c> if a kernel or C library is in
/// it; BASE is the image version that the second verdict compares with. <c>-</c> stands for what is not stated.
/// </para>
/// </remarks>
internal ref struct CatalogText
{
    private const string Format = "imago-catalog 1";

    private readonly List<ImageRelease> _images = [];
    private readonly List<PatchRelease> _patches = [];
    private ReadOnlySpan<char> _rest;
    private int _line;

    private CatalogText(ReadOnlySpan<char> text) => _rest = text;

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="InvalidDataException">The text is not a catalogue; names the line.</exception>
    public static ShippedCatalog Read(ReadOnlySpan<char> text) => new CatalogText(text).Read();

    private ShippedCatalog Read()
    {
        if (!Next().SequenceEqual(Format))
        {
            throw Problem($"expected '{Format}'");
        }

        var source = Header("source ");
        var licence = Header("licence ");
        var state = LocalDatePattern.Iso.Parse(Header("state ")) is { Success: true } parsed ? parsed.Value : throw Problem("the state is not a date");
        ReadSections();

        // The state names a day whose publications are included.
        var end = state.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant() + Duration.FromDays(1);
        return new ShippedCatalog(ReleaseCatalog.Of(_images, _patches, end), source, licence, state);
    }

    private void ReadSections()
    {
        ImageFamily? family = null;
        string? track = null;
        while (!_rest.IsEmpty)
        {
            var line = Next();
            if (line.StartsWith("family "))
            {
                family = new ImageFamily(line["family ".Length..].ToString());
            }
            else if (line.StartsWith("track "))
            {
                (family, track) = (null, line["track ".Length..].ToString());
            }
            else if (family is not null)
            {
                _images.Add(Image(family, line));
            }
            else
            {
                _patches.Add(Patch(track ?? throw Problem("a line before the first section"), line));
            }
        }
    }

    private readonly ImageRelease Image(ImageFamily family, ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[4];
        var count = line.Split(fields, ' ');
        if (count is < 2 or > 3 || !ImageVersion.TryParse(line[fields[0]], out var version) || (count == 3 && !line[fields[2]].SequenceEqual("never")))
        {
            throw Problem($"'{line}' is not a version of {family}");
        }

        var published = version.Date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant() + Minutes(line[fields[1]]);
        return new ImageRelease(NodeImage.Of(family, version), published, count == 3 ? published : null);
    }

    private readonly PatchRelease Patch(string track, ReadOnlySpan<char> line)
    {
        Span<Range> fields = stackalloc Range[8];
        var count = line.Split(fields, ' ');
        if (count is not (5 or 7) || !PatchLevel.TryParse(line[fields[0]].ToString(), out var level))
        {
            throw Problem($"'{line}' is not a level of track {track}");
        }

        PatchLevel? previous = line[fields[2]].SequenceEqual("-") ? null
            : PatchLevel.TryParse(line[fields[2]].ToString(), out var stated) ? stated
            : throw Problem($"'{line[fields[2]]}' is not a patch level");
        BaseImageVerdict? since = count == 5 ? null
            : ImageVersion.TryParse(line[fields[5]], out var version) ? new BaseImageVerdict(version, Verdict(line[fields[6]]))
            : throw Problem($"'{line[fields[5]]}' is not an image version");
        return new PatchRelease(track, level, level.Moment + Minutes(line[fields[1]]), Verdict(line[fields[3]]), line[fields[4]].SequenceEqual("core"))
        {
            Previous = previous,
            SinceImage = since,
        };
    }

    private readonly bool? Verdict(ReadOnlySpan<char> text) => text switch
    {
        "reboot" => true,
        "live" => false,
        "-" => null,
        _ => throw Problem($"'{text}' is not a verdict"),
    };

    private readonly Duration Minutes(ReadOnlySpan<char> text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes) ? Duration.FromMinutes(minutes) : throw Problem($"'{text}' is not a number of minutes");

    private string Header(string name)
    {
        var line = Next();
        return line.StartsWith(name) ? line[name.Length..].ToString() : throw Problem($"expected '{name}…'");
    }

    private ReadOnlySpan<char> Next()
    {
        _line++;
        var end = _rest.IndexOf('\n');
        var line = end < 0 ? _rest : _rest[..end];
        _rest = end < 0 ? [] : _rest[(end + 1)..];
        return line;
    }

    private readonly InvalidDataException Problem(string what) => new($"Image catalogue, line {_line}: {what}.");
}
