using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using NodaTime;
using NodaTime.Text;

namespace Imago.Application.Catalog.Archives;

/// <summary>What is remembered of an archive, as it is stored.</summary>
public static class ArchiveMemoryText
{
    /// <summary>Writes it; reading it gives the same.</summary>
    public static string Write(ArchiveMemory memory) => new JsonObject
    {
        ["level"] = memory.Level?.ToString(),
        ["trainSince"] = Text(memory.TrainSince),
        ["securityIndex"] = memory.SecurityIndex,
        ["securityDate"] = Text(memory.SecurityDate),
        ["pendingSince"] = Text(memory.PendingSince),
        ["image"] = memory.Image?.ToString(),
        ["imageIndex"] = memory.ImageIndex,
        ["sources"] = Text(memory.Versions.Sources),
        ["core"] = Text(memory.Versions.Core),
    }.ToJsonString();

    /// <summary>Reads it. What cannot be read counts as not remembered.</summary>
    public static ArchiveMemory Read(string? text)
    {
        try
        {
            return text is not null && JsonNode.Parse(text) is JsonObject json
                ? new ArchiveMemory
                {
                    Level = PatchLevel.TryParse(Text(json, "level"), out var level) ? level : null,
                    TrainSince = Moment(json, "trainSince"),
                    SecurityIndex = Text(json, "securityIndex") ?? "",
                    SecurityDate = Moment(json, "securityDate"),
                    PendingSince = Moment(json, "pendingSince"),
                    Image = ImageVersion.TryParse(Text(json, "image") ?? "", out var image) ? image : null,
                    ImageIndex = Text(json, "imageIndex") ?? "",
                    Versions = new SuiteVersions(Versions(json, "sources"), Versions(json, "core")),
                }
                : ArchiveMemory.None;
        }
        catch (JsonException)
        {
            return ArchiveMemory.None;
        }
    }

    private static string? Text(Instant? at) => at is { } moment ? InstantPattern.ExtendedIso.Format(moment) : null;

    private static JsonObject Text(ImmutableSortedDictionary<string, string> versions) => new(versions.Select(v => KeyValuePair.Create(v.Key, (JsonNode?)v.Value)));

    private static string? Text(JsonObject json, string name) => json[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private static Instant? Moment(JsonObject json, string name) => InstantPattern.ExtendedIso.Parse(Text(json, name) ?? "") is { Success: true } parsed ? parsed.Value : null;

    private static ImmutableSortedDictionary<string, string> Versions(JsonObject json, string name) =>
        (json[name] as JsonObject ?? []).ToImmutableSortedDictionary(v => v.Key, v => v.Value?.GetValueKind() == JsonValueKind.String ? v.Value.GetValue<string>() : "", StringComparer.Ordinal);
}
