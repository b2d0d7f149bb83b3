using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;

namespace Imago.Contracts.Schemas;

/// <summary>
/// Reads what a client wrote: names and enumerated values become canonical, what only the server writes is left out, what is absent in other words (null, an
/// empty text) is absent, unknown properties stay as they are. All problems are found at once; a value with a problem counts as absent.
/// </summary>
/// <remarks>Rules: EV-86, AZ-31, AZ-52, AZ-53, CH-4.</remarks>
public sealed class SchemaReader
{
    private readonly ApiVersion _version;
    private readonly ImmutableArray<SchemaProblem>.Builder _problems = ImmutableArray.CreateBuilder<SchemaProblem>();

    private SchemaReader(ApiVersion version) => _version = version;

    /// <summary>The document, and what is wrong with it.</summary>
    /// <param name="schema">What it should be.</param>
    /// <param name="body">What the client wrote; not changed.</param>
    /// <param name="version">The api-version of the request.</param>
    public static (JsonObject Document, ImmutableArray<SchemaProblem> Problems) Read(ValueSchema.Object schema, JsonNode? body, ApiVersion version)
    {
        var reader = new SchemaReader(version);
        var document = reader.Object(schema, body, "") as JsonObject ?? [];
        return (document, reader._problems.ToImmutable());
    }

    private JsonNode? Value(ValueSchema schema, JsonNode value, string path) => schema switch
    {
        ValueSchema.Text text => Text(text, value, path),
        ValueSchema.Whole whole => Whole(whole, value, path),
        ValueSchema.Number => value.GetValueKind() == JsonValueKind.Number ? value.DeepClone() : Wrong(path, "a number", value),
        ValueSchema.Flag => value.GetValueKind() is JsonValueKind.True or JsonValueKind.False ? value.DeepClone() : Wrong(path, "true or false", value),
        ValueSchema.Object known => Object(known, value, path),
        ValueSchema.List list => List(list, value, path),
        ValueSchema.Map map => Map(map, value, path),
        _ => value.DeepClone(),
    };

    private JsonObject? Object(ValueSchema.Object schema, JsonNode? value, string path)
    {
        if (value is not JsonObject given)
        {
            Wrong(path, "an object", value);
            return null;
        }

        var read = new JsonObject();
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (name, inner) in given)
        {
            var property = schema.Find(name);
            var at = Paths.Join(path, property?.Name ?? name);
            if (property is null)
            {
                // Null in an unknown property asks to remove it; whoever merges the document decides (SchemaMerge).
                read[name] = inner?.DeepClone();
            }
            else if (!seen.Add(property.Name))
            {
                // Whoever wrote both "location" and "Location" meant both; neither is right by chance.
                _problems.Add(new(at, ErrorCodes.InvalidParameter, $"'{property.Name}' stands more than once in its object. Keep one."));
            }
            else if (inner is not null && !property.ReadOnly)
            {
                // AZ-53: what is read-only comes back from GET and is ignored. Null is never sent by az and means absent.
                if (Known(property, inner, at) is { } kept)
                {
                    read[property.Name] = kept;
                }
            }
        }

        return read;
    }

    private JsonNode? Known(SchemaProperty property, JsonNode value, string path)
    {
        if (property.Since == Availability.Never)
        {
            return null;
        }

        if (!property.Since.In(_version))
        {
            // EV-86: what the request's api-version does not know is refused, not ignored: its writer would believe it to be in force.
            _problems.Add(new(path, ErrorCodes.PropertyNeedsNewerApiVersion, property.Since.Stable is null
                ? $"'{property.Name}' exists in previews only, from api-version {property.Since} on; the request's is {_version}. Use one of them, or leave it out."
                : $"'{property.Name}' exists from api-version {property.Since} on; the request's is {_version}. Use a newer one, or leave it out."));
            return null;
        }

        return Value(property.Value, value, path);
    }

    private JsonValue? Text(ValueSchema.Text schema, JsonNode value, string path)
    {
        var text = value.GetValueKind() switch
        {
            JsonValueKind.String => value.GetValue<string>(),
            JsonValueKind.Number when schema.TakesNumbers => value.ToJsonString(),
            _ => null,
        };
        if (text is null)
        {
            Wrong(path, "a text", value);
            return null;
        }

        if (text.Length == 0)
        {
            // AZ-31: empty means "server default".
            return null;
        }

        if (text.Length > schema.Longest)
        {
            return Refuse(path, $"The text has {text.Length} characters; at most {schema.Longest} are allowed.");
        }

        if (!schema.Allowed.IsEmpty)
        {
            // CH-4, AZ-51: az sends on update whatever was typed, in whatever case.
            foreach (var allowed in schema.Allowed)
            {
                if (string.Equals(allowed, text, StringComparison.OrdinalIgnoreCase))
                {
                    return JsonValue.Create(allowed);
                }
            }

            return Refuse(path, $"'{Shown(text)}' is not known. Use one of {string.Join(", ", schema.Allowed)}.");
        }

        return schema.Pattern is { } pattern && !Regex.IsMatch(text, pattern, RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1))
            ? Refuse(path, $"'{Shown(text)}' is not {schema.Meaning}.")
            : JsonValue.Create(text);
    }

    private JsonValue? Whole(ValueSchema.Whole schema, JsonNode value, string path)
    {
        // AZ-52: one client writes some numbers as text.
        var text = value.GetValueKind() switch
        {
            JsonValueKind.Number => value.ToJsonString(),
            JsonValueKind.String when schema.TakesText => value.GetValue<string>(),
            _ => null,
        };

        // 4.0 and 4e0 are the number 4 as well; what does not fit a decimal is far outside any range.
        if (text is null || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var exact) || decimal.Truncate(exact) != exact)
        {
            Wrong(path, "a whole number", value);
            return null;
        }

        return exact < schema.Least || exact > schema.Most
            ? Refuse(path, $"{Shown(text)} is out of range: {(schema.Most == long.MaxValue ? $"{schema.Least} or more" : $"{schema.Least} to {schema.Most}")} is allowed.")
            : JsonValue.Create((long)exact);
    }

    private JsonArray? List(ValueSchema.List schema, JsonNode value, string path)
    {
        if (value is not JsonArray given)
        {
            Wrong(path, "an array", value);
            return null;
        }

        var read = new JsonArray();
        var keys = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        for (var i = 0; i < given.Count; i++)
        {
            var at = $"{path}[{i}]";
            var item = given[i] is { } element ? Value(schema.Item, element, at) : Wrong(at, "a value", null);
            if (schema.ItemKey is { } key && item is JsonObject named)
            {
                if (named[key]?.GetValue<string>() is not { } name)
                {
                    Refuse(Paths.Join(at, key), $"'{key}' is required.");
                }
                else if (!keys.Add(name))
                {
                    Refuse(Paths.Join(at, key), $"'{Shown(name)}' stands more than once in the list. Keep one.");
                }
            }

            // An empty text in a list is a value like any other.
            read.Add(item ?? (given[i]?.GetValueKind() == JsonValueKind.String ? "" : null));
        }

        return read;
    }

    private JsonObject? Map(ValueSchema.Map schema, JsonNode value, string path)
    {
        if (value is not JsonObject given)
        {
            Wrong(path, "an object", value);
            return null;
        }

        var read = new JsonObject();
        foreach (var (name, inner) in given)
        {
            if (inner is null)
            {
                continue;
            }

            // An empty label or tag is a value like any other.
            var isEmpty = inner.GetValueKind() == JsonValueKind.String && inner.GetValue<string>().Length == 0;
            if ((isEmpty ? inner.DeepClone() : Value(schema.Value, inner, Paths.Join(path, name))) is { } kept)
            {
                read[name] = kept;
            }
        }

        return read;
    }

    private JsonValue? Refuse(string path, string message)
    {
        _problems.Add(new(path, ErrorCodes.InvalidParameter, message));
        return null;
    }

    private JsonNode? Wrong(string path, string expected, JsonNode? found) => Refuse(path, $"Expected {expected}, found {Kind(found)}.");

    private static string Kind(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => $"the text '{Shown(value.GetValue<string>())}'",
        JsonValueKind.Number => $"the number {Shown(value.ToJsonString())}",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "nothing",
    };

    // What people mistype is short; what is hostile is not echoed whole.
    private static string Shown(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
