using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Imago.Domain.Clusters.Pools;

/// <summary>
/// Reads label selectors as <c>kubectl -l</c> takes them: requirements separated by commas, each one of <c>key=value</c>, <c>key==value</c>,
/// <c>key!=value</c>, <c>key in (a,b)</c>, <c>key notin (a,b)</c>, <c>key</c> and <c>!key</c>. An empty text is refused, because a pool of everything
/// is asked for by naming something that all nodes have.
/// </summary>
public static class LabelSelectorText
{
    private const int LongestName = 63;
    private const int LongestPrefix = 253;

    /// <summary>Reads a selector.</summary>
    /// <param name="text">The text; null counts as empty.</param>
    /// <param name="selector">What was read.</param>
    /// <param name="problem">Else what is wrong and what is allowed, as a sentence.</param>
    public static bool TryRead(string? text, [NotNullWhen(true)] out LabelSelector? selector, [NotNullWhen(false)] out string? problem)
    {
        selector = null;
        var requirements = ImmutableArray.CreateBuilder<SelectorRequirement>();
        problem = string.IsNullOrWhiteSpace(text) ? "The selector is empty; write for example 'pool=web' or 'kubernetes.io/os=linux'." : null;
        foreach (var part in problem is null ? Parts(text!) : [])
        {
            var requirement = Requirement(part.Trim(), out problem);
            if (requirement is null)
            {
                problem = $"Selector '{text}': {problem}";
                return false;
            }

            requirements.Add(requirement);
        }

        selector = problem is null ? LabelSelector.Of(requirements) : null;
        return selector is not null;
    }

    // Commas inside brackets separate values.
    private static IEnumerable<string> Parts(string text)
    {
        var depth = 0;
        var start = 0;
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

    private static SelectorRequirement? Requirement(string part, out string? problem)
    {
        var (key, comparison, values) = Split(part);
        problem = part.Length == 0 ? "a requirement is missing beside a comma."
            : comparison is null ? $"'{part}' cannot be read; allowed are 'key=value', 'key!=value', 'key in (a,b)', 'key notin (a,b)', 'key' and '!key'."
            : ProblemOfKey(key)
            ?? (comparison is SelectorOperator.In or SelectorOperator.NotIn ? ProblemOfValues(key, values) : null);
        return problem is null ? new SelectorRequirement(key, comparison!.Value, [.. values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)]) : null;
    }

    private static (string Key, SelectorOperator? Operator, ImmutableArray<string> Values) Split(string part)
    {
        if (part.IndexOf('(', StringComparison.Ordinal) is >= 0 and var open)
        {
            var words = part[..open].Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
            var inside = part.EndsWith(')') ? part[(open + 1)..^1] : "(";
            SelectorOperator? set = words is [_, var word] && !inside.AsSpan().ContainsAny("()")
                ? word switch { "in" => SelectorOperator.In, "notin" => SelectorOperator.NotIn, _ => null }
                : null;
            return (words.Length > 0 ? words[0] : "", set, [.. inside.Split(',', StringSplitOptions.TrimEntries)]);
        }

        if (part.StartsWith('!') && !part.Contains('=', StringComparison.Ordinal))
        {
            return (part[1..].Trim(), SelectorOperator.DoesNotExist, []);
        }

        foreach (var (sign, comparison) in (ReadOnlySpan<(string, SelectorOperator)>)[("!=", SelectorOperator.NotIn), ("==", SelectorOperator.In), ("=", SelectorOperator.In)])
        {
            if (part.IndexOf(sign, StringComparison.Ordinal) is >= 0 and var at)
            {
                return (part[..at].Trim(), comparison, [part[(at + sign.Length)..].Trim()]);
            }
        }

        return part.Any(char.IsWhiteSpace) ? ("", null, []) : (part, SelectorOperator.Exists, []);
    }

    private static string? ProblemOfKey(string key)
    {
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        var name = key[(slash + 1)..];
        var isGood = IsName(name) && (slash < 0 || (slash is > 0 and <= LongestPrefix && key[..slash].Split('.').All(IsDnsLabel)));
        return isGood ? null : $"'{key}' is no label key; a key is letters, digits, '-', '_' and '.', at most {LongestName}, perhaps after a domain and '/'.";
    }

    private static string? ProblemOfValues(string key, ImmutableArray<string> values)
    {
        var bad = values.FirstOrDefault(v => v.Length > 0 && !IsName(v));
        return bad is null ? null : $"'{bad}' is no value that label '{key}' can have; a value is letters, digits, '-', '_' and '.', at most {LongestName}.";
    }

    private static bool IsName(string text) => text.Length is > 0 and <= LongestName && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');

    private static bool IsDnsLabel(string text) => text.Length > 0 && char.IsAsciiLetterOrDigit(text[0]) && char.IsAsciiLetterOrDigit(text[^1])
        && text.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-');
}
