using System.Text.Json;
using Imago.Domain.Clusters;

namespace Imago.Simulation.Dumps;

/// <summary>Label selectors as Kubernetes writes them.</summary>
internal static class Selectors
{
    /// <summary>A missing selector selects nothing, an empty one everything.</summary>
    public static LabelSelector Read(JsonElement selector, Notes notes) =>
        selector.ValueKind == JsonValueKind.Object && Requirements(selector, notes) is { } requirements ? LabelSelector.Of(requirements) : LabelSelector.Nothing;

    /// <summary>The old form of a ReplicationController: a map of labels.</summary>
    public static LabelSelector ReadLabels(JsonElement labels) =>
        labels.Pairs().Any() ? LabelSelector.OfLabels(LastOfEach(labels.Pairs())) : LabelSelector.Nothing;

    /// <summary>The selector with one more requirement; what selects nothing stays so.</summary>
    public static LabelSelector And(this LabelSelector selector, IEnumerable<SelectorRequirement> more) =>
        selector.Equals(LabelSelector.Nothing) ? selector : LabelSelector.Of(selector.Requirements.Concat(more.Where(m => !Has(selector, m))));

    private static bool Has(LabelSelector selector, SelectorRequirement requirement) =>
        selector.Requirements.Any(r => string.Equals(r.Key, requirement.Key, StringComparison.Ordinal) && r.Operator == requirement.Operator
            && r.Values.SequenceEqual(requirement.Values, StringComparer.Ordinal));

    private static List<SelectorRequirement>? Requirements(JsonElement selector, Notes notes)
    {
        List<SelectorRequirement> requirements =
            [.. LastOfEach(selector.Child("matchLabels").Pairs()).Select(l => new SelectorRequirement(l.Key, SelectorOperator.In, [l.Value]))];
        foreach (var expression in selector.Each("matchExpressions"))
        {
            SelectorOperator? comparison = expression.Text("operator") switch
            {
                "In" => SelectorOperator.In,
                "NotIn" => SelectorOperator.NotIn,
                "Exists" => SelectorOperator.Exists,
                "DoesNotExist" => SelectorOperator.DoesNotExist,
                _ => null,
            };
            if (comparison is null || expression.Text("key") is not { } key)
            {
                notes.Add("A selector cannot be read and selects nothing");
                return null;
            }

            requirements.Add(new SelectorRequirement(key, comparison.Value, [.. expression.Texts("values").Order(StringComparer.Ordinal)]));
        }

        return requirements;
    }

    private static Dictionary<string, string> LastOfEach(IEnumerable<KeyValuePair<string, string>> pairs)
    {
        var last = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in pairs)
        {
            last[key] = value;
        }

        return last;
    }
}
