using System.Text.Json.Nodes;
using Imago.Contracts.Versions;

namespace Imago.Contracts.Schemas;

/// <summary>A document as an api-version sees it.</summary>
/// <remarks>Rules: EV-86.</remarks>
public static class SchemaView
{
    /// <summary>A copy without the properties that the version does not know. Unknown properties belong to every version.</summary>
    public static JsonObject At(ValueSchema.Object schema, JsonObject document, ApiVersion version)
    {
        var seen = new JsonObject();
        foreach (var (name, value) in document)
        {
            var property = schema.Find(name);
            if (property is null || property.Since.In(version))
            {
                seen[name] = property is null || value is null ? value?.DeepClone() : Value(property.Value, value, version);
            }
        }

        return seen;
    }

    private static JsonNode Value(ValueSchema schema, JsonNode value, ApiVersion version) => (schema, value) switch
    {
        (ValueSchema.Object known, JsonObject inner) => At(known, inner, version),
        (ValueSchema.List { Item: ValueSchema.Object item }, JsonArray list) =>
            new JsonArray([.. list.Select(e => e is JsonObject inner ? At(item, inner, version) : e?.DeepClone())]),
        _ => value.DeepClone(),
    };
}
