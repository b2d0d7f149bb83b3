using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Tables;

/// <summary>Reads documents whose fields may be missing.</summary>
internal static class Reading
{
    public const string None = "<none>";

    public static JsonNode? At(this JsonNode? node, params ReadOnlySpan<string> path)
    {
        foreach (var name in path)
        {
            node = (node as JsonObject)?[name];
        }

        return node;
    }

    /// <summary>The text, or a number's or boolean's; empty if it is not there.</summary>
    public static string Text(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path) switch
    {
        null => "",
        JsonValue value when value.TryGetValue<string>(out var text) => text,
        var other => other.ToJsonString(),
    };

    /// <summary>The whole number; 0 if it is not there. A document that was made and not read holds numbers of several types.</summary>
    public static long Number(this JsonNode? node, params ReadOnlySpan<string> path) => node.At(path).Whole() ?? 0;

    /// <summary>The whole number; null: it is none.</summary>
    public static long? Whole(this JsonNode? node) => node switch
    {
        JsonValue value when value.TryGetValue<long>(out var number) => number,
        JsonValue value when value.TryGetValue<int>(out var number) => number,
        _ => null,
    };

    public static bool Is(this JsonNode? node, params ReadOnlySpan<string> path) =>
        node.At(path) is JsonValue value && value.TryGetValue<bool>(out var flag) && flag;

    public static IEnumerable<JsonNode> Items(this JsonNode? node, params ReadOnlySpan<string> path) => (node.At(path) as JsonArray)?.OfType<JsonNode>() ?? [];

    public static string Name(this JsonObject document) => document.Text("metadata", "name");

    public static string Age(this JsonObject document, DateTimeOffset now) => Ages.Since(document.At("metadata", "creationTimestamp"), now);

    /// <summary>The text, or <c>&lt;none&gt;</c>.</summary>
    public static string OrNone(this string text) => text.Length == 0 ? None : text;

    /// <summary>A label selector as people write it.</summary>
    public static string Selector(JsonNode? selector)
    {
        var parts = new List<string>();
        foreach (var (key, value) in (selector.At("matchLabels") as JsonObject)?.OrderBy(p => p.Key, StringComparer.Ordinal) ?? Enumerable.Empty<KeyValuePair<string, JsonNode?>>())
        {
            parts.Add($"{key}={value.Text()}");
        }

        foreach (var expression in selector.Items("matchExpressions"))
        {
            var (key, values) = (expression.Text("key"), string.Join(',', expression.Items("values").Select(v => v.Text())));
            parts.Add(expression.Text("operator") switch
            {
                "In" => $"{key} in ({values})",
                "NotIn" => $"{key} notin ({values})",
                "Exists" => key,
                _ => $"!{key}",
            });
        }

        return string.Join(',', parts).OrNone();
    }

    /// <summary>Names and images of the containers of a template.</summary>
    public static (string Names, string Images) Containers(JsonNode? template)
    {
        var containers = template.Items("spec", "containers").ToList();
        return (string.Join(',', containers.Select(c => c.Text("name"))), string.Join(',', containers.Select(c => c.Text("image"))));
    }
}
