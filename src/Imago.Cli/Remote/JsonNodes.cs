using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Remote;

/// <summary>Reads answers without trusting their shape: what is missing, or of another type, is null.</summary>
internal static class JsonNodes
{
    // A name that stands twice would be found out only when it is read, by an exception of another kind.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>A document.</summary>
    /// <exception cref="JsonException">It is none.</exception>
    public static JsonNode? Parse(string text) => JsonNode.Parse(text, documentOptions: Strict);

    /// <summary>What stands at the end of a path such as <c>properties.status.code</c>.</summary>
    public static JsonNode? At(this JsonNode? node, string path)
    {
        foreach (var name in path.Split('.'))
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>A scalar as text; null for null, objects and arrays.</summary>
    public static string? Text(this JsonNode? node, string path) => node.At(path) is JsonValue value ? TextOf(value) : null;

    public static string TextOf(JsonValue value) => value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();

    public static int? Number(this JsonNode? node, string path) =>
        node.Text(path) is { } text && int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : null;

    public static bool IsTrue(this JsonNode? node, string path) => node.At(path) is JsonValue value && value.GetValueKind() == JsonValueKind.True;

    /// <summary>An instant of RFC 3339.</summary>
    public static Instant? Moment(this JsonNode? node, string path) =>
        node.Text(path) is { } text && OffsetDateTimePattern.Rfc3339.Parse(text) is { Success: true } parsed ? parsed.Value.ToInstant() : null;

    /// <summary>The objects of an array; none when there is no array.</summary>
    public static IEnumerable<JsonObject> Objects(this JsonNode? node, string path) => (node.At(path) as JsonArray)?.OfType<JsonObject>() ?? [];

    /// <summary>The scalars of an array as text.</summary>
    public static IEnumerable<string> Texts(this JsonNode? node, string path) => (node.At(path) as JsonArray)?.OfType<JsonValue>().Select(TextOf) ?? [];

    /// <summary>The object under a name; made when it is not there.</summary>
    public static JsonObject Child(this JsonObject parent, string name)
    {
        if (parent[name] is JsonObject there)
        {
            return there;
        }

        var made = new JsonObject();
        parent[name] = made;
        return made;
    }
}
