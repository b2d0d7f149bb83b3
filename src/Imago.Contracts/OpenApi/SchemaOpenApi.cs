using System.Text.Json.Nodes;
using Imago.Contracts.ContainerService;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;

namespace Imago.Contracts.OpenApi;

/// <summary>The schemas of an api-version in the words of OpenAPI 3, from the same description that validates requests.</summary>
public static class SchemaOpenApi
{
    private const string Pointer = "#/components/schemas/";

    /// <summary>The object <c>components.schemas</c>: the resources, everything they are made of, and the error.</summary>
    /// <param name="version">The api-version.</param>
    /// <param name="further">Schemas beside those of the resources.</param>
    public static JsonObject Components(ApiVersion version, params IEnumerable<ValueSchema.Object> further)
    {
        var components = new JsonObject();
        foreach (var resource in further.Prepend(GroupSchema.TagsObject).Prepend(MaintenanceConfigurationSchema.Resource).Prepend(AgentPoolSchema.Resource).Prepend(ManagedClusterSchema.Resource))
        {
            Add(resource, version, components);
        }

        components["ErrorResponse"] = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("error"),
            ["properties"] = new JsonObject { ["error"] = Reference("ErrorDetail") },
        };
        components["ErrorDetail"] = new JsonObject
        {
            ["type"] = "object",
            ["required"] = new JsonArray("code", "message"),
            ["properties"] = new JsonObject
            {
                ["code"] = Typed("string"),
                ["message"] = Typed("string"),
                ["target"] = Typed("string"),
                ["details"] = new JsonObject { ["type"] = "array", ["items"] = Reference("ErrorDetail") },
            },
        };
        return components;
    }

    /// <summary>A reference to one of the schemas by its name.</summary>
    public static JsonObject Reference(string name) => new() { ["$ref"] = Pointer + name };

    private static void Add(ValueSchema.Object schema, ApiVersion version, JsonObject components)
    {
        if (components.ContainsKey(schema.Name))
        {
            return;
        }

        var properties = new JsonObject();
        components[schema.Name] = new JsonObject { ["type"] = "object", ["properties"] = properties, ["additionalProperties"] = true };
        foreach (var property in schema.Properties.Where(p => p.Since.In(version)))
        {
            properties[property.Name] = Property(property, version, components);
        }
    }

    private static JsonObject Property(SchemaProperty property, ApiVersion version, JsonObject components)
    {
        var value = Value(property.Value, version, components);
        if (value.ContainsKey("$ref"))
        {
            // Beside a reference nothing else counts in OpenAPI 3.0.
            value = new JsonObject { ["allOf"] = new JsonArray(value) };
        }

        value["description"] = property.Text;
        if (property.ReadOnly)
        {
            value["readOnly"] = true;
        }

        if (property.Extension)
        {
            value["x-imago-extension"] = true;
        }

        return value;
    }

    private static JsonObject Value(ValueSchema schema, ApiVersion version, JsonObject components)
    {
        switch (schema)
        {
            case ValueSchema.Text text:
                var described = Typed("string");
                if (!text.Allowed.IsEmpty)
                {
                    described["enum"] = new JsonArray([.. text.Allowed.Select(a => JsonValue.Create(a))]);
                }

                if (text.Pattern is { } pattern)
                {
                    // JavaScript's anchors, which OpenAPI means.
                    described["pattern"] = pattern.Replace(@"\A", "^", StringComparison.Ordinal).Replace(@"\z", "$", StringComparison.Ordinal);
                }

                return described;
            case ValueSchema.Whole whole:
                var number = Typed("integer");
                number["minimum"] = whole.Least;
                number["maximum"] = whole.Most;
                return number;
            case ValueSchema.Number:
                return Typed("number");
            case ValueSchema.Flag:
                return Typed("boolean");
            case ValueSchema.Object known:
                Add(known, version, components);
                return Reference(known.Name);
            case ValueSchema.List list:
                return new JsonObject { ["type"] = "array", ["items"] = Value(list.Item, version, components) };
            case ValueSchema.Map map:
                return new JsonObject { ["type"] = "object", ["additionalProperties"] = Value(map.Value, version, components) };
            default:
                return [];
        }
    }

    private static JsonObject Typed(string type) => new() { ["type"] = type };
}
