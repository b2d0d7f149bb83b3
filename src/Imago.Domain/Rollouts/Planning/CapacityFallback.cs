using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>What happens when the provider has no room for a surge node.</summary>
/// <remarks>Rules: UP-32, UP-33, UP-34, UP-35.</remarks>
internal static class CapacityFallback
{
    public static void Apply(RolloutPass pass, string name, ProviderOperation operation)
    {
        var record = pass.Record;
        var fault = new RolloutFault(nameof(ReasonCode.NoCapacity), $"No room for surge node '{name}': {operation.Code}: {operation.Message?.TrimEnd('.')}.", name, pass.Now);
        pass.Record = record = record with { CapacityFaults = record.CapacityFaults.Add(fault) };
        var had = record.SurgeNodes.Count(s => s.Value.Counts && s.Value.Step is not (SurgeStep.Creating or SurgeStep.Draining or SurgeStep.Deleting));
        var asked = record.SurgeNodes.Count(s => s.Value.Step == SurgeStep.Creating);

        // UP-32: from 1.35 on, what was had goes on; with nothing had, one node is tried, once. Returning nodes that are already here only to
        // stand at exactly one, as the rule's letter has it, would throw away capacity that was just hard to get.
        var fallsBack = pass.Pool.Kubernetes is { } version && version.AtLeast(1, 35);
        if (fallsBack && had + asked > 0)
        {
            pass.Record = record with { Surge = had + asked };
        }
        else if (fallsBack && !record.TriedSingleSurge && (record.Surge > 1 || record.CapacityFaults.Length > 1))
        {
            pass.Record = record with { Surge = 1, TriedSingleSurge = true };
        }
        else if (record.MaxUnavailable > 0)
        {
            // UP-34: in place, with max unavailable.
            pass.Record = record with { Surge = 0 };
        }
        else
        {
            // UP-33: below 1.35 fewer surge nodes than asked means that the upgrade fails.
            pass.Halt(fault with
            {
                Message = fault.Message + $" Free capacity or quota, lower max surge (now {record.Surge}), or allow max unavailable.",
            });
        }
    }
}
