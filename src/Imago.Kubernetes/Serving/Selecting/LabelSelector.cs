using System.Collections.Immutable;
using Imago.Kubernetes.Serving.Answers;

namespace Imago.Kubernetes.Serving.Selecting;

/// <summary>What a label must be like.</summary>
internal enum LabelTest
{
    In,
    NotIn,
    Exists,
    Absent,
    Greater,
    Less,
}

/// <summary>One part of a selector.</summary>
internal sealed record LabelRequirement(string Key, LabelTest Test, ImmutableArray<string> Values)
{
    public bool Matches(ImmutableDictionary<string, string> labels)
    {
        var has = labels.TryGetValue(Key, out var value);
        return Test switch
        {
            LabelTest.In => has && Values.Contains(value!),
            LabelTest.NotIn => !has || !Values.Contains(value!),
            LabelTest.Exists => has,
            LabelTest.Absent => !has,
            LabelTest.Greater => has && long.TryParse(value, out var left) && left > long.Parse(Values[0]),
            LabelTest.Less => has && long.TryParse(value, out var less) && less < long.Parse(Values[0]),
            _ => throw new InvalidOperationException($"Label test {Test} is unknown."),
        };
    }
}

/// <summary>Equality based and set based label selectors: <c>a=b,c!=d,e in (f,g),h notin (i),j,!k,l&gt;1</c>.</summary>
internal sealed class LabelSelector
{
    private readonly ImmutableArray<LabelRequirement> _requirements;

    private LabelSelector(ImmutableArray<LabelRequirement> requirements) => _requirements = requirements;

    public static LabelSelector Everything { get; } = new([]);

    public bool IsEverything => _requirements.IsEmpty;

    public bool Matches(ImmutableDictionary<string, string> labels)
    {
        foreach (var requirement in _requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Reads a selector.</summary>
    /// <exception cref="RefusedException">It is no selector.</exception>
    public static LabelSelector Parse(string? text) => string.IsNullOrWhiteSpace(text) ? Everything : new LabelSelector([.. Parts(text).Select(p => Requirement(p.Trim(), text))]);

    // Commas in parentheses do not separate.
    private static IEnumerable<string> Parts(string text)
    {
        var (start, depth) = (0, 0);
        for (var i = 0; i < text.Length; i++)
        {
            depth += text[i] switch { '(' => 1, ')' => -1, _ => 0 };
            if (text[i] == ',' && depth == 0)
            {
                yield return text[start..i];
                start = i + 1;
            }
        }

        yield return text[start..];
    }

    private static LabelRequirement Requirement(string part, string all)
    {
        if (part.StartsWith('!'))
        {
            return new LabelRequirement(Key(part[1..], all), LabelTest.Absent, []);
        }

        foreach (var (sign, test) in new[] { ("!=", LabelTest.NotIn), ("==", LabelTest.In), ("=", LabelTest.In), (">", LabelTest.Greater), ("<", LabelTest.Less) })
        {
            var at = part.IndexOf(sign, StringComparison.Ordinal);
            if (at > 0)
            {
                var value = part[(at + sign.Length)..].Trim();
                if (test is LabelTest.Greater or LabelTest.Less && !long.TryParse(value, out _))
                {
                    throw Refused(all, "for 'Gt', 'Lt' operators, the value must be an integer");
                }

                return new LabelRequirement(Key(part[..at], all), test, [Value(value, all)]);
            }
        }

        var words = part.Split((char[])[' ', '('], 2, StringSplitOptions.TrimEntries);
        return words.Length == 1 ? new LabelRequirement(Key(part, all), LabelTest.Exists, []) : SetBased(part, all);
    }

    private static LabelRequirement SetBased(string part, string all)
    {
        var open = part.IndexOf('(', StringComparison.Ordinal);
        var words = (open < 0 ? part : part[..open]).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words.Length != 2 || words[1] is not ("in" or "notin"))
        {
            throw Refused(all, $"found '{words.ElementAtOrDefault(1) ?? ""}', expected: in, notin, =, ==, !=, gt, lt");
        }

        if (open < 0 || !part.EndsWith(')'))
        {
            throw Refused(all, "expected: '('");
        }

        return new LabelRequirement(
            Key(words[0], all), words[1] is "in" ? LabelTest.In : LabelTest.NotIn, [.. part[(open + 1)..^1].Split(',', StringSplitOptions.TrimEntries).Select(v => Value(v, all))]);
    }

    private static string Key(string text, string all)
    {
        var key = text.Trim();
        return key.Length > 0 && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_' or '/') ? key : throw Refused(all, $"invalid label key \"{key}\"");
    }

    private static string Value(string value, string all) =>
        value.Length <= 63 && value.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_') ? value : throw Refused(all, $"invalid label value: \"{value}\"");

    private static RefusedException Refused(string all, string problem) =>
        new(StatusDocument.BadRequest($"unable to parse requirement: {problem} (in \"{all}\")"));
}
