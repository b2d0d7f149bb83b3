using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>The OpenAPI file, and as much of JSON Schema as it uses. A keyword that is not known here is an error, not something to pass over.</summary>
internal sealed class OpenApiDocument
{
    private static readonly string[] Annotations = ["description", "default", "title"];

    private readonly JsonObject _root;

    private OpenApiDocument(JsonObject root) => _root = root;

    public JsonObject Root => _root;

    public static OpenApiDocument Load(string file)
    {
        var yaml = new YamlStream();
        using var reader = new StreamReader(file);
        yaml.Load(reader);
        return new OpenApiDocument((JsonObject)ToJson(yaml.Documents[0].RootNode)!);
    }

    /// <summary>Every documented call: path template, method, status.</summary>
    public IEnumerable<(string Path, string Method, string Status)> Calls() =>
        from path in _root["paths"]!.AsObject()
        from method in path.Value!.AsObject()
        where method.Key is "get" or "put"
        from status in method.Value!["responses"]!.AsObject()
        select (path.Key, method.Key, status.Key);

    /// <summary>Complaints about an answer; none: it is as documented.</summary>
    public IEnumerable<string> Check(string path, string method, int status, string? mediaType, JsonNode? body)
    {
        var responses = _root["paths"]?[path]?[method]?["responses"];
        if (Resolved(responses?[status.ToString(CultureInfo.InvariantCulture)]) is not { } response)
        {
            return [$"{method} {path} is not documented to answer {status}"];
        }

        return response["content"]?[mediaType ?? ""]?["schema"] is { } schema
            ? Complaints(schema, body, "$")
            : [$"{method} {path} {status} is not documented to answer {mediaType}"];
    }

    /// <summary>Complaints about a body by the name of a schema.</summary>
    public IEnumerable<string> Check(string schema, JsonNode? body) => Complaints(_root["components"]!["schemas"]![schema]!, body, "$");

    private JsonNode? Resolved(JsonNode? node)
    {
        while (node?["$ref"] is { } reference)
        {
            node = reference.GetValue<string>().Split('/').Skip(1).Aggregate((JsonNode?)_root, (at, part) => at?[part])
                ?? throw new InvalidOperationException($"{reference} leads nowhere.");
        }

        return node;
    }

    private IEnumerable<string> Complaints(JsonNode schema, JsonNode? value, string at)
    {
        var resolved = Resolved(schema)!.AsObject();
        foreach (var (keyword, expected) in resolved)
        {
            foreach (var complaint in Complaints(resolved, keyword, expected!, value, at))
            {
                yield return complaint;
            }
        }
    }

    private IEnumerable<string> Complaints(JsonObject schema, string keyword, JsonNode expected, JsonNode? value, string at)
    {
        switch (keyword)
        {
            case "type":
                return When(!IsA(expected.GetValue<string>(), value), $"{at} is not of type {expected}: {value?.ToJsonString() ?? "null"}");
            case "enum":
                return When(!expected.AsArray().Any(e => JsonNode.DeepEquals(e, value)), $"{at} is {value?.ToJsonString()}, not one of {expected.ToJsonString()}");
            case "const":
                return When(!JsonNode.DeepEquals(expected, value), $"{at} is {value?.ToJsonString()}, not {expected.ToJsonString()}");
            case "pattern":
                return When(value is JsonValue p && !Regex.IsMatch(p.ToString(), expected.ToString(), RegexOptions.None, TimeSpan.FromSeconds(1)), $"{at} does not match {expected}");
            case "minLength":
                return When(value is JsonValue s && s.ToString().Length < expected.GetValue<long>(), $"{at} is too short");
            case "maxLength":
                return When(value is JsonValue l && l.ToString().Length > expected.GetValue<long>(), $"{at} is too long");
            case "minimum":
                return When(value is JsonValue n && n.GetValue<long>() < expected.GetValue<long>(), $"{at} is below {expected}");
            case "maximum":
                return When(value is JsonValue m && m.GetValue<long>() > expected.GetValue<long>(), $"{at} is above {expected}");
            case "format":
                return When(expected.ToString() == "date-time" && !DateTimeOffset.TryParse(value?.ToString(), CultureInfo.InvariantCulture, out _), $"{at} is not an instant");
            case "required":
                return expected.AsArray().Where(r => value is not JsonObject o || !o.ContainsKey(r!.ToString())).Select(r => $"{at}.{r} is missing");
            case "properties":
                return value is JsonObject properties
                    ? expected.AsObject().Where(p => properties.ContainsKey(p.Key)).SelectMany(p => Complaints(p.Value!, properties[p.Key], $"{at}.{p.Key}"))
                    : [];
            case "additionalProperties":
                return value is JsonObject others ? others.SelectMany(o => Complaints(expected, o.Value, $"{at}.{o.Key}")) : [];
            case "items":
                return value is JsonArray items ? items.SelectMany((item, i) => Complaints(expected, item, $"{at}[{i}]")) : [];
            case "not":
                return When(!Complaints(expected, value, at).Any(), $"{at} is what it must not be: {expected.ToJsonString()}");
            case "if":
                var branch = Complaints(expected, value, at).Any() ? "else" : "then";
                return schema[branch] is { } consequence ? Complaints(consequence, value, at) : [];
            case "then" or "else":
                return [];
            default:
                return When(!Annotations.Contains(keyword, StringComparer.Ordinal), $"{at}: keyword {keyword} is not known to this test");
        }
    }

    private static IEnumerable<string> When(bool wrong, string complaint) => wrong ? [complaint] : [];

    private static bool IsA(string type, JsonNode? value) => type switch
    {
        "object" => value is JsonObject,
        "array" => value is JsonArray,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "integer" => value is JsonValue number && number.TryGetValue<long>(out _),
        _ => throw new InvalidOperationException($"Type {type} is not known to this test."),
    };

    private static JsonNode? ToJson(YamlNode node) => node switch
    {
        YamlMappingNode map => new JsonObject(map.Children.Select(c => KeyValuePair.Create(((YamlScalarNode)c.Key).Value!, ToJson(c.Value)))),
        YamlSequenceNode list => new JsonArray([.. list.Children.Select(ToJson)]),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: var text } when long.TryParse(text, CultureInfo.InvariantCulture, out var number) => JsonValue.Create(number),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "true" } => JsonValue.Create(true),
        YamlScalarNode { Style: ScalarStyle.Plain, Value: "false" } => JsonValue.Create(false),
        YamlScalarNode scalar => JsonValue.Create(scalar.Value),
        _ => throw new InvalidOperationException($"A {node.NodeType} has no place in JSON."),
    };
}
