using System.Text.Json.Nodes;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Serving.Twins.Ledger;

namespace Imago.Simulation.Serving.Twins.Rendering;

/// <summary>Disruption budgets as documents.</summary>
internal static class BudgetRendering
{
    public static JsonObject Render(EntryFacts facts, DisruptionBudget budget, BudgetBlueprint made, string? failure)
    {
        var stated = facts.Document.Child("metadata");
        var rendered = Metadata.Begin(facts, stated.Texts("labels"), stated.Texts("annotations"));
        rendered["spec"] = facts.Document.Copy("spec") ?? Spec(made);
        var (status, reason) = failure is not null ? ("False", "SyncFailed") : budget.DisruptionsAllowed > 0 ? ("True", "SufficientPods") : ("False", "InsufficientPods");
        rendered["status"] = new JsonObject
        {
            ["observedGeneration"] = facts.Generation,
            ["disruptionsAllowed"] = budget.DisruptionsAllowed,
            ["currentHealthy"] = budget.CurrentHealthy,
            ["desiredHealthy"] = budget.DesiredHealthy,
            ["expectedPods"] = budget.ExpectedPods,
            ["conditions"] = new JsonArray(new JsonObject
            {
                ["type"] = "DisruptionAllowed",
                ["status"] = status,
                ["observedGeneration"] = facts.Generation,
                ["lastTransitionTime"] = Json.Time(facts.ReadyAt),
                ["reason"] = reason,
                ["message"] = failure ?? "",
            }),
        };
        return rendered;
    }

    /// <summary>The spec of a budget that nobody wrote.</summary>
    public static JsonObject Spec(BudgetBlueprint made)
    {
        var spec = new JsonObject();
        spec.With("minAvailable", Amount(made.MinAvailable));
        spec.With("maxUnavailable", Amount(made.MaxUnavailable));
        spec.With("selector", TemplateRendering.Selector(made.Selector));
        return spec.With("unhealthyPodEvictionPolicy", made.UnhealthyPodEviction == UnhealthyPodEvictionPolicy.AlwaysAllow ? "AlwaysAllow" : null);
    }

    private static JsonNode? Amount(IntOrPercent? amount) => amount is not { } stated ? null : stated.IsPercent ? JsonValue.Create(stated.ToString()) : JsonValue.Create(stated.Value);
}
