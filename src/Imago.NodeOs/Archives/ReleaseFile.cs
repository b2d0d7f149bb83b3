using System.Globalization;
using Imago.Application.Catalog.Archives;
using NodaTime;

namespace Imago.NodeOs.Archives;

/// <summary>One file that a <c>Release</c> file lists.</summary>
internal sealed record ListedFile(string Sha256, long Size, string Path);

/// <summary>The fields of a <c>Release</c> file that are used here.</summary>
internal sealed record ReleaseFile(string Label, string Suite, string Codename, Instant Date, Instant? ValidUntil)
{
    public required IReadOnlyList<string> Components { get; init; }

    public required IReadOnlyList<string> Architectures { get; init; }

    /// <summary>Whether files can be fetched by their hash, which does not go wrong while the archive is being changed.</summary>
    public bool ByHash { get; init; }

    /// <summary>The files of its SHA-256 table, by path.</summary>
    public required IReadOnlyDictionary<string, ListedFile> Files { get; init; }

    /// <summary>Reads the text.</summary>
    /// <exception cref="ArchiveException">A field that is needed is missing or cannot be understood.</exception>
    public static ReleaseFile Parse(string text, string what)
    {
        var fields = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        var files = new Dictionary<string, ListedFile>(StringComparer.Ordinal);
        var field = "";
        foreach (var line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line[0] == ' ')
            {
                // Other tables (MD5Sum, SHA1) are too weak to be looked at.
                if (string.Equals(field, "SHA256", StringComparison.OrdinalIgnoreCase))
                {
                    var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                    if (parts.Length != 3 || parts[0].Length != 64 || !parts[0].All(char.IsAsciiHexDigit) || !long.TryParse(parts[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size))
                    {
                        throw new ArchiveException(ArchiveProblem.Malformed, $"{what}: '{line.Trim()}' is no line of a table of SHA-256 hashes.");
                    }

                    files[parts[2]] = new ListedFile(parts[0].ToLowerInvariant(), size, parts[2]);
                }
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                field = line[..colon];
                if (!fields.TryAdd(field, line[(colon + 1)..].Trim()))
                {
                    throw new ArchiveException(ArchiveProblem.Malformed, $"{what}: field '{field}' is there twice.");
                }
            }
            else
            {
                throw new ArchiveException(ArchiveProblem.Malformed, $"{what}: '{line}' is no field.");
            }
        }

        return new ReleaseFile(
            fields.GetValueOrDefault("Label", ""),
            fields.GetValueOrDefault("Suite", ""),
            fields.GetValueOrDefault("Codename", ""),
            Moment(fields, "Date", what) ?? throw new ArchiveException(ArchiveProblem.Malformed, $"{what}: field 'Date' is missing."),
            Moment(fields, "Valid-Until", what))
        {
            Components = Words(fields, "Components"),
            Architectures = Words(fields, "Architectures"),
            ByHash = string.Equals(fields.GetValueOrDefault("Acquire-By-Hash"), "yes", StringComparison.OrdinalIgnoreCase),
            Files = files,
        };
    }

    private static string[] Words(Dictionary<string, string> fields, string name) => fields.GetValueOrDefault(name, "").Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static Instant? Moment(Dictionary<string, string> fields, string name, string what)
    {
        if (!fields.TryGetValue(name, out var text))
        {
            return null;
        }

        return ReleaseDate.Read(text) ?? throw new ArchiveException(ArchiveProblem.Malformed, $"{what}: '{name}' is '{text}', which is no date in UTC.");
    }
}
