using System.Text.Json.Nodes;

namespace Imago.Cli.Remote;

/// <summary>Tags for people.</summary>
internal static class TagText
{
    public static string Of(JsonNode resource) =>
        resource["tags"] is JsonObject tags ? string.Join(", ", tags.Select(t => $"{t.Key}={(t.Value is JsonValue value ? JsonNodes.TextOf(value) : "")}")) : "";
}
