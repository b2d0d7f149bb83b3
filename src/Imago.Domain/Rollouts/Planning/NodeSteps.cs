using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Moves every node under way one step on; see <see cref="NodeStep"/> for the paths.</summary>
internal static class NodeSteps
{
    public static void Advance(RolloutPass pass)
    {
        foreach (var (name, progress) in pass.Record.Active)
        {
            var node = pass.View.Nodes.GetValueOrDefault(name);
            if (Vanished(pass, node, progress))
            {
                pass.Settle(name, NodeResult.Gone);
                continue;
            }

            if (Reboots.IsSpared(pass, name, node, progress))
            {
                Spare(pass, name, node!, progress);
                continue;
            }

            switch (progress.Step)
            {
                case NodeStep.Draining:
                    break; // Drains does it, because draining nodes share the budgets.
                case NodeStep.Soaking:
                    Soak(pass, name, progress);
                    break;
                case NodeStep.Replacing:
                    Replace(pass, name, progress);
                    break;
                case NodeStep.Patching:
                    LivePatches.Advance(pass, name, node!, progress);
                    break;
                case NodeStep.Verifying:
                    Verify(pass, name, node, progress);
                    break;
                case NodeStep.Watching:
                    Watch(pass, name, node, progress);
                    break;
                case NodeStep.Releasing:
                    Release(pass, name, node!, progress);
                    break;
                case NodeStep.GivingUp:
                    GiveUp(pass, name, node!, progress);
                    break;
                default:
                    throw new InvalidOperationException($"Node '{name}' is in step {progress.Step}, which is not known.");
            }
        }
    }

    /// <summary>A drained node goes on: to its soak, or straight to the reimage.</summary>
    public static void Drained(RolloutPass pass, string name, NodeProgress progress)
    {
        // UP-45: the soak lies between drain and reimage.
        if (pass.Settings.NodeSoak > Duration.Zero)
        {
            pass.SetActive(name, progress.Enter(NodeStep.Soaking, pass.Now));
            pass.Wake(pass.Now + pass.Settings.NodeSoak);
        }
        else
        {
            pass.SetActive(name, progress.Enter(NodeStep.Replacing, pass.Now));
            Replace(pass, name, pass.Record.Active[name]);
        }
    }

    // While it is being replaced a node may be absent and come back with another identity (UP-11); at any other step that is somebody else's doing.
    private static bool Vanished(RolloutPass pass, Node? node, NodeProgress progress) => progress.Step switch
    {
        // A machine that is patched in place keeps its object; without it there is neither an order nor anybody who would report about one.
        _ when progress.Work == NodeWork.LivePatch || pass.Pool.Provider.InPlace => IsAnother(node, progress),
        NodeStep.Replacing or NodeStep.Verifying or NodeStep.Watching => false,
        NodeStep.Draining or NodeStep.Soaking or NodeStep.GivingUp => IsAnother(node, progress),
        _ => node is null,
    };

    private static bool IsAnother(Node? node, NodeProgress progress) => node is null || !string.Equals(node.Uid, progress.Uid, StringComparison.Ordinal);

    private static void Soak(RolloutPass pass, string name, NodeProgress progress)
    {
        var end = progress.Since + pass.Settings.NodeSoak;
        if (pass.Now < end)
        {
            pass.Wake(end);
            return;
        }

        pass.SetActive(name, progress.Enter(NodeStep.Replacing, pass.Now));
        Replace(pass, name, pass.Record.Active[name]);
    }

    private static void Replace(RolloutPass pass, string name, NodeProgress progress)
    {
        var level = (pass.Record.Target as RolloutTarget.Patch)?.Level;
        var operation = Reboots.VerbOf(pass.Record.Target) is ProviderVerb.Reboot
            ? pass.Operation(ProviderVerb.Reboot, name, image: null, level: null)
            : pass.Operation(ProviderVerb.Reimage, name, progress.To, level);
        switch (operation)
        {
            case { State: OperationState.Succeeded }:
                pass.SetActive(name, progress.Enter(NodeStep.Verifying, operation.EndedAt ?? pass.Now));
                Verify(pass, name, pass.View.Nodes.GetValueOrDefault(name), pass.Record.Active[name]);
                break;
            case { State: OperationState.Failed } when Refusal(pass, name, operation) is { } refused:
                // Nothing was done to the node, and its agent will not come back to it: it goes back to work as it was.
                pass.SetActive(name, progress.Enter(NodeStep.Releasing, pass.Now) with { Fault = refused });
                Release(pass, name, pass.View.Nodes[name], pass.Record.Active[name]);
                break;
            case { State: OperationState.Failed } when Withdrawals.LatenessOf(pass, name, operation) is { } late:
                // MW-53: it is drained again when it can be worked on; until then it serves.
                pass.SetActive(name, progress.Enter(NodeStep.Releasing, pass.Now) with { Fault = late });
                Release(pass, name, pass.View.Nodes[name], pass.Record.Active[name]);
                break;
            case { State: OperationState.Failed } when Withdrawals.FaultOf(pass, name, operation) is { } nowhere:
                // No further node is drained for it.
                pass.Halt(nowhere);
                pass.SetActive(name, progress.Enter(NodeStep.Releasing, pass.Now) with { Fault = nowhere });
                Release(pass, name, pass.View.Nodes[name], pass.Record.Active[name]);
                break;
            case { State: OperationState.Failed }:
                // An agent that only failed until now may still go on and restart the machine: the node stays empty until it is well.
                var (who, what) = IsMachine(pass, name) ? ("agent", "patch") : ("provider", "reimage");
                var fault = new RolloutFault(
                    "ProviderFailed", $"Node '{name}' is drained, and its {who} could not {(pass.Record.Target is RolloutTarget.Reboot ? "reboot" : what)} it: {operation.Code}: {operation.Message}", name, pass.Now);
                Aftermath.Lost(pass, name, NodeResult.ProviderFailed, fault);
                break;
        }
    }

    /// <summary>The work is reported done: whether the node is healthy at the target is looked at next.</summary>
    public static void Done(RolloutPass pass, string name, NodeProgress progress)
    {
        pass.SetActive(name, progress.Enter(NodeStep.Verifying, pass.Now));
        Verify(pass, name, pass.View.Nodes.GetValueOrDefault(name), pass.Record.Active[name]);
    }

    // One that has restarted has to come back well all the same.
    private static void Spare(RolloutPass pass, string name, Node node, NodeProgress progress)
    {
        if (Reboots.Complaint(pass, node) is null)
        {
            Done(pass, name, progress);
            return;
        }

        pass.SetActive(name, progress.Enter(NodeStep.Releasing, pass.Now));
        Release(pass, name, node, pass.Record.Active[name]);
    }

    private static bool IsMachine(RolloutPass pass, string name) => pass.View.Nodes.TryGetValue(name, out var node) && MachineJudge.IsMachine(node, pass.Pool);

    private static RolloutFault? Refusal(RolloutPass pass, string name, ProviderOperation operation) =>
        IsMachine(pass, name) && pass.View.Nodes[name] is { Agent: { Phase: AgentPhase.Refused } report } && string.Equals(report.OrderId, operation.Id, StringComparison.Ordinal)
            ? new RolloutFault(
                nameof(ReasonCode.AgentRefused), $"Node '{name}' was not patched: its agent refuses '{pass.Record.Target.Name}': {MachineJudge.Said(report)}. The other nodes go on.", name, pass.Now)
            : null;

    private static void Verify(RolloutPass pass, string name, Node? node, NodeProgress progress)
    {
        var complaint = Complaint(pass, node);
        if (complaint is null)
        {
            // UP-151: the canary is watched before the others start.
            pass.SetActive(name, progress.Enter(progress.IsCanary ? NodeStep.Watching : NodeStep.Releasing, pass.Now));
            if (progress.IsCanary)
            {
                Watch(pass, name, node, pass.Record.Active[name]);
            }
            else
            {
                Release(pass, name, node!, pass.Record.Active[name]);
            }

            return;
        }

        // UP-150: healthy at the target within nodeReadyTimeout after the work is reported done.
        var deadline = progress.Since + pass.Settings.NodeReadyTimeout;
        if (pass.Now >= deadline)
        {
            NotReady(pass, name, complaint);
        }
        else
        {
            pass.Wake(deadline);
        }
    }

    private static void Watch(RolloutPass pass, string name, Node? node, NodeProgress progress)
    {
        if (Complaint(pass, node) is { } complaint)
        {
            NotReady(pass, name, complaint);
            return;
        }

        var end = progress.Since + pass.Settings.CanarySoak;
        if (pass.Now < end)
        {
            pass.Wake(end);
            return;
        }

        // UP-151: Ready, DaemonSet pods Ready, and the soak has passed: the others may start.
        pass.Record = pass.Record with { CanaryPassedAt = pass.Now };
        pass.SetActive(name, progress.Enter(NodeStep.Releasing, pass.Now));
        Release(pass, name, node!, pass.Record.Active[name]);
    }

    /// <summary>Takes our marks off a node at its target, and is done when they are seen to be off.</summary>
    private static void Release(RolloutPass pass, string name, Node node, NodeProgress progress)
    {
        if (!Withdrawals.IsDone(pass, name, node, progress))
        {
            return;
        }

        // CH-30: a live patch does not touch the cordon, so there is nothing to undo, not even when somebody else uncordons the node meanwhile.
        var untouched = progress.Work == NodeWork.LivePatch && node.Mark is null;
        if (untouched || Handover.Release(pass, node, progress.WasUnschedulable))
        {
            // NM-34: what is held back is said of the node; it is not what the others are judged by.
            var partial = progress.Fault ?? Arrival.Partially(pass, node);
            pass.Settle(name, partial is null ? NodeResult.Upgraded : NodeResult.Partial, partial);
        }
    }

    /// <summary>Hands an undrainable node back as the settings say.</summary>
    public static void GiveUp(RolloutPass pass, string name, Node node, NodeProgress progress)
    {
        if (!Aftermath.MayQuarantine(pass, node))
        {
            // UP-50: made schedulable again, not upgraded. UP-52: the upgrade stops.
            pass.Halt(Aftermath.Stopping(pass, progress.Fault!));
            if (Handover.Release(pass, node, progress.WasUnschedulable))
            {
                pass.Settle(name, NodeResult.Blocked);
            }

            return;
        }

        // UP-50: stays cordoned, with the label.
        if (!Handover.Quarantine(pass, node))
        {
            return;
        }

        Aftermath.Quarantined(pass, name, progress.Fault!);
    }

    private static string? Complaint(RolloutPass pass, Node? node)
    {
        if (node is null)
        {
            return "it has not come back";
        }

        return Arrival.Complaint(pass, node) ?? NodeHealth.Complaint(pass.View, node);
    }

    public static void NotReady(RolloutPass pass, string name, string complaint) =>
        Aftermath.Lost(pass, name, NodeResult.NotReady, new RolloutFault(
            nameof(ReasonCode.NotReadyAfterUpgrade),
            pass.Record.Target is RolloutTarget.Reboot
                ? $"Node '{name}' was not healthy in time after its reboot: {complaint}. Look at the node before others are rebooted."
                : $"Node '{name}' was not healthy at '{pass.Record.Target.Name}' in time: {complaint}. Look at the node; if it is the {(IsMachine(pass, name) ? "release" : "image")}, withdraw it or name another target.",
            name, pass.Now));
}
