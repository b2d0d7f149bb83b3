using System.Text.Json.Nodes;

namespace Imago.Kubernetes.Serving.Patching;

/// <summary>JSON Patch (RFC 6902).</summary>
internal static class JsonPatch
{
    // As the API: what copies itself grows without end.
    private const int MostOperations = 10_000;

    /// <summary>The document as the patch makes it.</summary>
    /// <param name="document">Changed on the way; of no use afterwards.</param>
    /// <param name="operations">The patch.</param>
    /// <exception cref="PatchException">It cannot be applied; a test fails, for one.</exception>
    public static JsonNode? Apply(JsonNode? document, JsonArray operations)
    {
        if (operations.Count > MostOperations)
        {
            throw new PatchException($"The allowed maximum operations in a JSON patch is {MostOperations}, got {operations.Count}", isFormat: true);
        }

        // A root of its own, so that the whole document can be replaced like any part of it.
        var root = new JsonObject { ["root"] = document };
        foreach (var operation in operations)
        {
            Apply(root, operation as JsonObject ?? throw new PatchException("an operation is not an object", isFormat: true));
        }

        var result = root["root"];
        root["root"] = null;
        return result;
    }

    private static void Apply(JsonObject root, JsonObject operation)
    {
        var path = Pointer(operation, "path");
        switch (Word(operation, "op"))
        {
            case "add":
                Add(root, path, Value(operation));
                break;
            case "remove":
                Remove(root, path);
                break;
            case "replace":
                Remove(root, path);
                Add(root, path, Value(operation));
                break;
            case "move":
                var from = Pointer(operation, "from");
                var moved = Find(root, from);
                Remove(root, from);
                Add(root, path, moved?.DeepClone());
                break;
            case "copy":
                Add(root, path, Find(root, Pointer(operation, "from"))?.DeepClone());
                break;
            case "test":
                if (!JsonNode.DeepEquals(Find(root, path, mayMiss: true), operation["value"]))
                {
                    throw new PatchException($"testing value {operation.Text("path")} failed");
                }

                break;
            case var other:
                throw new PatchException($"Unexpected kind: {other}");
        }
    }

    private static string Text(this JsonObject operation, string name) => (string?)operation[name] ?? "";

    private static string Word(JsonObject operation, string name) =>
        operation[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : throw new PatchException($"an operation has no '{name}'", isFormat: true);

    private static string[] Pointer(JsonObject operation, string name)
    {
        var text = Word(operation, name);
        return text.Length == 0 ? ["root"]
            : text[0] != '/' ? throw new PatchException($"'{text}' is no JSON pointer", isFormat: true)
            : ["root", .. text[1..].Split('/').Select(s => s.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];
    }

    private static JsonNode? Value(JsonObject operation) =>
        operation.TryGetPropertyValue("value", out var value) ? value?.DeepClone() : throw new PatchException("an operation has no 'value'", isFormat: true);

    private static JsonNode? Find(JsonNode root, string[] path, bool mayMiss = false)
    {
        JsonNode? at = root;
        foreach (var name in path)
        {
            switch (at)
            {
                case JsonObject fields when fields.TryGetPropertyValue(name, out var value):
                    at = value;
                    break;
                case JsonArray items when Index(items, name, 0) is { } index:
                    at = items[index];
                    break;
                default:
                    return mayMiss ? null : throw Missing(path);
            }
        }

        return at;
    }

    private static void Add(JsonNode root, string[] path, JsonNode? value)
    {
        switch (Find(root, path[..^1]))
        {
            case JsonObject fields:
                fields[path[^1]] = value;
                break;
            case JsonArray items when path[^1] == "-":
                items.Add(value);
                break;
            case JsonArray items when Index(items, path[^1], 1) is { } index:
                items.Insert(index, value);
                break;
            default:
                throw Missing(path);
        }
    }

    private static void Remove(JsonNode root, string[] path)
    {
        switch (Find(root, path[..^1]))
        {
            case JsonObject fields when fields.Remove(path[^1]):
                break;
            case JsonArray items when Index(items, path[^1], 0) is { } index:
                items.RemoveAt(index);
                break;
            default:
                throw Missing(path);
        }
    }

    private static int? Index(JsonArray items, string name, int beyond) =>
        int.TryParse(name, System.Globalization.NumberStyles.None, null, out var index) && index < items.Count + beyond ? index : null;

    private static PatchException Missing(string[] path) => new($"there is nothing at /{string.Join('/', path.AsSpan(1)!)}");
}
