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
                : string.IsNullOrEmpty(suite.Suite) ? "'suite' is missing"
                : suite.Components is not { Length: > 0 } ? "'components' is missing"
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
}
