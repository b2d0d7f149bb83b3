using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Moves every node under way one step on; see <see cref="NodeStep"/> for the paths.</summary>
internal static class NodeSteps
{
    /// <summary>
    /// How long a live patch may take before the node counts as not ready: the agent looks every 10 minutes and works for 60 at most (CH-35).
    /// </summary>
    internal static readonly Duration LivePatchTimeout = Duration.FromMinutes(70);

    public static void Advance(RolloutPass pass)
    {
        foreach (var (name, progress) in pass.Record.Active)
        {
            var node = pass.View.Nodes.GetValueOrDefault(name);
            if (Vanished(node, progress))
            {
                pass.Settle(name, NodeResult.Gone);
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
                    LivePatch(pass, name, node!, progress);
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
    private static bool Vanished(Node? node, NodeProgress progress) => progress.Step switch
    {
        _ when progress.Work == NodeWork.LivePatch => IsAnother(node, progress),
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
            case { State: OperationState.Failed }:
                var fault = new RolloutFault(
                    "ProviderFailed", $"Node '{name}' is drained, and its provider could not {(pass.Record.Target is RolloutTarget.Reboot ? "reboot" : "reimage")} it: {operation.Code}: {operation.Message}", name, pass.Now);
                Aftermath.Lost(pass, name, NodeResult.ProviderFailed, fault);
                break;
        }
    }

    private static void LivePatch(RolloutPass pass, string name, Node node, NodeProgress progress)
    {
        var level = ((RolloutTarget.Patch)pass.Record.Target).Level;
        if (node.ReachedLevel is { } reached && reached >= level)
        {
            pass.SetActive(name, progress.Enter(NodeStep.Verifying, pass.Now));
            Verify(pass, name, node, pass.Record.Active[name]);
            return;
        }

        // CH-34: the order is an annotation; the node's agent does the rest and reports the level it reached.
        if (node.DesiredLevel is not { } desired || desired < level)
        {
            pass.Update(node, new NodeUpdate { DesiredLevel = level });
        }

        var deadline = progress.Since + LivePatchTimeout;
        if (pass.Now >= deadline)
        {
            NotReady(pass, name, $"its agent has not reached patch level {level} in {LivePatchTimeout.TotalMinutes:0} minutes");
        }
        else
        {
            pass.Wake(deadline);
        }
    }

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
        // CH-30: a live patch does not touch the cordon, so there is nothing to undo, not even when somebody else uncordons the node meanwhile.
        var untouched = progress.Work == NodeWork.LivePatch && node.Mark is null;
        if (untouched || Handover.Release(pass, node, progress.WasUnschedulable))
        {
            pass.Settle(name, NodeResult.Upgraded);
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

    private static void NotReady(RolloutPass pass, string name, string complaint) =>
        Aftermath.Lost(pass, name, NodeResult.NotReady, new RolloutFault(
            nameof(ReasonCode.NotReadyAfterUpgrade),
            pass.Record.Target is RolloutTarget.Reboot
                ? $"Node '{name}' was not healthy in time after its reboot: {complaint}. Look at the node before others are rebooted."
                : $"Node '{name}' was not healthy at '{pass.Record.Target.Name}' in time: {complaint}. Look at the node; if it is the image, withdraw it or name another target.",
            name, pass.Now));
}
