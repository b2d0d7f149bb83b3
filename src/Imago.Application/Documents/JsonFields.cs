using System.Collections.Immutable;
using System.Text.Json;
using Imago.Domain.Maintenance;

namespace Imago.Application.Documents;

/// <summary>One object of a document, read field by field: a value of the wrong type becomes a problem with its path, and counts as absent.</summary>
/// <remarks>
/// Names match whatever their case, as Azure's own services read them: "utcoffset" silently taken for nothing would move a window by hours. A name that
/// stands twice is a problem, because whoever wrote it meant both. Null is the same as absent: serializers write it for what is not set.
/// </remarks>
internal sealed class JsonFields
{
    private readonly JsonElement _object;
    private readonly ImmutableArray<Problem>.Builder _problems;

    private JsonFields(JsonElement value, string path, ImmutableArray<Problem>.Builder problems) => (_object, Path, _problems) = (value, path, problems);

    public string Path { get; }

    /// <summary>The fields of a value that should be an object; null, and a problem, if it is something else.</summary>
    public static JsonFields? Of(JsonElement value, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (value.ValueKind == JsonValueKind.Object)
        {
            var fields = new JsonFields(value, path, problems);
            fields.RefuseRepeatedNames();
            return fields;
        }

        problems.Add(new(path, $"Expected an object, found {Kind(value)}."));
        return null;
    }

    public string PathOf(string name) => Path.Length == 0 ? name : $"{Path}.{name}";

    public bool Has(string name) => Find(name) is not null;

    public JsonFields? Object(string name) => Find(name) is { } value ? Of(value, PathOf(name), _problems) : null;

    public string? Text(string name)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString();
        }

        Wrong(PathOf(name), "a string", value);
        return null;
    }

    public long? Number(string name) => Find(name) is { } value ? WholeNumber(value, PathOf(name)) : null;

    /// <summary>The elements of an array; none when it is something else, null when the field is absent.</summary>
    public ImmutableArray<T>? List<T>(string name, Func<JsonElement, string, T> read)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            Wrong(PathOf(name), "an array", value);
            return [];
        }

        return [.. value.EnumerateArray().Select((element, index) => read(element, $"{PathOf(name)}[{index}]"))];
    }

    public long? WholeNumber(JsonElement value, string path)
    {
        if (value.ValueKind != JsonValueKind.Number)
        {
            Wrong(path, "a whole number", value);
            return null;
        }

        // 4.0 and 4e0 are the number 4 as well; what does not fit is far outside any range.
        if (value.TryGetInt64(out var number) || (value.TryGetDecimal(out var exact) && decimal.Truncate(exact) == exact && TryFit(exact, out number)))
        {
            return number;
        }

        var text = value.GetRawText();
        _problems.Add(new(path, $"Expected a whole number, found {(text.Length <= 40 ? text : text[..37] + "...")}."));
        return null;
    }

    /// <summary>The fields of an element of one of this object's arrays.</summary>
    public JsonFields? Element(JsonElement element, string path) => Of(element, path, _problems);

    public static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Array => "an array",
        JsonValueKind.Object => "an object",
        JsonValueKind.String => "a string",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };

    private void RefuseRepeatedNames()
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var reported = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var property in _object.EnumerateObject())
        {
            if (!seen.Add(property.Name) && reported.Add(property.Name))
            {
                _problems.Add(new(PathOf(property.Name), "The name stands more than once in its object. Keep one."));
            }
        }
    }

    private JsonElement? Find(string name)
    {
        foreach (var property in _object.EnumerateObject())
        {
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
            {
                return property.Value.ValueKind == JsonValueKind.Null ? null : property.Value;
            }
        }

        return null;
    }

    private void Wrong(string path, string expected, JsonElement found) => _problems.Add(new(path, $"Expected {expected}, found {Kind(found)}."));

    private static bool TryFit(decimal exact, out long number)
    {
        var fits = exact is >= long.MinValue and <= long.MaxValue;
        number = fits ? (long)exact : 0;
        return fits;
    }
}
