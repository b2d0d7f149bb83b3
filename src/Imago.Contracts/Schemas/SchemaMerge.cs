using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;

namespace Imago.Contracts.Schemas;

/// <summary>Puts what a client wrote in the place of what is stored, without losing what its api-version cannot see.</summary>
/// <remarks>
/// Rules: EV-85, EV-86, CH-63. A PUT replaces in full, except: properties newer than the request keep their value; so do those that the schema says so of, Imago's
/// own, and unknown ones, because a typed client drops what it does not know between GET and PUT. An unknown property goes when the request sets it to null.
/// </remarks>
public sealed class SchemaMerge
{
    private readonly ApiVersion _version;
    private readonly ImmutableArray<SchemaProblem>.Builder _problems = ImmutableArray.CreateBuilder<SchemaProblem>();

    private SchemaMerge(ApiVersion version) => _version = version;

    /// <summary>The document after the write, and the fixed properties that it tried to change.</summary>
    /// <param name="schema">The schema of both.</param>
    /// <param name="requested">The request, as <see cref="SchemaReader"/> gives it.</param>
    /// <param name="stored">What is stored; null for a new resource.</param>
    /// <param name="version">The api-version of the request.</param>
    public static (JsonObject Document, ImmutableArray<SchemaProblem> Problems) Replace(
        ValueSchema.Object schema, JsonObject requested, JsonObject? stored, ApiVersion version)
    {
        var merge = new SchemaMerge(version);
        return (merge.Object(schema, requested, stored ?? [], ""), merge._problems.ToImmutable());
    }

    private JsonObject Object(ValueSchema.Object schema, JsonObject requested, JsonObject stored, string path)
    {
        var merged = new JsonObject();
        foreach (var property in schema.Properties)
        {
            var value = Property(property, requested[property.Name], stored[property.Name], Paths.Join(path, property.Name));
            if (value is not null)
            {
                merged[property.Name] = value;
            }
        }

        foreach (var (name, value) in stored)
        {
            if (schema.Find(name) is null && !requested.ContainsKey(name))
            {
                merged[name] = value?.DeepClone();
            }
        }

        foreach (var (name, value) in requested)
        {
            if (schema.Find(name) is null && value is not null)
            {
                merged[name] = value.DeepClone();
            }
        }

        return merged;
    }

    private JsonNode? Property(SchemaProperty property, JsonNode? requested, JsonNode? stored, string path)
    {
        if (requested is null)
        {
            return stored is null ? null
                : property.KeptWhenAbsent || property.Fixed || IsUnseen(property) ? stored.DeepClone()
                : Unseen(property.Value, stored);
        }

        if (property.Fixed && stored is not null && !JsonNode.DeepEquals(requested, stored))
        {
            _problems.Add(new(path, ErrorCodes.PropertyChangeNotAllowed,
                $"Changing '{property.Name}' from {Shown(stored)} to {Shown(requested)} is not allowed. Leave it out or as it is, or make a new resource."));
        }

        return Value(property.Value, requested, stored, path);
    }

    private JsonNode Value(ValueSchema schema, JsonNode requested, JsonNode? stored, string path) => (schema, requested) switch
    {
        (ValueSchema.Object known, JsonObject given) => Object(known, given, stored as JsonObject ?? [], path),
        (ValueSchema.List { ItemKey: { } key, Item: ValueSchema.Object item }, JsonArray given) => List(item, key, given, stored as JsonArray ?? [], path),
        _ => requested.DeepClone(),
    };

    private JsonArray List(ValueSchema.Object item, string key, JsonArray requested, JsonArray stored, string path)
    {
        var merged = new JsonArray();
        for (var i = 0; i < requested.Count; i++)
        {
            var given = requested[i] as JsonObject ?? [];
            var before = stored.OfType<JsonObject>().FirstOrDefault(s => JsonNode.DeepEquals(s[key], given[key]));
            merged.Add(Object(item, given, before ?? [], $"{path}[{i}]"));
        }

        return merged;
    }

    // What is left of an object that a PUT leaves out: the parts of it that its writer could not have known.
    private JsonObject? Unseen(ValueSchema schema, JsonNode stored)
    {
        if (schema is not ValueSchema.Object known || stored is not JsonObject value)
        {
            return null;
        }

        var left = new JsonObject();
        foreach (var (name, inner) in value)
        {
            var property = known.Find(name);
            var kept = property is null || IsUnseen(property) ? inner?.DeepClone() : inner is null ? null : Unseen(property.Value, inner);
            if (kept is not null)
            {
                left[name] = kept;
            }
        }

        return left.Count == 0 ? null : left;
    }

    private bool IsUnseen(SchemaProperty property) => property.Extension || !property.Since.In(_version);

    private static string Shown(JsonNode value)
    {
        var text = value.ToJsonString();
        return text.Length <= 60 ? text : text[..57] + "...";
    }
}
