using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Starts nodes, sizes the surge to what is left to do, and ends the rollout.</summary>
internal static class Progression
{
    public static void Continue(RolloutPass pass)
    {
        CallOff(pass);
        var hold = StartGate.Held(pass);
        if (hold is not null)
        {
            pass.Hold(hold);
        }

        if (pass.Gate.ChangesAt is { } edge)
        {
            pass.Wake(edge);
        }

        var candidates = hold is null && Starts.Saturated(pass) && Steering.InPlace(pass) ? null : Candidates.Of(pass);
        if (hold is null && candidates is not null)
        {
            Starts.Start(pass, candidates);
        }

        if (candidates is null)
        {
            return;
        }

        var mayContinue = hold is null && pass.Record.Phase == RolloutPhase.Running;
        var waiting = mayContinue ? candidates.FindAll(c => !pass.Record.Active.ContainsKey(c.Node.Name)) : [];
        SurgeSize.Adjust(pass, waiting, mayContinue);
        Steering.Apply(pass, waiting, mayContinue);
        End(pass, mayContinue ? waiting.Count : candidates.Count);
    }

    /// <summary>Ends a rollout that was aborted, or whose target or channel has been taken away: nodes in flight finish, nothing new starts.</summary>
    private static void CallOff(RolloutPass pass)
    {
        if (pass.Record.Phase != RolloutPhase.Running)
        {
            return;
        }

        // UP-66: whatever asked for the rollout.
        if (pass.Pool.Abort is { } abort && string.Equals(abort.Rollout, pass.Record.Id, StringComparison.Ordinal))
        {
            Cancel(nameof(ReasonCode.Aborted), $"It was aborted by {abort.By} at {InstantPattern.General.Format(abort.At)}.");
            return;
        }

        if (pass.Record.Trigger != RolloutTrigger.Automatic)
        {
            return;
        }

        // IM-37: a withdrawn image stops being a target at once.
        if (pass.Record.Target is RolloutTarget.Image(var image) && pass.Input.Catalog.IsWithdrawn(image, pass.Now))
        {
            Cancel(nameof(ReasonCode.ImageWithdrawn), $"Image '{image}' has been withdrawn. Nodes on it stay until a newer one exists.");
        }
        else if (pass.Pool.PinnedBySnapshot)
        {
            // IM-41: snapshot pools are left alone by automatic channels.
            Cancel(nameof(ReasonCode.PinnedBySnapshot), "The node pool has been pinned to a snapshot.");
        }
        else if (!Channels.SupportRules.AutomaticWorkAllowed(pass.Input.Spec.Support, pass.Input.Spec.Attached))
        {
            // CH-87: no automatic action on an unsupported minor.
            Cancel(nameof(ReasonCode.KubernetesVersionUnsupported), "The cluster's Kubernetes minor is no longer supported.");
        }
        else if (pass.Record.Target is RolloutTarget.Reboot)
        {
            // CH-13: whoever switches coordinated reboots off, or chooses another channel, wants none to begin any more.
            if (Reboots.NotWanted(pass.Input, pass.Pool) is { } why)
            {
                Cancel(nameof(ReasonCode.Aborted), why);
            }
        }
        else if (pass.Pool.RequestedTarget is null && !Channels.NodeOsChannels.IsManaged(pass.Input.Spec.Channel))
        {
            Cancel(nameof(ReasonCode.Aborted), $"The node OS upgrade channel is now {pass.Input.Spec.Channel}.");
        }
        else if (!pass.Record.Active.IsEmpty || pass.Record.SurgeNodes.Values.Any(s => s.Counts))
        {
            // What follows is for a rollout with nothing under way, as between two windows.
        }
        else if (Requests.WouldBeginWithout(pass.Input, pass.Record))
        {
            // MW-11, UP-62: a person does not wait for a window that a rollout waits for; one at a time all the same.
            Cancel(TargetChooser.SupersededCode, "Somebody asked for an upgrade by hand, which goes first.");
        }
        else if (TargetChooser.Superseded(pass))
        {
            // IM-36: it is cheapest to turn to the newer target now; no node moves twice.
            Cancel(TargetChooser.SupersededCode, $"A newer target than '{pass.Record.Target.Name}' has been released.");
        }

        void Cancel(string code, string text) =>
            pass.Record = pass.Record.Become(RolloutPhase.Canceling, pass.Now, new RolloutFault(code, text, null, pass.Now));
    }

    private static void End(RolloutPass pass, int left)
    {
        var record = pass.Record;
        var busy = record.Active.Count > 0 || record.Steering || record.SurgeNodes.Any(s => s.Value.Counts);
        if (busy)
        {
            return;
        }

        switch (record.Phase)
        {
            case RolloutPhase.Halting:
                pass.Record = record.Become(RolloutPhase.Failed, pass.Now);
                break;
            case RolloutPhase.Canceling:
                pass.Record = record.Become(RolloutPhase.Canceled, pass.Now);
                break;
            case RolloutPhase.Running when left == 0:
                // Also outside a window, or paused: there is nothing left to start.
                Finish(pass);
                break;
        }
    }

    private static void Finish(RolloutPass pass)
    {
        var record = pass.Record;
        var quarantined = record.Settled.Where(s => s.Value.Result == NodeResult.Quarantined).ToList();
        if (quarantined.Count == 0)
        {
            pass.Record = record.Become(RolloutPhase.Succeeded, pass.Now);
            return;
        }

        // UP-53, Cordon: Failed if every blocked node got a replacement, else Canceled.
        var replaced = quarantined.TrueForAll(q => record.SurgeNodes.Values.Any(s =>
            s.Step == SurgeStep.Kept && string.Equals(s.ReplacementFor, q.Key, StringComparison.Ordinal)));
        pass.Record = record.Become(RolloutPhase.Halting, pass.Now, quarantined[0].Value.Fault! with { Code = nameof(ReasonCode.Quarantined) })
            .Become(replaced ? RolloutPhase.Failed : RolloutPhase.Canceled, pass.Now);
    }
}
