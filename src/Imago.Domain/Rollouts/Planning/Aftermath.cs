using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>What follows when a node is lost to the rollout: replacements that stay, nodes that come back after all, marks that must not linger.</summary>
internal static class Aftermath
{
    /// <summary>A node that did not come back, or that the provider could not reimage: the pool halts, and a surge node stands in for it.</summary>
    /// <remarks>UP-150: it counts as unavailable and no further node is started. Its buffer is not returned, so that the pool serves at its size.</remarks>
    public static void Lost(RolloutPass pass, string name, NodeResult result, RolloutFault fault)
    {
        pass.Settle(name, result, fault);
        if (pass.Record.Settled[name].Work == NodeWork.Reimage)
        {
            Keep(pass, name);
        }

        pass.Halt(fault);
    }

    /// <summary>A node that stays cordoned with the quarantine label.</summary>
    /// <remarks>UP-51: one surge node is kept as its replacement. UP-55: more than <c>maxBlockedNodes</c> stop the upgrade.</remarks>
    public static void Quarantined(RolloutPass pass, string name, RolloutFault fault)
    {
        pass.Settle(name, NodeResult.Quarantined, fault);
        Keep(pass, name);
        var blocked = pass.Record.Settled.Count(s => s.Value.Result == NodeResult.Quarantined);
        if (blocked > pass.Record.MaxBlocked)
        {
            pass.Halt(new RolloutFault(
                nameof(ReasonCode.Undrainable),
                $"{blocked} nodes of pool '{pass.Record.Pool}' could not be drained, more than the {pass.Record.MaxBlocked} that maxBlockedNodes allows. The last was '{name}'. {fault.Message}",
                name, pass.Now));
        }
    }

    /// <summary>Looks after nodes that were lost: those that recover are handed back, and their replacements returned.</summary>
    public static void Tend(RolloutPass pass)
    {
        foreach (var (name, outcome) in pass.Record.Settled)
        {
            if (outcome.Result is not (NodeResult.NotReady or NodeResult.ProviderFailed))
            {
                continue;
            }

            var node = pass.View.Nodes.GetValueOrDefault(name);
            if (node is null)
            {
                continue;
            }

            var healed = NodeHealth.Complaint(pass.View, node) is null && TargetJudge.Assess(node, pass.Record.Target, pass.Input.Catalog) is NodeNeed.Nothing;
            if (!healed)
            {
                // UP-72: auto-repair is suspended for nodes in upgrade; this one is in need of it. Its cordon stays, with the mark that explains it.
                if (node.ScaleDownDisabled || node.SteeredAway)
                {
                    pass.Update(node, new NodeUpdate { ScaleDownDisabled = false, SteeredAway = node.SteeredAway ? false : null });
                }
            }
            else if (Handover.Release(pass, node, node.Mark?.WasUnschedulable ?? false))
            {
                pass.Record = pass.Record with { Settled = pass.Record.Settled.SetItem(name, outcome with { Result = NodeResult.Upgraded }) };
                GiveBack(pass, name);
            }
        }
    }

    // A serving surge node stays for good; the one with the smallest name, so that the choice is the same in every process.
    private static void Keep(RolloutPass pass, string lost)
    {
        if (pass.Record.SurgeNodes.FirstOrDefault(s => s.Value.Step == SurgeStep.Serving) is { Key: { } name, Value: { } surge })
        {
            pass.SetSurge(name, surge.Enter(SurgeStep.Kept, pass.Now) with { ReplacementFor = lost });
        }
    }

    private static void GiveBack(RolloutPass pass, string recovered)
    {
        foreach (var (name, surge) in pass.Record.SurgeNodes)
        {
            if (surge.Step == SurgeStep.Kept && string.Equals(surge.ReplacementFor, recovered, StringComparison.Ordinal))
            {
                pass.SetSurge(name, surge.Enter(SurgeStep.Draining, pass.Now) with { ReplacementFor = null });
            }
        }
    }
}
