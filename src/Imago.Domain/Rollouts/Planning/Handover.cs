using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>Takes nodes over and hands them back: cordon, mark, autoscaler annotations and steering taint, always in one patch.</summary>
/// <remarks>Rules: UP-8, UP-155.</remarks>
internal static class Handover
{
    /// <summary>Whether the node is seen to be cordoned and marked by this rollout.</summary>
    public static bool IsTaken(RolloutPass pass, Node node) =>
        node.Unschedulable && node.ScaleDownDisabled && node.Mark is { } mark && string.Equals(mark.Rollout, pass.Record.Id, StringComparison.Ordinal);

    /// <summary>Cordons and marks a node.</summary>
    public static void Take(RolloutPass pass, Node node, string why, bool wasUnschedulable)
    {
        // UP-155: the mark says who, why, since when and what was before, and comes with the cordon in the same patch: a crash can
        // leave neither a cordon without a mark nor a mark that lies. UP-8: the autoscaler and auto-repair keep away.
        pass.Update(node, new NodeUpdate
        {
            Unschedulable = true,
            Mark = new CordonMark(pass.Record.Id, why, pass.Now, wasUnschedulable),
            ScaleDownDisabled = true,
        });
    }

    /// <summary>Hands a node back as it was. True when nothing of ours is left on it.</summary>
    public static bool Release(RolloutPass pass, Node node, bool wasUnschedulable)
    {
        // UP-155: a cordon that somebody else made is never undone; a reimage that lost it puts it back. Our mark comes with a cordon: without one, somebody has
        // taken it off since, and knew about theirs.
        var cordoned = wasUnschedulable && (node.Mark is null || node.Unschedulable);
        if (node.Unschedulable == cordoned && node.Mark is null && !node.ScaleDownDisabled && !node.SteeredAway)
        {
            return true;
        }

        // A cordon without our mark came after ours went, or on a node made anew: it is not ours to undo.
        var theirs = node.Mark is null && node.Unschedulable && !cordoned;
        if (theirs && !node.ScaleDownDisabled && !node.SteeredAway)
        {
            return true;
        }

        pass.Update(node, new NodeUpdate
        {
            Unschedulable = theirs ? null : cordoned,
            RemoveMark = node.Mark is not null,
            ScaleDownDisabled = node.ScaleDownDisabled ? false : null,
            SteeredAway = node.SteeredAway ? false : null,
        });
        return false;
    }

    /// <summary>Labels a cordoned node as quarantined. True when that is observed.</summary>
    /// <remarks>UP-50, IM-16: the cordon and its mark stay, and the label says why.</remarks>
    public static bool Quarantine(RolloutPass pass, Node node)
    {
        if (node.Quarantined && node.Unschedulable && !node.ScaleDownDisabled && !node.SteeredAway)
        {
            return true;
        }

        pass.Update(node, new NodeUpdate
        {
            Unschedulable = node.Unschedulable ? null : true,
            Quarantined = true,
            ScaleDownDisabled = node.ScaleDownDisabled ? false : null,
            SteeredAway = node.SteeredAway ? false : null,
        });
        return false;
    }
}
