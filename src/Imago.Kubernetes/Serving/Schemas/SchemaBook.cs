using System.Collections.Frozen;

namespace Imago.Kubernetes.Serving.Schemas;

/// <summary>What is known about the kinds of the API, read from one text: field validation, strategic merges and OpenAPI all follow from it.</summary>
internal sealed class SchemaBook
{
    private readonly FrozenDictionary<string, TypeSchema> _types;

    private SchemaBook(IEnumerable<TypeSchema> types) => _types = types.ToFrozenDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The book that comes with the product.</summary>
    public static SchemaBook Shipped { get; } = Load();

    public IEnumerable<TypeSchema> Types => _types.Values.OrderBy(t => t.FullName, StringComparer.Ordinal);

    /// <summary>A type by its short name; null: nothing is known about it, and everything may be in it.</summary>
    public TypeSchema? Find(string name) => _types.GetValueOrDefault(name);

    private static SchemaBook Load()
    {
        using var stream = typeof(SchemaBook).Assembly.GetManifestResourceStream("Imago.Kubernetes.Serving.Schemas.schemas.txt")
            ?? throw new InvalidOperationException("The schemas are not in the assembly.");
        using var reader = new StreamReader(stream);
        return new SchemaBook(Read(reader.ReadToEnd().Split('\n')).ToList());
    }

    private static IEnumerable<TypeSchema> Read(IEnumerable<string> lines)
    {
        var package = "";
        (string Name, string? ApiVersion, string Text)? head = null;
        var fields = new List<FieldSchema>();
        foreach (var line in lines.Where(l => l.Length > 0 && l[0] != '#').Append("= "))
        {
            if (line[0] == ' ')
            {
                fields.Add(Field(line));
                continue;
            }

            if (head is { } type)
            {
                yield return new TypeSchema(package, type.Name, type.ApiVersion, type.Text, fields.ToFrozenDictionary(f => f.Name, StringComparer.Ordinal));
                fields = [];
                head = null;
            }

            if (line[0] == '=')
            {
                package = line[2..];
            }
            else
            {
                var (words, text) = Parts(line);
                head = (words[0], words.ElementAtOrDefault(1), text);
            }
        }
    }

    private static FieldSchema Field(string line)
    {
        var (words, text) = Parts(line);
        var isList = words[1].StartsWith("[]", StringComparison.Ordinal);
        var (strategy, key) = words.ElementAtOrDefault(2)?.Split('=') switch
        {
            null => (PatchStrategy.Usual, null),
            ["merge", "+"] => (PatchStrategy.Merge, null),
            ["merge", "replace"] => (PatchStrategy.Replace, null),
            ["merge", "retainKeys"] => (PatchStrategy.RetainKeys, null),
            ["merge", var name] => (PatchStrategy.Merge, name),
            ["retain", var name] => (PatchStrategy.MergeRetainingKeys, name),
            _ => throw new InvalidOperationException($"A schema's line cannot be read: '{line}'."),
        };
        return new FieldSchema(words[0], isList ? words[1][2..] : words[1], isList, strategy, key, text);
    }

    private static (string[] Words, string Text) Parts(string line)
    {
        var colon = line.IndexOf(": ", StringComparison.Ordinal);
        return (line[..colon].Split(' ', StringSplitOptions.RemoveEmptyEntries), line[(colon + 2)..]);
    }
}
