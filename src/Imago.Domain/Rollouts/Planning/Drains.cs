using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Drains nodes: cordon, then evict until empty or until the time is up. All draining nodes of the pool share one <see cref="EvictionLedger"/>.
/// </summary>
/// <remarks>
/// Who gets an allowance that several nodes want: the node that drains longest, because finishing what has begun frees a slot soonest; of equal ones the
/// one with the smaller name. Surge nodes that are being returned come last: they hold nobody up.
/// Rules: UP-40…44, UP-90, UP-94.
/// </remarks>
internal static class Drains
{
    public static void Advance(RolloutPass pass)
    {
        var ledger = new EvictionLedger(pass.View);
        var draining = pass.Record.Active.Where(a => a.Value.Step == NodeStep.Draining)
            .OrderBy(a => a.Value.StartedAt).ThenBy(a => a.Key, StringComparer.Ordinal).ToList();
        foreach (var (name, progress) in draining)
        {
            Drain(pass, ledger, name, progress);
        }

        foreach (var (name, surge) in pass.Record.SurgeNodes)
        {
            if (surge.Step == SurgeStep.Draining)
            {
                Return(pass, ledger, name, surge);
            }
        }
    }

    private static void Drain(RolloutPass pass, EvictionLedger ledger, string name, NodeProgress progress)
    {
        var node = pass.View.Nodes[name];
        var taken = Handover.IsTaken(pass, node);
        var (done, fault) = Empty(pass, ledger, node, progress.Since + pass.Settings.DrainTimeout, taken);
        if (fault is not null)
        {
            // UP-42: undrainable. UP-44: the fault names pods, budgets and what keeps them shut. A node that is given up before it was cordoned must not be
            // cordoned now: nobody would undo it.
            pass.SetActive(name, progress.Enter(NodeStep.GivingUp, pass.Now) with { Fault = fault });
            NodeSteps.GiveUp(pass, name, node, pass.Record.Active[name]);
        }
        else if (!taken)
        {
            if (node is { Unschedulable: true, Mark: null } && !progress.WasUnschedulable)
            {
                // UP-155: our cordon comes with a mark in one patch. One without was made by somebody else after the node was chosen, and is left to them.
                progress = progress with { WasUnschedulable = true };
                pass.SetActive(name, progress);
            }

            Handover.Take(pass, node, pass.Record.Target is RolloutTarget.Reboot ? "Rebooting" : $"Upgrading to {pass.Record.Target.Name}", progress.WasUnschedulable);
        }
        else if (done)
        {
            NodeSteps.Drained(pass, name, progress);
        }
    }

    private static void Return(RolloutPass pass, EvictionLedger ledger, string name, SurgeNode surge)
    {
        if (!pass.View.Nodes.TryGetValue(name, out var node))
        {
            SurgeSteps.StartDeleting(pass, name, surge);
            return;
        }

        // UP-5: the last buffer nodes are cordoned, drained and deleted.
        var taken = Handover.IsTaken(pass, node);
        var (done, fault) = Empty(pass, ledger, node, surge.Since + pass.Settings.DrainTimeout, taken);
        if (fault is not null)
        {
            // It goes on serving: Aftermath takes our cordon off.
            pass.SetSurge(name, surge.Enter(SurgeStep.Stranded, pass.Now));
            pass.Halt(fault with { Message = $"Surge node '{name}' is no longer needed but cannot be drained. {fault.Message}" });
        }
        else if (!taken)
        {
            Handover.Take(pass, node, "Returning a surge node", node.Mark?.WasUnschedulable ?? node.Unschedulable);
        }
        else if (done)
        {
            SurgeSteps.StartDeleting(pass, name, surge);
        }
    }

    /// <summary>
    /// How long after the start of its drain a pod may still be asked to leave whose grace period is as long as the timeout: the cordon comes first, and takes a
    /// moment to be seen.
    /// </summary>
    private static readonly Duration CordonSlack = Duration.FromSeconds(30);

    /// <summary>One round of evictions on one node.</summary>
    private static (bool Done, RolloutFault? Fault) Empty(RolloutPass pass, EvictionLedger ledger, Node node, Instant deadline, bool cordoned)
    {
        var leaving = pass.View.PodsOn(node.Name).Where(e => e.Pod.LeavesOnDrain).ToList();
        if (leaving.Count == 0)
        {
            return (true, null);
        }

        // UP-42: a pod that is kept leaves when somebody removes it, and not for us. Its neighbours are not moved for nothing.
        if (!pass.Record.Forced && leaving.FindAll(e => pass.Settings.Keeps(e.Pod)) is { Count: > 0 } kept)
        {
            return (false, DrainFaults.BareKept(pass, node, kept));
        }

        // UP-41: the timeout is per node and covers everything: waiting for budgets and graceful termination.
        var remaining = deadline - pass.Now;
        if (remaining <= Duration.Zero)
        {
            return (false, DrainFaults.TimedOut(pass, node, leaving));
        }

        pass.Wake(deadline);
        foreach (var entry in leaving.Where(e => !e.Pod.Terminating))
        {
            // When its grace no longer fits into the time left, the node is given up; be awake then.
            pass.Wake(LatestStart(pass, entry.Pod, deadline) + Duration.FromTicks(1));
        }

        if (leaving.Find(e => !e.Pod.Terminating && pass.Now > LatestStart(pass, e.Pod, deadline)) is { } slow)
        {
            // UP-42: a pod that may take longer than what is left cannot be waited for. To blame is its grace period only if it would not fit the whole
            // timeout either; else it is what has held the pod until now.
            return (false, slow.Pod.GracePeriod > pass.Settings.DrainTimeout ? DrainFaults.GraceTooLong(pass, node, slow.Pod) : DrainFaults.TimedOut(pass, node, leaving));
        }

        if (!cordoned)
        {
            return (false, null);
        }

        // UP-94: forced, pods go although budgets object. Else a pod that no waiting can free dooms the node: moving its neighbours would disturb
        // them for nothing, because the node goes back to work (or into quarantine) with that pod on it.
        var doomed = !pass.Record.Forced && leaving.Exists(e => !e.Pod.Terminating && ledger.Ask(e, out _) is { Allowed: false, Forever: true });
        if (doomed)
        {
            return (false, null);
        }

        foreach (var entry in leaving)
        {
            // UP-40: terminating pods are waited for.
            if (entry.Pod.Terminating)
            {
                continue;
            }

            var refused = pass.Input.Refused.TryGetValue(entry.Pod.Key, out var retryAt) && retryAt > pass.Now;
            if (refused && !pass.Record.Forced)
            {
                pass.Wake(retryAt);
                continue;
            }

            if (!refused && ledger.Take(entry).Allowed)
            {
                pass.Evict(entry.Pod);
            }
            else if (pass.Record.Forced)
            {
                // UP-57: force wins over the treatment of undrainable nodes: the pod goes, so the node is drained.
                pass.Delete(entry.Pod);
            }
        }

        return (false, null);
    }

    // UP-42: when the pod has to be asked at the latest so that its whole grace period fits into the timeout. One that just fits is given a moment.
    private static Instant LatestStart(RolloutPass pass, Pod pod, Instant deadline)
    {
        var latest = deadline - pod.GracePeriod;
        var begun = deadline - pass.Settings.DrainTimeout;
        return latest < begun ? latest : Instant.Max(latest, begun + CordonSlack);
    }
}
