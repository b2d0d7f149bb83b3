using Imago.Api.Documents;
using Imago.Contracts.Versions;
using NodaTime.Text;

namespace Imago.Api.Admission;

/// <summary>Force: <c>upgradeSettings.overrideSettings</c> of a cluster.</summary>
/// <remarks>Rules: UP-90…93, AZ-61.</remarks>
internal static class ForceRules
{
    private const string Path = "properties.upgradeSettings.overrideSettings";
    private const string LiftsBudgets = "liftsBudgets";

    private static readonly ApiVersion BudgetsToo = ApiVersion.Of("2025-09-01");

    /// <summary>Settles force in the merged document.</summary>
    public static void Settle(ClusterDocument merged, ClusterDocument? stored, ApiVersion version, AdmissionContext context, AdmissionProblems problems)
    {
        if (merged.OverrideDocument is not { } document)
        {
            return;
        }

        if (document.Text("until") is { } text)
        {
            if (ClusterDocument.ReadInstant(text) is { } until)
            {
                // AZ-61: "…17.000Z" comes in, "…17Z" goes out.
                document["until"] = InstantPattern.General.Format(until);
            }
            else
            {
                problems.Add($"{Path}.until", $"'{(text.Length <= 60 ? text : text[..57] + "...")}' is not an instant. Write RFC 3339, for example '2026-12-24T00:00:00Z'.");
                return;
            }
        }

        var force = merged.Override!;
        if (force == stored?.Override)
        {
            // A client that writes back what it read changes nothing, even when the override has run out since (as MW-33 for start dates).
            return;
        }

        // UP-90, UP-92: asked of an override that forces; one that is switched off may carry an old end along.
        if (force.ForceUpgrade && force.RefusalAt(context.Now) is { } refusal)
        {
            problems.Add($"{Path}.until", refusal);
        }

        // UP-93: an older api-version says nothing about budgets.
        document.Remove(LiftsBudgets);
        if (force.ForceUpgrade && version >= BudgetsToo)
        {
            document[LiftsBudgets] = true;
        }

        Prune(merged);
    }

    // What an older client could not see stays behind when it drops the settings (SchemaMerge); our own note alone means nothing.
    private static void Prune(ClusterDocument merged)
    {
        var settings = merged.Properties.Object("upgradeSettings");
        if (merged.OverrideDocument is { Count: 0 })
        {
            settings!.Remove("overrideSettings");
        }

        if (settings is { Count: 0 })
        {
            merged.Properties.Remove("upgradeSettings");
        }
    }
}
