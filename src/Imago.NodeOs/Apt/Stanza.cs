namespace Imago.NodeOs.Apt;

/// <summary>One stanza of Debian's control format: fields with values, of which some go on over several lines.</summary>
internal sealed class Stanza
{
    private readonly Dictionary<string, string> _fields = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Value of a field, lines of it separated by line ends; empty if there is none.</summary>
    public string Field(string name) => _fields.GetValueOrDefault(name, "");

    /// <summary>Reads stanzas one after the other, so that an index of fifty megabytes never lies in memory.</summary>
    /// <param name="text">The text.</param>
    /// <param name="fields">Only these fields are kept; empty: all.</param>
    public static IEnumerable<Stanza> Of(TextReader text, params IReadOnlyList<string> fields)
    {
        var stanza = new Stanza();
        string? last = null;
        while (text.ReadLine() is { } line)
        {
            if (line.Length == 0 || string.IsNullOrWhiteSpace(line))
            {
                if (stanza._fields.Count > 0)
                {
                    yield return stanza;
                }

                (stanza, last) = (new Stanza(), null);
            }
            else if (line[0] is ' ' or '\t')
            {
                if (last is not null)
                {
                    stanza._fields[last] = (stanza._fields[last] + "\n" + line.Trim()).TrimStart('\n');
                }
            }
            else if (line.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon)
            {
                last = Wanted(line.AsSpan(0, colon), fields);
                if (last is not null)
                {
                    stanza._fields[last] = line[(colon + 1)..].Trim();
                }
            }
        }

        if (stanza._fields.Count > 0)
        {
            yield return stanza;
        }
    }

    private static string? Wanted(ReadOnlySpan<char> name, IReadOnlyList<string> fields)
    {
        if (fields.Count == 0)
        {
            return name.ToString();
        }

        foreach (var field in fields)
        {
            if (name.Equals(field, StringComparison.OrdinalIgnoreCase))
            {
                return field;
            }
        }

        return null;
    }
}
