using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

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

    /// <summary>Whether a node that cannot be drained is to be quarantined; else it is handed back and the pool stops.</summary>
    /// <remarks>
    /// UP-50, UP-55, UP-154: under <c>Cordon</c>, and as long as there are not <c>maxBlockedNodes</c> already, those of earlier runs included. Of several nodes given
    /// up at once the ones with the smaller names come first.
    /// </remarks>
    public static bool MayQuarantine(RolloutPass pass, Node node)
    {
        if (pass.Settings.Undrainable != UndrainableNodeBehavior.Cordon)
        {
            return false;
        }

        var blocked = pass.View.NodesOf(pass.Record.Pool).Values.Count(n => n.Quarantined && !string.Equals(n.Name, node.Name, StringComparison.Ordinal));
        var before = pass.Record.Active.Count(a => a.Value.Step == NodeStep.GivingUp && string.CompareOrdinal(a.Key, node.Name) < 0
            && pass.View.Nodes.TryGetValue(a.Key, out var other) && !other.Quarantined);
        return node.Quarantined || blocked + before < pass.Record.MaxBlocked;
    }

    /// <summary>Why the pool stops because of a node that cannot be drained.</summary>
    public static RolloutFault Stopping(RolloutPass pass, RolloutFault fault) => pass.Settings.Undrainable == UndrainableNodeBehavior.Schedule
        ? fault
        : fault with
        {
            Message = $"More nodes of pool '{pass.Record.Pool}' cannot be drained than the {pass.Record.MaxBlocked} that maxBlockedNodes allows. {fault.Message}",
        };

    /// <summary>A node that stays cordoned with the quarantine label.</summary>
    /// <remarks>UP-51: one surge node is kept as its replacement.</remarks>
    public static void Quarantined(RolloutPass pass, string name, RolloutFault fault)
    {
        pass.Settle(name, NodeResult.Quarantined, fault);
        Keep(pass, name);
    }

    /// <summary>Looks after what earlier steps left: nodes that recover, their replacements, and marks that nothing holds any more.</summary>
    public static void Tend(RolloutPass pass)
    {
        foreach (var (name, outcome) in pass.Record.Settled)
        {
            if (outcome.Result is NodeResult.NotReady or NodeResult.ProviderFailed && pass.View.Nodes.TryGetValue(name, out var node))
            {
                TendLost(pass, name, node, outcome);
            }
        }

        GiveBack(pass);
        Sweep(pass);
    }

    private static void TendLost(RolloutPass pass, string name, Node node, NodeOutcome outcome)
    {
        // UP-155: a reimage may have lost the cordon that somebody else had made. It is put back as soon as the node is, once: what its owner does then is theirs
        // to decide, and a later rollout must find what was there before this one.
        if (outcome.WasUnschedulable && node.Mark is null)
        {
            if (!node.Unschedulable)
            {
                pass.Update(node, new NodeUpdate { Unschedulable = true });
                return;
            }

            outcome = outcome with { WasUnschedulable = false };
            pass.Record = pass.Record with { Settled = pass.Record.Settled.SetItem(name, outcome) };
        }

        // NM-31: an agent that was lost with its order, and has come to itself, knows that nobody wants it carried out any more.
        var withdrawn = outcome.Result == NodeResult.ProviderFailed && Withdrawals.IsKnown(node);
        var healed = NodeHealth.Complaint(pass.View, node) is null && (withdrawn || Arrival.Healed(pass, node, outcome));
        if (healed)
        {
            if (Handover.Release(pass, node, outcome.WasUnschedulable))
            {
                var partial = Arrival.Partially(pass, node) ?? (Arrival.Complaint(pass, node) is null ? null : outcome.Fault);
                var healthy = partial is null ? outcome with { Result = NodeResult.Upgraded } : outcome with { Result = NodeResult.Partial, Fault = partial };
                pass.Record = pass.Record with { Settled = pass.Record.Settled.SetItem(name, healthy) };
            }
        }
        else if (node.SteeredAway || (node.ScaleDownDisabled && node.Mark is not null))
        {
            // UP-72: auto-repair is suspended for nodes in upgrade; this one is in need of it. Its cordon stays, with the mark that explains it.
            pass.Update(node, new NodeUpdate { ScaleDownDisabled = node.ScaleDownDisabled ? false : null, SteeredAway = node.SteeredAway ? false : null });
        }
        else
        {
            Withdrawals.Offer(pass, node);
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

    /// <summary>Returns replacements of nodes that came back.</summary>
    /// <remarks>It moves pods, and nobody waits for it: so it begins only when a node could be started, also long after the rollout has ended (MW-52, UP-153).</remarks>
    private static void GiveBack(RolloutPass pass)
    {
        foreach (var (name, surge) in pass.Record.SurgeNodes)
        {
            if (surge is not { Step: SurgeStep.Kept, ReplacementFor: { } lost } || pass.Record.Active.ContainsKey(name)
                || !pass.Record.Settled.TryGetValue(lost, out var outcome) || outcome.Result != NodeResult.Upgraded)
            {
                continue;
            }

            if (StartGate.MayDisrupt(pass))
            {
                pass.SetSurge(name, surge.Enter(SurgeStep.Draining, pass.Now) with { ReplacementFor = null });
            }
            else if (pass.Gate.ChangesAt is { } edge)
            {
                pass.Wake(edge);
            }
        }
    }

    /// <summary>Takes marks off nodes that nothing holds.</summary>
    /// <remarks>
    /// UP-155: a cordon may be seen only after the node has been given up, because a view lags behind; a crash may come between; a stranded surge node goes
    /// on serving; the owner of a quarantined node removes its label (UP-56). Whatever the cause, the mark itself says that the cordon is ours.
    /// </remarks>
    private static void Sweep(RolloutPass pass)
    {
        foreach (var name in pass.View.MarkedIn(pass.Record.Pool))
        {
            var node = pass.View.Nodes[name];
            if (!IsHeld(pass, node) && Withdrawals.MayStillAct(node))
            {
                // CH-31: of a machine that an earlier rollout had drained.
                Withdrawals.Offer(pass, node);
            }
            else if (!IsHeld(pass, node) && NodeHealth.Complaint(pass.View, node) is null)
            {
                Handover.Release(pass, node, node.Mark!.WasUnschedulable);
            }
        }
    }

    private static bool IsHeld(RolloutPass pass, Node node) =>
        node.Quarantined
        || pass.Record.Active.ContainsKey(node.Name)
        || (pass.Record.SurgeNodes.TryGetValue(node.Name, out var surge) && surge.Counts)
        || (pass.Record.Settled.TryGetValue(node.Name, out var outcome) && outcome.Result is NodeResult.NotReady or NodeResult.ProviderFailed);
}
