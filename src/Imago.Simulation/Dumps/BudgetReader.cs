using System.Text.Json;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Dumps;

/// <summary>Disruption budgets.</summary>
internal static class BudgetReader
{
    public static BudgetBlueprint Read(JsonElement item, ObjectKey key, Notes notes)
    {
        var spec = item.Child("spec");
        var selector = Selectors.Read(spec.Child("selector"), notes);
        // policy/v1beta1 let the empty selector select nothing.
        var old = item.Text("apiVersion") is "policy/v1beta1";
        var most = Amount(spec, "maxUnavailable", notes);
        return new BudgetBlueprint
        {
            Key = key,
            Selector = old && selector.Requirements.IsEmpty ? LabelSelector.Nothing : selector,
            // The API accepts one of the two; its controller looks at maxUnavailable first.
            MinAvailable = most is null ? Amount(spec, "minAvailable", notes) : null,
            MaxUnavailable = most,
            UnhealthyPodEviction = spec.Text("unhealthyPodEvictionPolicy") is "AlwaysAllow"
                ? UnhealthyPodEvictionPolicy.AlwaysAllow
                : UnhealthyPodEvictionPolicy.IfHealthyBudget,
        };
    }

    private static IntOrPercent? Amount(JsonElement spec, string name, Notes notes)
    {
        var stated = spec.Child(name);
        if (!stated.Exists())
        {
            return null;
        }

        if (IntOrPercent.TryParse(stated.ValueKind == JsonValueKind.Number ? stated.GetRawText() : stated.AsText(), out var amount))
        {
            return amount;
        }

        notes.Add($"A disruption budget whose {name} cannot be read counts as if it did not state it");
        return null;
    }
}
