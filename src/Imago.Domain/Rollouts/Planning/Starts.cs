using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Starts nodes while there are free slots. Not in lock-step batches: one node done is one slot free (UP-2).</summary>
internal static class Starts
{
    /// <summary>Whether no node could be started even if there were candidates, and the surge is as large as it may be.</summary>
    public static bool Saturated(RolloutPass pass) =>
        pass.Record.Active.Count > 0 && ReimageSlots(pass) <= 0 && LiveSlots(pass) <= 0 && !SurgeSize.MayGrow(pass) && !SurgeSize.Oversized(pass);

    public static void Start(RolloutPass pass, List<Candidate> candidates)
    {
        var (reimages, lives) = (ReimageSlots(pass), LiveSlots(pass));
        if (pass.CanaryPending && candidates.Reimages() > 0)
        {
            // UP-151: a live patch says nothing about the image of the same level, which some nodes need: one of those goes first.
            lives = 0;
        }

        if (reimages <= 0 && lives <= 0)
        {
            return;
        }

        var order = new CandidateOrder(pass, candidates);
        while (order.Best(reimages > 0, lives > 0) is var (candidate, chance) && WorthStarting(pass, chance))
        {
            Begin(pass, candidate);
            order.Chosen(candidate);
            if (pass.CanaryPending)
            {
                // UP-151: the canary goes alone.
                return;
            }

            _ = candidate.Need.Kind == NodeWork.Reimage ? reimages-- : lives--;
        }
    }

    // Held and doomed nodes come when nothing else is under way: then nobody is held up by them, and the time they wait is the drain timeout that the
    // spec gives them (UP-42, UP-50…53, UP-77: worked around, then reported). Doomed ones may keep each other company.
    private static bool WorthStarting(RolloutPass pass, DrainChance chance) => chance switch
    {
        DrainChance.Free or DrainChance.Gradual => true,
        DrainChance.Held => pass.Record.Active.Count == 0,
        _ => pass.Record.Active.Values.All(a => a.StartedAt == pass.Now) && pass.Settings.Undrainable == UndrainableNodeBehavior.Cordon
            || pass.Record.Active.Count == 0,
    };

    private static void Begin(RolloutPass pass, Candidate candidate)
    {
        var node = candidate.Node;
        pass.SetActive(node.Name, new NodeProgress
        {
            Work = candidate.Need.Kind,
            Step = candidate.Need.Kind == NodeWork.LivePatch ? NodeStep.Patching : NodeStep.Draining,
            StartedAt = pass.Now,
            Since = pass.Now,
            From = node.Image.Text,
            To = candidate.Need.Image,
            Uid = node.Uid,
            Boot = node.Boot,
            WindowStart = pass.Gate.Current?.Start,
            WasUnschedulable = node.Mark is { } mark ? mark.WasUnschedulable : node.Unschedulable,
            IsCanary = pass.CanaryPending,
        });
    }

    /// <summary>How many more nodes may be taken out of service now.</summary>
    private static int ReimageSlots(RolloutPass pass)
    {
        // UP-151: the canary goes alone.
        if (pass.CanaryPending && pass.Record.Active.Count > 0)
        {
            return 0;
        }

        // A node is lost with a fault, so that a rollout without one need not be searched.
        var lost = pass.Record.Fault is null ? 0 : pass.Record.Settled.Count(s => s.Value is { Work: NodeWork.Reimage, Result: NodeResult.NotReady or NodeResult.ProviderFailed });

        // With a surge, a node may go for each surge node that serves, so that the pool serves at its size throughout. UP-2: never more than the surge, although more
        // surge nodes of an earlier rollout, which was allowed more, may still be about.
        var room = pass.Record.Surge > 0 ? Math.Min(pass.Record.Surge, pass.Serving.Count()) : pass.Record.MaxUnavailable - lost;
        return (pass.CanaryPending ? Math.Min(1, room) : room) - pass.Disrupted;
    }

    /// <summary>How many more nodes may be patched live now. They keep serving; the number is bounded like the others so that a bad patch stays small.</summary>
    private static int LiveSlots(RolloutPass pass)
    {
        // No other target has nodes to patch live, so their slots must not keep a rollout from counting as saturated.
        if (pass.Record.Target is not RolloutTarget.Patch { LivePatching: true })
        {
            return 0;
        }

        if (pass.CanaryPending)
        {
            return pass.Record.Active.Count > 0 ? 0 : 1;
        }

        var live = pass.Record.Active.Count - pass.Disrupted;
        return Math.Max(1, Math.Max(pass.Record.Surge, pass.Record.MaxUnavailable)) - live;
    }
}
