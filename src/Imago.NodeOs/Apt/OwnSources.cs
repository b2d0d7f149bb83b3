using System.Collections.Immutable;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>One suite as the machine's own sources name it. Read only: never edited (NM-42).</summary>
/// <param name="Uri">Address, without a slash at its end.</param>
/// <param name="Suite">Suite as written there.</param>
/// <param name="Components">Components.</param>
/// <param name="SignedBy">Path of the key ring; null: not said, or the key itself stands in the file.</param>
internal sealed record OwnSource(string Uri, string Suite, ImmutableArray<string> Components, string? SignedBy);

/// <summary>Reads the machine's own sources, in both forms that apt knows.</summary>
internal static class OwnSources
{
    public static ImmutableArray<OwnSource> Of(MachineRoot root) =>
    [
        .. OneLine(root.Read("/etc/apt/sources.list") ?? ""),
        .. root.List("/etc/apt/sources.list.d").SelectMany(file => file switch
        {
            _ when file.EndsWith(".list", StringComparison.Ordinal) => OneLine(root.Read(file) ?? ""),
            _ when file.EndsWith(".sources", StringComparison.Ordinal) => Stanzas(root.Read(file) ?? ""),
            _ => [],
        }),
    ];

    /// <summary>Lines such as <c>deb [signed-by=/a/key] http://host/debian bookworm main</c>.</summary>
    public static IEnumerable<OwnSource> OneLine(string text)
    {
        foreach (var line in text.Split('\n').Select(l => l.Split('#')[0].Trim()).Where(l => l.StartsWith("deb ", StringComparison.Ordinal) || l.StartsWith("deb\t", StringComparison.Ordinal)))
        {
            var rest = line[4..].Trim();
            string? signedBy = null;
            if (rest.StartsWith('['))
            {
                var end = rest.IndexOf(']', StringComparison.Ordinal);
                if (end < 0)
                {
                    continue;
                }

                signedBy = Words(rest[1..end]).FirstOrDefault(o => o.StartsWith("signed-by=/", StringComparison.OrdinalIgnoreCase))?["signed-by=".Length..];
                rest = rest[(end + 1)..].Trim();
            }

            if (Words(rest) is [var uri, var suite, .. var components] && uri.StartsWith("http", StringComparison.Ordinal))
            {
                yield return new OwnSource(uri.TrimEnd('/'), suite, [.. components], signedBy);
            }
        }
    }

    /// <summary>Stanzas of <c>.sources</c> files.</summary>
    public static IEnumerable<OwnSource> Stanzas(string text)
    {
        foreach (var stanza in Stanza.Of(new StringReader(string.Join('\n', text.Split('\n').Where(l => !l.StartsWith('#'))))))
        {
            if (!Words(stanza.Field("Types")).Contains("deb", StringComparer.Ordinal) || string.Equals(stanza.Field("Enabled"), "no", StringComparison.OrdinalIgnoreCase))
            {
                continue;
            }

            var signedBy = stanza.Field("Signed-By") is { Length: > 0 } key && key.StartsWith('/') ? key : null;
            foreach (var uri in Words(stanza.Field("URIs")).Where(u => u.StartsWith("http", StringComparison.Ordinal)))
            {
                foreach (var suite in Words(stanza.Field("Suites")))
                {
                    yield return new OwnSource(uri.TrimEnd('/'), suite, [.. Words(stanza.Field("Components"))], signedBy);
                }
            }
        }
    }

    private static string[] Words(string text) => text.Split((char[])[' ', '\t', '\n'], StringSplitOptions.RemoveEmptyEntries);
}
