using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Moves every surge node one step on: made → healthy → serving → drained → deleted.</summary>
/// <remarks>Draining itself is done with that of the other nodes, in <see cref="Drains"/>, because they share the budgets.</remarks>
internal static class SurgeSteps
{
    public static void Advance(RolloutPass pass)
    {
        foreach (var (name, surge) in pass.Record.SurgeNodes)
        {
            switch (surge.Step)
            {
                case SurgeStep.Creating:
                    Create(pass, name, surge);
                    break;
                case SurgeStep.Verifying:
                    Verify(pass, name, surge);
                    break;
                case SurgeStep.Watching:
                    Watch(pass, name, surge);
                    break;
                case SurgeStep.Serving:
                    Serve(pass, name, surge);
                    break;
                case SurgeStep.Deleting:
                    Delete(pass, name, surge);
                    break;
                case SurgeStep.Kept or SurgeStep.Draining or SurgeStep.Stranded:
                    break;
                default:
                    throw new InvalidOperationException($"Surge node '{name}' is in step {surge.Step}, which is not known.");
            }
        }
    }

    /// <summary>A surge node that serves nobody any more is deleted.</summary>
    public static void StartDeleting(RolloutPass pass, string name, SurgeNode surge)
    {
        pass.SetSurge(name, surge.Enter(SurgeStep.Deleting, pass.Now));
        Delete(pass, name, pass.Record.SurgeNodes[name]);
    }

    private static void Create(RolloutPass pass, string name, SurgeNode surge)
    {
        var level = (pass.Record.Target as RolloutTarget.Patch)?.Level;
        var operation = pass.Operation(ProviderVerb.Create, name, surge.Image, level);
        switch (operation)
        {
            case { State: OperationState.Succeeded }:
                pass.SetSurge(name, surge.Enter(SurgeStep.Verifying, operation.EndedAt ?? pass.Now));
                Verify(pass, name, pass.Record.SurgeNodes[name]);
                break;
            case { State: OperationState.Failed } when CapacityErrors.Contains(operation.Code):
                pass.RemoveSurge(name);
                CapacityFallback.Apply(pass, name, operation);
                break;
            case { State: OperationState.Failed }:
                // Whatever was left half-made is asked away; deleting what does not exist is no error.
                StartDeleting(pass, name, surge);
                pass.Halt(new RolloutFault(
                    "ProviderFailed", $"Surge node '{name}' could not be made: {operation.Code}: {operation.Message}", name, pass.Now));
                break;
        }
    }

    private static void Verify(RolloutPass pass, string name, SurgeNode surge)
    {
        var complaint = Complaint(pass, name);
        if (complaint is null)
        {
            // UP-151: the first node at a target goes alone and is watched; this one has no pods of anybody's yet.
            pass.SetSurge(name, surge.Enter(surge.IsCanary ? SurgeStep.Watching : SurgeStep.Serving, pass.Now));
            if (surge.IsCanary)
            {
                pass.Wake(pass.Now + pass.Settings.CanarySoak);
            }

            return;
        }

        var deadline = surge.Since + pass.Settings.NodeReadyTimeout;
        if (pass.Now >= deadline)
        {
            NotReady(pass, name, surge, complaint);
        }
        else
        {
            pass.Wake(deadline);
        }
    }

    private static void Watch(RolloutPass pass, string name, SurgeNode surge)
    {
        if (Complaint(pass, name) is { } complaint)
        {
            // UP-152: unhealthy within the soak halts the pool.
            NotReady(pass, name, surge, complaint);
            return;
        }

        var end = surge.Since + pass.Settings.CanarySoak;
        if (pass.Now >= end)
        {
            pass.SetSurge(name, surge.Enter(SurgeStep.Serving, pass.Now));
        }
        else
        {
            pass.Wake(end);
        }
    }

    private static void Serve(RolloutPass pass, string name, SurgeNode surge)
    {
        if (!pass.View.Nodes.TryGetValue(name, out var node))
        {
            // Somebody removed it, perhaps the object only: the machine is asked away, or it would join again and stay. Another one is named if still needed.
            StartDeleting(pass, name, surge);
            return;
        }

        // UP-152: a buffer node that turns unhealthy while a drained node soaks is how a bad image shows.
        if (pass.Settings.NodeSoak > Duration.Zero && pass.Record.Active.Values.Any(a => a.Step == NodeStep.Soaking) && NodeHealth.Complaint(pass.View, node) is { } complaint)
        {
            pass.Halt(new RolloutFault(
                nameof(ReasonCode.NotReadyAfterUpgrade),
                $"Surge node '{name}' turned unhealthy while a drained node soaked: {complaint}.", name, pass.Now));
        }

        if (!node.Ready)
        {
            // A buffer that serves nobody would hold up the pool for ever: it has nodeReadyTimeout to come back (UP-150).
            pass.SetSurge(name, surge.Enter(SurgeStep.Verifying, pass.Now) with { IsCanary = false });
            pass.Wake(pass.Now + pass.Settings.NodeReadyTimeout);
        }
        else if (node is { Unschedulable: true, Mark: { } mark })
        {
            // It was on its way out when the rollout before this one ended. Now it serves again, whatever else is wrong with it: cordoned, it would hold up the pool.
            Handover.Release(pass, node, mark.WasUnschedulable);
        }
        else if (node.Unschedulable)
        {
            // UP-155: somebody cordoned it, and we do not undo that. It takes no pods, so it is returned and another one is made.
            pass.SetSurge(name, surge.Enter(SurgeStep.Draining, pass.Now));
        }
    }

    private static void Delete(RolloutPass pass, string name, SurgeNode surge)
    {
        // Whatever takes pods is not deleted: it is cordoned and drained first. The view may lag, so that it looks empty is not enough; a cordon that is seen is.
        if (!pass.IsBegun(ProviderVerb.Delete, name) && pass.View.Nodes.TryGetValue(name, out var node) && !node.Unschedulable)
        {
            pass.SetSurge(name, surge.Enter(SurgeStep.Draining, pass.Now));
            return;
        }

        var operation = pass.Operation(ProviderVerb.Delete, name, null, null);
        if (operation is { State: OperationState.Succeeded } && !pass.View.Nodes.ContainsKey(name))
        {
            pass.RemoveSurge(name);
        }
        else if (operation is { State: OperationState.Failed })
        {
            pass.SetSurge(name, surge.Enter(SurgeStep.Stranded, pass.Now));
            pass.Halt(new RolloutFault(
                "ProviderFailed", $"Surge node '{name}' could not be deleted: {operation.Code}: {operation.Message}", name, pass.Now));
        }
    }

    // UP-150: a surge node that does not come up costs nobody anything; it is returned and the pool halts. Pods may have landed on it between its Ready
    // condition and the complaint, so it is cordoned and drained like any other: budgets hold for them, too.
    private static void NotReady(RolloutPass pass, string name, SurgeNode surge, string complaint)
    {
        if (pass.View.Nodes.ContainsKey(name))
        {
            pass.SetSurge(name, surge.Enter(SurgeStep.Draining, pass.Now));
        }
        else
        {
            StartDeleting(pass, name, surge);
        }

        pass.Halt(new RolloutFault(
            nameof(ReasonCode.NotReadyAfterUpgrade),
            $"Surge node '{name}' was not healthy at '{pass.Record.Target.Name}' within {pass.Settings.NodeReadyTimeout.TotalMinutes:0} minutes: {complaint}. No node of pool '{pass.Record.Pool}' was touched because of it.",
            name, pass.Now));
    }

    // UP-4: surge nodes come up at the target. CH-37: under SecurityPatch it must have reached the level before it takes work.
    private static string? Complaint(RolloutPass pass, string name)
    {
        if (!pass.View.Nodes.TryGetValue(name, out var node))
        {
            return "it has not joined the cluster";
        }

        return Arrival.Complaint(pass, node) ?? NodeHealth.Complaint(pass.View, node);
    }
}
