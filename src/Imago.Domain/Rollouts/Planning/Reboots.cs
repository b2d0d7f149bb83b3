using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>
/// Reboots of nodes whose OS patches itself. Channel Unmanaged never reboots a node (CH-13); a pool may ask for it all the same, and then its nodes are drained and
/// rebooted as they would be reimaged otherwise: in the window, few at a time, one first.
/// </summary>
/// <remarks>Rules: CH-11, CH-12, CH-13, NM-20, NM-59.</remarks>
internal static class Reboots
{
    /// <summary>Whether nodes of the pool are to be rebooted now or in the next window.</summary>
    public static bool AreDue(ClusterInput input, PoolSpec pool) =>
        NotWanted(input, pool) is null && input.View.NodesOf(pool.Name).Values.Any(n => n is { RebootDue: true, AutoProvisioned: false });

    /// <summary>Why no node of the pool may be rebooted, for people; null: they may be.</summary>
    public static string? NotWanted(ClusterInput input, PoolSpec pool)
    {
        if (input.Spec.Channel != NodeOsChannel.Unmanaged)
        {
            return $"The node OS upgrade channel is now {input.Spec.Channel}.";
        }

        if (pool.Settings.RebootPolicy != RebootPolicy.Coordinated)
        {
            return $"The reboot policy of node pool '{pool.Name}' is now {pool.Settings.RebootPolicy}.";
        }

        return pool.Provider.CanReboot ? null : $"The provider of node pool '{pool.Name}' cannot reboot nodes.";
    }

    /// <summary>What a rollout to the target asks its provider for once a node is drained.</summary>
    public static ProviderVerb VerbOf(RolloutTarget target) => target is RolloutTarget.Reboot ? ProviderVerb.Reboot : ProviderVerb.Reimage;

    /// <summary>The pool as a rollout to the target has to take it.</summary>
    /// <remarks>UP-31: a rebooted node comes back by itself, and surge nodes of no particular image would be drained for nothing: the pool misses a few nodes at a time instead.</remarks>
    public static PoolSpec InPlace(PoolSpec pool, RolloutTarget target) =>
        target is RolloutTarget.Reboot ? pool with { Provider = pool.Provider with { CanSurge = false } } : pool;

    /// <summary>What is missing until a node that was to be rebooted is done, for people; null when nothing is.</summary>
    /// <remarks>
    /// The node is up before its reboot, too, and looks healthy: what tells before from after is another boot. Where nobody states it, nothing may be pending any more.
    /// </remarks>
    public static string? Complaint(RolloutPass pass, Node node)
    {
        var before = pass.Record.Active.GetValueOrDefault(node.Name)?.Boot;
        if (before is not null && string.Equals(before, node.Boot, StringComparison.Ordinal))
        {
            return "it has not restarted";
        }

        return node.RebootDue ? "a reboot is still pending" : null;
    }

    /// <summary>Whether a node that was to be rebooted needs no reboot any more, before anybody was asked for one.</summary>
    /// <remarks>
    /// CH-13: somebody else restarted it, its agent carried an earlier order out after all, or what asked for the reboot has gone. CH-31: as long as an earlier order may still
    /// restart the machine it stays under way, and empty.
    /// </remarks>
    public static bool IsSpared(RolloutPass pass, string name, Node? node, NodeProgress progress) =>
        pass.Record.Target is RolloutTarget.Reboot && progress.Step is NodeStep.Draining or NodeStep.Soaking or NodeStep.Replacing
        && node is { RebootDue: false } && !Withdrawals.MayStillAct(node) && !pass.IsBegun(ProviderVerb.Reboot, name);

    /// <summary>What channel Unmanaged means for the nodes of a pool.</summary>
    /// <remarks>CH-11, CH-12: the OS patches itself, and a new node begins unpatched.</remarks>
    public static Reason Unmanaged(PoolSpec pool) => new(
        ReasonCode.ChannelUnmanaged,
        $"Node OS upgrade channel Unmanaged: the OS updates itself, {NodeOsChannel.Unmanaged.Cadence(pool.Os)}; Imago controls neither content nor time. A new node starts from the pool's image and is patched at a later run.");
}
