using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>How well a node can be drained now; smaller is better.</summary>
internal enum DrainChance
{
    /// <summary>Every pod can go at once.</summary>
    Free,

    /// <summary>Every budget allows at least one disruption; pods go one after another.</summary>
    Gradual,

    /// <summary>A budget allows none now, but can; or the node's kubelet does not report, so that pods asked to stop would not be seen to.</summary>
    Held,

    /// <summary>No waiting helps: a budget that can never allow one, a pod under several budgets, a grace period beyond the timeout, a bare pod that the pool keeps.</summary>
    Doomed,
}

/// <summary>Judges how well nodes can be drained, given what the budgets still allow.</summary>
internal static class DrainChances
{
    public static DrainChance Of(ClusterView view, EvictionLedger ledger, Node node, NodeLoad load, UpgradeSettings settings, bool forced)
    {
        // UP-42: a grace period longer than the whole timeout can never fit.
        if (load.LongestGrace > settings.DrainTimeout)
        {
            return DrainChance.Doomed;
        }

        if (forced)
        {
            return DrainChance.Free;
        }

        // UP-42: a pod that is not asked to leave stays.
        if (load.Bare > 0 && settings.BarePods == BarePods.Keep)
        {
            return DrainChance.Doomed;
        }

        // The pods of a node that is not Ready do not end before somebody removes them; such a drain mostly times out. An empty one is the best choice of all.
        var chance = !node.Ready && view.PodsOn(node.Name).Any(e => e.Pod.LeavesOnDrain) ? DrainChance.Held : DrainChance.Free;
        foreach (var demand in load.Demands)
        {
            var left = ledger.Left(demand.Budget);
            if (left == 0)
            {
                // Rare enough to look at every pod: unready ones may be allowed to go although the budget is used up.
                return Worse(chance, Closely(view, ledger, node));
            }

            if (left < demand.Pods)
            {
                chance = Worse(chance, DrainChance.Gradual);
            }
        }

        return load.CoveredTwice > 0 ? Worse(chance, Closely(view, ledger, node)) : chance;
    }

    private static DrainChance Worse(DrainChance first, DrainChance second) => first > second ? first : second;

    private static DrainChance Closely(ClusterView view, EvictionLedger ledger, Node node)
    {
        var chance = DrainChance.Gradual;
        foreach (var entry in view.PodsOn(node.Name))
        {
            if (entry.Pod.LeavesOnDrain && !entry.Pod.Terminating && ledger.Ask(entry, out _) is { Allowed: false } verdict)
            {
                if (verdict.Forever)
                {
                    return DrainChance.Doomed;
                }

                chance = DrainChance.Held;
            }
        }

        return chance;
    }
}
