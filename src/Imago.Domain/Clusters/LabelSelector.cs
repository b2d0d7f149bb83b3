using System.Collections.Immutable;

namespace Imago.Domain.Clusters;

/// <summary>How one requirement of a <see cref="LabelSelector"/> compares.</summary>
public enum SelectorOperator
{
    /// <summary>The label exists and its value is one of the listed.</summary>
    In,

    /// <summary>The label is absent, or its value is none of the listed.</summary>
    NotIn,

    /// <summary>The label exists, whatever its value.</summary>
    Exists,

    /// <summary>The label is absent.</summary>
    DoesNotExist,
}

/// <summary>One requirement: label key, operator and, for <c>In</c> and <c>NotIn</c>, the values.</summary>
public sealed record SelectorRequirement(string Key, SelectorOperator Operator, ImmutableArray<string> Values)
{
    /// <summary>Whether the labels meet this requirement.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        var present = labels.TryGetValue(Key, out var value);
        return Operator switch
        {
            SelectorOperator.In => present && Values.Contains(value!),
            SelectorOperator.NotIn => !present || !Values.Contains(value!),
            SelectorOperator.Exists => present,
            SelectorOperator.DoesNotExist => !present,
            _ => throw new InvalidOperationException($"Selector requirement on '{Key}': operator {Operator} is not known."),
        };
    }
}

/// <summary>
/// A Kubernetes label selector. All requirements must hold; no requirement at all selects everything, as <c>{}</c> does in a
/// <c>policy/v1</c> disruption budget. A budget without a selector selects nothing: see <see cref="Nothing"/>.
/// </summary>
public sealed class LabelSelector : IEquatable<LabelSelector>
{
    private readonly bool _selectsNothing;

    private LabelSelector(ImmutableArray<SelectorRequirement> requirements, bool selectsNothing)
    {
        Requirements = requirements;
        _selectsNothing = selectsNothing;
    }

    /// <summary>The selector of an object that has none.</summary>
    public static LabelSelector Nothing { get; } = new([], selectsNothing: true);

    /// <summary>The requirements; <c>matchLabels</c> entries appear as <c>In</c> with one value.</summary>
    public ImmutableArray<SelectorRequirement> Requirements { get; }

    /// <summary>A selector of these requirements, in canonical order.</summary>
    public static LabelSelector Of(IEnumerable<SelectorRequirement> requirements) =>
        new([.. requirements.OrderBy(r => r.Key, StringComparer.Ordinal).ThenBy(r => r.Operator)], selectsNothing: false);

    /// <summary>A selector of labels that must be equal.</summary>
    public static LabelSelector OfLabels(IEnumerable<KeyValuePair<string, string>> matchLabels) =>
        Of(matchLabels.Select(l => new SelectorRequirement(l.Key, SelectorOperator.In, [l.Value])));

    /// <summary>Whether an object with these labels is selected.</summary>
    public bool Matches(IReadOnlyDictionary<string, string> labels)
    {
        if (_selectsNothing)
        {
            return false;
        }

        foreach (var requirement in Requirements)
        {
            if (!requirement.Matches(labels))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc />
    public bool Equals(LabelSelector? other)
    {
        if (ReferenceEquals(this, other))
        {
            return true;
        }

        if (other is null || _selectsNothing != other._selectsNothing || Requirements.Length != other.Requirements.Length)
        {
            return false;
        }

        for (var i = 0; i < Requirements.Length; i++)
        {
            var (mine, theirs) = (Requirements[i], other.Requirements[i]);
            if (mine.Operator != theirs.Operator || !string.Equals(mine.Key, theirs.Key, StringComparison.Ordinal)
                || !mine.Values.AsSpan().SequenceEqual(theirs.Values.AsSpan()))
            {
                return false;
            }
        }

        return true;
    }

    /// <inheritdoc />
    public override bool Equals(object? obj) => Equals(obj as LabelSelector);

    /// <inheritdoc />
    public override int GetHashCode()
    {
        // The values count: selectors of a cluster mostly ask for the same key, "app", and differ in nothing else.
        var hash = new HashCode();
        hash.Add(_selectsNothing);
        foreach (var requirement in Requirements)
        {
            hash.Add(requirement.Key, StringComparer.Ordinal);
            hash.Add(requirement.Operator);
            foreach (var value in requirement.Values)
            {
                hash.Add(value, StringComparer.Ordinal);
            }
        }

        return hash.ToHashCode();
    }
}
