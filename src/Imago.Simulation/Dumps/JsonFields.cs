using System.Text.Json;

namespace Imago.Simulation.Dumps;

/// <summary>Reading that forgives: a field that is missing, null or of another type than expected reads as absent.</summary>
internal static class JsonFields
{
    public static JsonElement Child(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var child) && child.ValueKind != JsonValueKind.Null ? child : default;

    public static JsonElement Child(this JsonElement element, string name, string inner) => element.Child(name).Child(inner);

    public static bool Exists(this JsonElement element) => element.ValueKind != JsonValueKind.Undefined;

    public static string? AsText(this JsonElement element) => element.ValueKind == JsonValueKind.String ? element.GetString() : null;

    public static string? Text(this JsonElement element, string name) => element.Child(name).AsText();

    public static bool IsTrue(this JsonElement element, string name) => element.Child(name).ValueKind == JsonValueKind.True;

    public static int? Whole(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Number } number && number.TryGetInt32(out var value) ? value : null;

    public static IEnumerable<JsonElement> Each(this JsonElement element, string name) =>
        element.Child(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    public static IEnumerable<string> Texts(this JsonElement element, string name) =>
        element.Each(name).Select(AsText).OfType<string>();

    /// <summary>Members whose value is a string; other members are left out. A key may come twice.</summary>
    public static IEnumerable<KeyValuePair<string, string>> Pairs(this JsonElement element) =>
        element.ValueKind == JsonValueKind.Object
            ? element.EnumerateObject().Where(p => p.Value.ValueKind == JsonValueKind.String).Select(p => KeyValuePair.Create(p.Name, p.Value.GetString()!))
            : [];

    public static bool IsNonEmptyArray(this JsonElement element, string name) => element.Each(name).Any();
}
