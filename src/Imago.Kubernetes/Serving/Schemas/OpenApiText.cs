using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Kinds;

namespace Imago.Kubernetes.Serving.Schemas;

/// <summary>OpenAPI v3 of one group and version, as far as clients use it: which fields there are, how lists are merged, which parameters a write takes.</summary>
internal sealed class OpenApiText(ServedKinds kinds)
{
    private readonly ConcurrentDictionary<(string Group, string Version), (byte[] Text, string Hash)> _texts = new();

    /// <summary>The text and what it is known by; null: there is no such group.</summary>
    public (byte[] Text, string Hash)? Of(string group, string version)
    {
        var served = kinds.Of(group, version);
        return served.IsEmpty
            ? null
            : _texts.GetOrAdd((group, version), _ =>
            {
                var bytes = JsonForm.Bytes(Document(served));
                return (bytes, Convert.ToHexString(SHA512.HashData(bytes)));
            });
    }

    private static JsonObject Document(IReadOnlyCollection<ServedKind> served)
    {
        var schemas = new JsonObject();
        var paths = new JsonObject();
        foreach (var kind in served)
        {
            Add(schemas, kind.Name);
            AddPaths(paths, kind);
        }

        return new JsonObject
        {
            ["openapi"] = "3.0.0",
            ["info"] = new JsonObject { ["title"] = "Kubernetes", ["version"] = "v1" },
            ["paths"] = paths,
            ["components"] = new JsonObject { ["schemas"] = schemas },
        };
    }

    private static void AddPaths(JsonObject paths, ServedKind kind)
    {
        var root = kind.Kind.Group.Length == 0 ? $"/api/{kind.Kind.Version}" : $"/apis/{kind.Kind.Group}/{kind.Kind.Version}";
        var all = kind.Namespaced ? $"{root}/namespaces/{{namespace}}/{kind.Kind.Plural}" : $"{root}/{kind.Kind.Plural}";
        paths[all] = new JsonObject { ["get"] = Operation(kind, "list"), ["post"] = Operation(kind, "post", "application/json", "application/yaml") };
        paths[all + "/{name}"] = new JsonObject
        {
            ["get"] = Operation(kind, "get"),
            ["put"] = Operation(kind, "put", "application/json", "application/yaml"),
            ["patch"] = Operation(kind, "patch", "application/apply-patch+yaml", "application/json-patch+json", "application/merge-patch+json", "application/strategic-merge-patch+json"),
            ["delete"] = Operation(kind, "delete"),
        };
    }

    // Clients look here for what a write may be told, and in which form a patch may come.
    private static JsonObject Operation(ServedKind kind, string action, params string[] bodies)
    {
        var operation = new JsonObject();
        if (bodies.Length > 0)
        {
            operation["parameters"] = new JsonArray([.. new[] { "dryRun", "fieldManager", "fieldValidation" }.Select(Parameter)]);
            var content = new JsonObject();
            foreach (var body in bodies)
            {
                content[body] = new JsonObject { ["schema"] = new JsonObject { ["type"] = "object" } };
            }

            operation["requestBody"] = new JsonObject { ["content"] = content };
        }

        operation["responses"] = new JsonObject { ["200"] = new JsonObject { ["description"] = "OK" } };
        operation["x-kubernetes-action"] = action;
        operation["x-kubernetes-group-version-kind"] = Gvk(kind.Kind.Group, kind.Kind.Version, kind.Name);
        return operation;
    }

    private static JsonNode Parameter(string name) => new JsonObject
    {
        ["name"] = name, ["in"] = "query", ["schema"] = new JsonObject { ["type"] = "string", ["uniqueItems"] = true },
    };

    private static JsonObject Gvk(string group, string version, string kind) => new() { ["group"] = group, ["kind"] = kind, ["version"] = version };

    private static void Add(JsonObject schemas, string name)
    {
        if (SchemaBook.Shipped.Find(name) is not { } type || schemas.ContainsKey(type.FullName))
        {
            return;
        }

        var properties = new JsonObject();
        var schema = new JsonObject { ["description"] = type.Text, ["type"] = "object", ["properties"] = properties };
        schemas[type.FullName] = schema;
        if (type.ApiVersion is { } version)
        {
            properties["apiVersion"] = Typed("string", "APIVersion defines the versioned schema of this representation of an object.");
            properties["kind"] = Typed("string", "Kind is a string value representing the REST resource this object represents.");
            var slash = version.IndexOf('/', StringComparison.Ordinal);
            schema["x-kubernetes-group-version-kind"] = new JsonArray(Gvk(slash < 0 ? "" : version[..slash], version[(slash + 1)..], type.Name));
        }

        foreach (var field in type.Ordered)
        {
            properties[field.Name] = Property(field);
            Add(schemas, field.Type);
        }
    }

    private static JsonObject Property(FieldSchema field)
    {
        var value = ValueOf(field.Type);
        if (field.IsList)
        {
            value = new JsonObject { ["type"] = "array", ["items"] = value };
        }

        value["description"] = field.Text;
        if (field.MergeKey is { } key)
        {
            value["x-kubernetes-patch-merge-key"] = key;
        }

        if (StrategyText(field.Strategy) is { } strategy)
        {
            value["x-kubernetes-patch-strategy"] = strategy;
        }

        return value;
    }

    private static string? StrategyText(PatchStrategy strategy) => strategy switch
    {
        PatchStrategy.Merge => "merge",
        PatchStrategy.MergeRetainingKeys => "merge,retainKeys",
        PatchStrategy.RetainKeys => "retainKeys",
        PatchStrategy.Replace => "replace",
        _ => null,
    };

    private static JsonObject ValueOf(string type) => type switch
    {
        "string" => new JsonObject { ["type"] = "string" },
        "time" => new JsonObject { ["type"] = "string", ["format"] = "date-time" },
        "int" => new JsonObject { ["type"] = "integer", ["format"] = "int64" },
        "bool" => new JsonObject { ["type"] = "boolean" },
        "quantity" => new JsonObject { ["oneOf"] = new JsonArray(new JsonObject { ["type"] = "integer" }, new JsonObject { ["type"] = "string" }), ["format"] = "int-or-string" },
        "map" => new JsonObject { ["type"] = "object", ["additionalProperties"] = new JsonObject { ["type"] = "string" } },
        "object" => new JsonObject { ["type"] = "object", ["x-kubernetes-preserve-unknown-fields"] = true },
        _ => new JsonObject { ["allOf"] = new JsonArray(new JsonObject { ["$ref"] = $"#/components/schemas/{SchemaBook.Shipped.Find(type)!.FullName}" }) },
    };

    private static JsonObject Typed(string type, string text) => new() { ["type"] = type, ["description"] = text };
}
