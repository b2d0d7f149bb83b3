using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Imago.Api.Documents;

/// <summary>Single values of a stored document. What is absent or of another kind is null: documents were validated when they were written.</summary>
internal static class JsonReading
{
    public static JsonObject Parse(string json) => JsonNode.Parse(json) as JsonObject ?? [];

    public static JsonObject? Object(this JsonObject from, string name) => from[name] as JsonObject;

    public static string? Text(this JsonObject from, string name) => from[name] is { } value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;

    public static bool? Flag(this JsonObject from, string name) => from[name]?.GetValueKind() switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    public static long? Whole(this JsonObject from, string name) => from[name]?.AsWhole();

    public static long? AsWhole(this JsonNode value) =>
        value.GetValueKind() == JsonValueKind.Number && JsonElement.Parse(value.ToJsonString()).TryGetInt64(out var number) ? number : null;

    public static ImmutableArray<string> Texts(this JsonObject from, string name) =>
        from[name] is JsonArray list ? [.. list.Where(e => e?.GetValueKind() == JsonValueKind.String).Select(e => e!.GetValue<string>())] : [];

    public static ImmutableSortedDictionary<string, string> TextMap(this JsonObject from, string name) =>
        from.Object(name)?.Where(p => p.Value?.GetValueKind() == JsonValueKind.String).ToImmutableSortedDictionary(p => p.Key, p => p.Value!.GetValue<string>(), StringComparer.Ordinal)
        ?? ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>The object of that name, made if it is not there.</summary>
    public static JsonObject Inner(this JsonObject from, string name)
    {
        if (from[name] is not JsonObject inner)
        {
            from[name] = inner = [];
        }

        return inner;
    }

    /// <summary>Sets a value unless there is one.</summary>
    public static void Default(this JsonObject to, string name, JsonNode? value)
    {
        if (to[name] is null)
        {
            to[name] = value;
        }
    }
}
