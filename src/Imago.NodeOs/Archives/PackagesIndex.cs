using System.Collections.Immutable;
using System.IO.Compression;
using System.Text;
using Imago.Application.Catalog.Archives;
using Imago.Domain.Images.Archives;
using SharpCompress.Compressors.Xz;

namespace Imago.NodeOs.Archives;

/// <summary>Reads <c>Packages</c> indexes, line by line: of each package only its name, source and version are kept.</summary>
internal sealed class PackagesIndex
{
    // Ubuntu's largest index unpacks to some 100 MB; what unpacks to much more than that was made to fill memory.
    private const long MostUnpackedBytes = 512L << 20;
    private const int LongestLine = 1 << 20;

    private readonly SortedDictionary<string, SortedSet<string>> _sources = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, SortedSet<string>> _core = new(StringComparer.Ordinal);

    /// <summary>What was read so far.</summary>
    public SuiteVersions Versions => new(Joined(_sources), Joined(_core));

    /// <summary>Adds an index.</summary>
    /// <param name="content">The file.</param>
    /// <param name="path">Its path, whose ending says how it is packed.</param>
    /// <param name="what">What it is called in messages.</param>
    /// <exception cref="ArchiveException">It cannot be unpacked.</exception>
    public void Add(byte[] content, string path, string what)
    {
        try
        {
            using var packed = new MemoryStream(content);
            using Stream stream = Path.GetExtension(path) switch
            {
                ".xz" => new XZStream(packed),
                ".gz" => new GZipStream(packed, CompressionMode.Decompress),
                _ => packed,
            };
            using var limited = new LimitedStream(stream, MostUnpackedBytes, what);
            using var reader = new StreamReader(limited, Encoding.UTF8);
            Add(reader, what);
        }
        catch (Exception failure) when (failure is InvalidDataException or IOException or SharpCompress.Common.SharpCompressException)
        {
            throw new ArchiveException(ArchiveProblem.Malformed, $"{what} cannot be unpacked: {failure.Message}");
        }
    }

    private void Add(StreamReader reader, string what)
    {
        string? name = null, source = null, version = null;
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > LongestLine)
            {
                throw new ArchiveException(ArchiveProblem.Malformed, $"{what} has a line of {line.Length} characters.");
            }

            if (line.Length == 0)
            {
                Keep();
                (name, source, version) = (null, null, null);
            }
            else if (Field(line, "Package:") is { } package)
            {
                name = package;
            }
            else if (Field(line, "Source:") is { } from)
            {
                source = from;
            }
            else
            {
                version = Field(line, "Version:") ?? version;
            }
        }

        Keep();

        void Keep()
        {
            if (name is null || version is null)
            {
                return;
            }

            // `Source: linux-signed-amd64 (6.1.158+1)` where the versions differ.
            var words = (source ?? name).Split([' ', '(', ')'], StringSplitOptions.RemoveEmptyEntries);
            Note(_sources, words.Length > 0 ? words[0] : name, words.Length > 1 ? words[1] : version);
            if (CorePackages.Holds(name))
            {
                Note(_core, name, version);
            }
        }
    }

    private static string? Field(string line, string name) => line.StartsWith(name, StringComparison.Ordinal) ? line[name.Length..].Trim() : null;

    private static void Note(SortedDictionary<string, SortedSet<string>> into, string name, string version)
    {
        if (!into.TryGetValue(name, out var versions))
        {
            into[name] = versions = new SortedSet<string>(StringComparer.Ordinal);
        }

        versions.Add(version);
    }

    private static ImmutableSortedDictionary<string, string> Joined(SortedDictionary<string, SortedSet<string>> found) =>
        found.ToImmutableSortedDictionary(p => p.Key, p => string.Join(' ', p.Value), StringComparer.Ordinal);
}
