using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Settings;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>Says of a node that waits for a reboot what will bring it about, and what would.</summary>
/// <remarks>Rules: CH-13, NM-20, NM-56.</remarks>
public static class PendingReboots
{
    private const string Ends = "the node reboots";

    /// <summary>Whether kured looks after the reboots of a node: it has marked it, or one of its pods runs there.</summary>
    /// <remarks>NM-20: it keeps its lock on its DaemonSet, so that a node that it has never rebooted carries no mark.</remarks>
    public static bool KuredOn(ClusterView view, Node node) =>
        node.KuredMarked || view.PodsOn(node.Name).Any(e => e.Pod is { BelongsToDaemonSet: true, Finished: false, Owner.Name: "kured" });

    /// <summary>The remark about a node; null when no reboot is pending.</summary>
    /// <param name="input">What was observed.</param>
    /// <param name="pool">The pool of the node.</param>
    /// <param name="node">The node.</param>
    public static Reason? Of(ClusterInput input, PoolSpec pool, Node node)
    {
        if (!node.RebootDue)
        {
            return null;
        }

        var pending = node.RebootPendingSince is { } since ? $"The OS waits for a reboot since {InstantPattern.General.Format(since)}" : "The OS waits for a reboot";
        if (AgentAnswers.ToOrderOf(node) is { Phase: AgentPhase.Rebooting })
        {
            return new Reason(ReasonCode.RebootPending, $"{pending}. Its agent has told the machine to restart.", Event: Ends);
        }

        if (input.Spec.Channel != NodeOsChannel.Unmanaged)
        {
            // NM-59: a live patch is refused while a reboot is pending, so that the node is drained for the next level.
            var brings = MachineJudge.IsMachine(node, pool) ? "The next level is applied with a drain and" : "A reimage";
            return new Reason(ReasonCode.RebootPending, $"{pending}. {brings} brings it about; where none is to come, reboot the node or run a reboot daemon.", Event: Ends);
        }

        var kured = KuredOn(input.View, node);
        var coordinated = pool.Settings.RebootPolicy == RebootPolicy.Coordinated;
        var what = (coordinated, pool.Provider.CanReboot, kured) switch
        {
            (true, false, false) => $"Node pool '{pool.Name}' asks for coordinated reboots, but its provider cannot reboot nodes: reboot the node by hand, or run kured.",
            (true, false, true) => $"Node pool '{pool.Name}' asks for coordinated reboots, but its provider cannot reboot nodes; kured runs on the node and reboots it when its own settings allow.",
            (true, true, false) => "Imago drains and reboots it in the maintenance window (rebootPolicy Coordinated).",
            (true, true, true) => $"Imago drains and reboots it in the maintenance window (rebootPolicy Coordinated), but kured runs on the node as well, and two would reboot it: remove kured, or set rebootPolicy of node pool '{pool.Name}' to None.",
            (false, _, true) => "kured runs on the node and reboots it when its own settings allow; Imago leaves it alone.",
            (false, true, false) => $"Nobody is known to reboot it: reboot it by hand, run kured, or set rebootPolicy of node pool '{pool.Name}' to Coordinated.",
            (false, false, false) => "Nobody is known to reboot it: reboot it by hand, or run kured.",
        };
        return new Reason(ReasonCode.RebootPending, $"{pending}. {what}", Event: Ends);
    }
}
