using System.Globalization;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Scheduling;

/// <summary>Whether a node's labels and taints admit a pod: node selector, required node affinity, tolerations.</summary>
internal static class NodeMatching
{
    public static bool SelectorMatches(PodTemplate template, IReadOnlyDictionary<string, string> labels) =>
        template.NodeSelector.All(s => labels.TryGetValue(s.Key, out var value) && string.Equals(value, s.Value, StringComparison.Ordinal));

    public static bool AffinityMatches(PodTemplate template, IReadOnlyDictionary<string, string> labels, string nodeName) =>
        template.RequiredNodeTerms.IsDefaultOrEmpty || template.RequiredNodeTerms.Any(t => TermMatches(t, labels, nodeName));

    /// <summary>All expressions must hold; a term without any matches nothing, as in Kubernetes.</summary>
    public static bool TermMatches(NodeTerm term, IReadOnlyDictionary<string, string> labels, string nodeName) =>
        !term.Expressions.IsEmpty && term.Expressions.All(e => Holds(e, labels, nodeName));

    public static bool Tolerates(PodTemplate template, Taint taint) => template.Tolerations.Any(t => Tolerates(t, taint));

    private static bool Tolerates(Toleration toleration, Taint taint)
    {
        if (toleration.Effect is { } effect && effect != taint.Effect)
        {
            return false;
        }

        if (string.IsNullOrEmpty(toleration.Key))
        {
            return toleration.Exists;
        }

        return string.Equals(toleration.Key, taint.Key, StringComparison.Ordinal)
            && (toleration.Exists || string.Equals(toleration.Value ?? "", taint.Value, StringComparison.Ordinal));
    }

    private static bool Holds(NodeExpression expression, IReadOnlyDictionary<string, string> labels, string nodeName)
    {
        var present = labels.TryGetValue(expression.Key, out var value);
        if (string.Equals(expression.Key, "metadata.name", StringComparison.Ordinal))
        {
            (present, value) = (true, nodeName);
        }

        return expression.Operator switch
        {
            "In" => present && expression.Values.Contains(value!, StringComparer.Ordinal),
            "NotIn" => !present || !expression.Values.Contains(value!, StringComparer.Ordinal),
            "Exists" => present,
            "DoesNotExist" => !present,
            "Gt" => Compare(value, expression) is > 0,
            "Lt" => Compare(value, expression) is < 0,
            _ => false,
        };
    }

    private static int? Compare(string? value, NodeExpression expression) =>
        expression.Values.Length == 1
        && long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var left)
        && long.TryParse(expression.Values[0], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var right)
            ? left.CompareTo(right)
            : null;
}
