using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Planning;

namespace Imago.Domain.Rollouts.Records;

/// <summary>What follows from a record alone, for those who carry out its plans.</summary>
public static class RolloutRecordFacts
{
    /// <summary>
    /// Whether there can still be something to do about the rollout: it is under way, or it ended and left nodes, surge nodes or marks that have to be looked after.
    /// </summary>
    /// <remarks>
    /// UP-155, UP-156: marks and taints that are seen only after the end are still ours to take off; the mark of a quarantined node is meant to stay. Asked about
    /// every record in every pass: a node is lost with a fault, so a record without one need not be searched.
    /// </remarks>
    public static bool NeedsCare(this RolloutRecord record, ClusterView view) =>
        !record.Ended
        || record.SurgeNodes.Values.Any(s => s.Counts || IsToBeReturned(record, s))
        || (record.Fault is not null && record.Settled.Values.Any(s => s.Result is NodeResult.NotReady or NodeResult.ProviderFailed))
        || view.MarkedIn(record.Pool).Any(name => !view.Nodes[name].Quarantined)
        || !view.SteeredIn(record.Pool).IsEmpty;

    // The node it replaces has come back, perhaps while no window was open.
    private static bool IsToBeReturned(RolloutRecord record, SurgeNode surge) =>
        surge is { Step: SurgeStep.Kept, ReplacementFor: { } lost } && record.Settled.TryGetValue(lost, out var outcome) && outcome.Result == NodeResult.Upgraded;

    /// <summary>Ids of the provider operations whose state the next decision asks about; ones that were never begun may be among them.</summary>
    public static IEnumerable<string> AwaitedOperations(this RolloutRecord record)
    {
        foreach (var (name, progress) in record.Active)
        {
            // A node that is empty goes on to its reimage within the same decision.
            if (progress.Step is NodeStep.Draining or NodeStep.Soaking or NodeStep.Replacing)
            {
                yield return RolloutPass.OperationId(record.Id, name, Reboots.VerbOf(record.Target));
            }
        }

        foreach (var (name, surge) in record.SurgeNodes)
        {
            if (surge.Step == SurgeStep.Creating)
            {
                yield return RolloutPass.OperationId(record.Id, name, ProviderVerb.Create);
            }
            else if (surge.Step is SurgeStep.Draining or SurgeStep.Deleting)
            {
                yield return RolloutPass.OperationId(record.Id, name, ProviderVerb.Delete);
            }
        }
    }
}
