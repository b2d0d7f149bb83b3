using System.Collections.Immutable;
using System.Text;

namespace Imago.NodeOs.Apt;

/// <summary>
/// Suites in which there is no package at all, as <c>-updates</c> is for a while after a point release. apt then downloads no index and names none, so that only the
/// <c>Release</c> file tells an empty suite from one that could not be read.
/// </summary>
internal static class EmptyIndexes
{
    // As apt writes them in names of files; a slash becomes an underscore afterwards.
    private const string Quoted = "\\|{}[]<>\"^~_=!@#$%&*";

    /// <summary>Path without the last name, to which <c>InRelease</c> or <c>Release</c> is added, by apt's rules for names of files.</summary>
    /// <param name="lists">Folder of the indexes.</param>
    /// <param name="source">The suite.</param>
    public static string ReleaseStem(string lists, AptSource source)
    {
        var address = source.Uri[(source.Uri.IndexOf("://", StringComparison.Ordinal) is var scheme and >= 0 ? scheme + 3 : 0)..] + "/dists/" + source.Suite + "/";
        var name = string.Concat(address.Select(c => c == '/' ? "_" : Quoted.Contains(c, StringComparison.Ordinal) || c is <= ' ' or > '~' ? $"%{(int)c:x2}" : $"{c}"));
        return $"{lists.TrimEnd('/')}/{name}";
    }

    /// <summary>Whether the signed file says of every component that its index of packages has no byte.</summary>
    /// <param name="release">The <c>Release</c> file.</param>
    /// <param name="components">The components.</param>
    /// <param name="architecture">Architecture of the machine.</param>
    public static bool Says(byte[] release, ImmutableArray<string> components, string architecture)
    {
        // d41d8… 0 main/binary-amd64/Packages
        var sizes = Stanza.Of(new StringReader(Encoding.UTF8.GetString(release)), "SHA256").SelectMany(s => s.Field("SHA256").Split('\n'))
            .Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)).Where(w => w.Length == 3)
            .GroupBy(w => w[2], StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.First()[1], StringComparer.Ordinal);
        return components.Length > 0 && components.All(c => sizes.GetValueOrDefault($"{c}/binary-{architecture}/Packages") == "0");
    }
}
