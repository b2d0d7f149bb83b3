using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Domain.Images.Archives;
using NodaTime.Text;

namespace Imago.Application.NodeOs;

/// <summary>A moment of package archives as JSON: a list of suites <c>{"pocket","uri","suite","components","date","sha256"}</c>.</summary>
/// <remarks>Rules: NM-31, NM-48.</remarks>
public static class ArchiveText
{
    /// <summary>Writes it; reading it gives the same.</summary>
    public static JsonNode Write(ArchiveState archive) => JsonSerializer.SerializeToNode(ToWire(archive), NodeOsJson.Default.SuiteWireArray)!;

    /// <summary>Reads it.</summary>
    /// <param name="json">The list of suites.</param>
    /// <param name="problem">What is wrong with it, as a sentence; null: nothing.</param>
    public static ArchiveState? Read(JsonNode json, out string? problem)
    {
        try
        {
            return FromWire(json.Deserialize(NodeOsJson.Default.SuiteWireArray) ?? [], out problem);
        }
        catch (JsonException failure)
        {
            problem = $"'archive' is not a list of suites: {failure.Message}";
            return null;
        }
    }

    internal static SuiteWire[] ToWire(ArchiveState archive) => [.. archive.Suites.Select(s => new SuiteWire
    {
        Pocket = NodeOsWords.Of(s.Pocket),
        Uri = s.Uri,
        Suite = s.Suite,
        Components = [.. s.Components],
        Date = InstantPattern.General.Format(s.Date),
        Sha256 = s.Sha256.Length == 0 ? null : s.Sha256,
    })];

    internal static ArchiveState? FromWire(SuiteWire[] suites, out string? problem)
    {
        var read = new List<SuiteState>();
        foreach (var (suite, i) in suites.Select((s, i) => (s, i)))
        {
            var date = InstantPattern.General.Parse(suite.Date ?? "");
            var wrong = NodeOsWords.Pocket(suite.Pocket) is null ? $"'pocket' is '{suite.Pocket}'; allowed are {NodeOsWords.Pockets}"
                : string.IsNullOrEmpty(suite.Uri) ? "'uri' is missing"
                : !IsAddress(suite.Uri) ? $"'uri' is '{suite.Uri}'; write an address that begins with http://, https:// or file://, without blanks"
                : string.IsNullOrEmpty(suite.Suite) ? "'suite' is missing"
                : !IsWord(suite.Suite) ? $"'suite' is '{suite.Suite}'; write a codename such as bookworm-security"
                : suite.Components is not { Length: > 0 } ? "'components' is missing"
                : Array.Find(suite.Components, c => !IsWord(c)) is { } component ? $"'components' has '{component}'; write names such as main"
                : !date.Success ? $"'date' is '{suite.Date}'; write an instant such as 2026-11-20T00:00:00Z"
                : suite.Sha256 is { } hash && (hash.Length != 64 || !hash.All(char.IsAsciiHexDigitLower)) ? $"'sha256' is '{hash}'; write 64 lower-case hexadecimal digits"
                : null;
            if (wrong is not null)
            {
                problem = string.Create(CultureInfo.InvariantCulture, $"archive[{i}]: {wrong}.");
                return null;
            }

            read.Add(new SuiteState(NodeOsWords.Pocket(suite.Pocket)!.Value, suite.Uri!, suite.Suite!, [.. suite.Components!], date.Value, suite.Sha256 ?? ""));
        }

        problem = read.Count == 0 ? "'archive' names no suite." : null;
        return problem is null ? new ArchiveState([.. read.OrderBy(s => s.Pocket)]) : null;
    }

    // All of it becomes a line of a source list that a root's package manager reads: a blank would begin an option, a line end a source that nobody verifies, and other schemes
    // run programs or read what another file names.
    private static bool IsAddress(string text) => text.All(c => c is > ' ' and < '\x7f' and not ('"' or '#' or '\\'))
        && ((string[])["http://", "https://", "file://"]).Any(s => text.StartsWith(s, StringComparison.Ordinal)) && Uri.TryCreate(text, UriKind.Absolute, out _)
        && !Uri.UnescapeDataString(text).Any(c => char.IsControl(c) || char.IsWhiteSpace(c));

    private static bool IsWord(string? text) => text is { Length: > 0 } && char.IsAsciiLetterOrDigit(text[0])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '.' or '_' or '+' or '~' or '/') && !text.Contains("..", StringComparison.Ordinal);
}
