using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Kubernetes.Objects;

namespace Imago.Kubernetes.Clusters;

/// <summary>Turns disruption budgets as the API tells them into what deciding needs.</summary>
internal static class BudgetReader
{
    public static DisruptionBudget Read(KubernetesBudget budget)
    {
        // One that nobody has seen to yet may have no status at all.
        var (spec, status) = (budget.Spec ?? new BudgetSpec(), budget.Status ?? new BudgetStatus());
        return new DisruptionBudget
        {
            Key = budget.Key,
            Selector = SelectorOf(spec.Selector),
            MinAvailable = IntOrPercent.TryParse(spec.MinAvailable, out var min) ? min : null,
            MaxUnavailable = IntOrPercent.TryParse(spec.MaxUnavailable, out var max) ? max : null,
            DisruptionsAllowed = Math.Max(0, status.DisruptionsAllowed),
            CurrentHealthy = status.CurrentHealthy,
            DesiredHealthy = status.DesiredHealthy,
            ExpectedPods = status.ExpectedPods,
            StatusIsStale = (status.ObservedGeneration ?? 0) < (budget.Metadata.Generation ?? 0),
            UnhealthyPodEviction = spec.UnhealthyPodEvictionPolicy == "AlwaysAllow" ? UnhealthyPodEvictionPolicy.AlwaysAllow : UnhealthyPodEvictionPolicy.IfHealthyBudget,
        };
    }

    // Without a selector a budget covers nothing; with an empty one everything in its namespace.
    private static LabelSelector SelectorOf(WireSelector? selector)
    {
        if (selector is null)
        {
            return LabelSelector.Nothing;
        }

        var equal = (selector.MatchLabels ?? ImmutableDictionary<string, string>.Empty).Select(l => new SelectorRequirement(l.Key, SelectorOperator.In, [l.Value]));
        var expressions = (selector.MatchExpressions ?? []).Select(e => (Expression: e, Operator: OperatorOf(e.Operator))).ToList();

        // An operator of the future could select anything: the budget then covers nothing that we know of, and the API refuses what it must.
        return expressions.Exists(e => e.Operator is null)
            ? LabelSelector.Nothing
            : LabelSelector.Of(equal.Concat(expressions.Select(e => new SelectorRequirement(e.Expression.Key, e.Operator!.Value, [.. e.Expression.Values ?? []]))));
    }

    private static SelectorOperator? OperatorOf(string text) => text switch
    {
        "In" => SelectorOperator.In,
        "NotIn" => SelectorOperator.NotIn,
        "Exists" => SelectorOperator.Exists,
        "DoesNotExist" => SelectorOperator.DoesNotExist,
        _ => null,
    };
}
