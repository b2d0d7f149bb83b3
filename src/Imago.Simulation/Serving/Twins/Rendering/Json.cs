using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>Parts of documents.</summary>
internal static class Json
{
    /// <summary>An instant as the API writes it: RFC 3339 in UTC, to the second.</summary>
    public static string Time(Instant instant) => InstantPattern.General.Format(instant);

    /// <summary>An instant to the microsecond, as leases write it.</summary>
    public static string MicroTime(Instant instant) => InstantPattern.CreateWithInvariantCulture("uuuu'-'MM'-'dd'T'HH':'mm':'ss'.'ffffff'Z'").Format(instant);

    /// <summary>Labels, annotations and other maps of texts.</summary>
    public static JsonObject Map(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var map = new JsonObject();
        foreach (var (key, value) in pairs)
        {
            map[key] = value;
        }

        return map;
    }

    public static JsonArray Texts(IEnumerable<string> texts) => new([.. texts.Select(t => (JsonNode?)t)]);

    public static JsonArray List<T>(IEnumerable<T> items, Func<T, JsonNode?> render) => new([.. items.Select(render)]);

    /// <summary>A member's object, or null.</summary>
    public static JsonObject? Child(this JsonObject? of, string name) => of?[name] as JsonObject;

    /// <summary>A member's text, or null.</summary>
    public static string? Text(this JsonObject? of, string name) => of?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    /// <summary>A member's whole number, or null.</summary>
    public static long? Whole(this JsonObject? of, string name) => of?[name] is JsonValue value && value.GetValueKind() == System.Text.Json.JsonValueKind.Number && long.TryParse(value.ToJsonString(), out var number) ? number : null;

    /// <summary>The texts of a map; members of other types are left out.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Texts(this JsonObject? of, string name) =>
        of.Child(name)?.Where(p => p.Value is JsonValue v && v.TryGetValue<string>(out _)).Select(p => KeyValuePair.Create(p.Key, p.Value!.GetValue<string>())) ?? [];

    /// <summary>Adds a member unless it is null.</summary>
    public static JsonObject With(this JsonObject to, string name, JsonNode? value)
    {
        if (value is not null)
        {
            to[name] = value;
        }

        return to;
    }

    /// <summary>A copy, to be put elsewhere.</summary>
    public static JsonNode? Copy(this JsonObject? of, string name) => of?[name]?.DeepClone();
}
