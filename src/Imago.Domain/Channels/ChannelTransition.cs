using Imago.Domain.Maintenance;

namespace Imago.Domain.Channels;

/// <summary>Whether user-made changes may disrupt nodes.</summary>
public enum NodeDisruptionPolicy
{
    /// <summary>At once (the default).</summary>
    Allow,

    /// <summary>Only while the node OS window is open.</summary>
    AllowDuringMaintenanceWindow,

    /// <summary>Never.</summary>
    Block,
}

/// <summary>What a channel change does to nodes.</summary>
public enum TransitionEffect
{
    /// <summary>Nothing by itself; nodes move with the next image or patch (CH-51).</summary>
    None,

    /// <summary>All nodes of affected Linux pools are reimaged, at once (CH-50, CH-52).</summary>
    Reimage,

    /// <summary>The change is refused (CH-53).</summary>
    Refused,
}

/// <summary>Changes from one channel to another.</summary>
/// <remarks>Rules: CH-50…54.</remarks>
public static class ChannelTransition
{
    /// <summary>Whether the change by itself reimages nodes.</summary>
    /// <remarks>CH-50: if and only if exactly one of old and new is Unmanaged, because the on-node updater is switched on or off. CH-51: nothing else does.</remarks>
    public static bool Reimages(NodeOsChannel from, NodeOsChannel to) => from == NodeOsChannel.Unmanaged != (to == NodeOsChannel.Unmanaged);

    /// <summary>CH-50: Windows pools have no on-node updater to switch.</summary>
    public static bool Affects(PoolOs os) => os != PoolOs.Windows;

    /// <summary>What the change does under a disruption policy.</summary>
    /// <param name="from">Channel before.</param>
    /// <param name="to">Channel after.</param>
    /// <param name="policy">The policy.</param>
    /// <param name="window">State of the node OS window; null when no window exists.</param>
    /// <param name="bundledWithUpgrade">Whether the same request upgrades the version, which replaces the nodes anyway.</param>
    /// <param name="inPlace">Whether agents on the nodes patch them in place: they switch the updater of a machine that goes on running.</param>
    public static (TransitionEffect Effect, string? Refusal) Plan(
        NodeOsChannel from, NodeOsChannel to, NodeDisruptionPolicy policy, WindowState? window, bool bundledWithUpgrade = false, bool inPlace = false)
    {
        if (inPlace || !Reimages(from, to))
        {
            // CH-54: the policy never holds back what does not come from the change itself. CH-53: nor a change that disrupts no node.
            return (TransitionEffect.None, null);
        }

        // CH-54: nor what comes with a version upgrade.
        return (bundledWithUpgrade ? NodeDisruptionPolicy.Allow : policy) switch
        {
            // CH-53: always refused.
            NodeDisruptionPolicy.Block => (TransitionEffect.Refused,
                $"Changing the node OS upgrade channel from {from} to {to} reimages nodes, which the node disruption policy 'Block' forbids. Change the policy first."),

            // CH-53: refused outside the window; without a window it is allowed.
            NodeDisruptionPolicy.AllowDuringMaintenanceWindow when window is { IsOpen: false } => (TransitionEffect.Refused,
                $"Changing the node OS upgrade channel from {from} to {to} reimages nodes, which the node disruption policy allows only while the node OS maintenance window is open"
                + (window.Value.Next is { } next ? $"; it opens at {next.Start}." : ".")),

            // CH-52: a user-made change starts at once and does not wait for a window.
            _ => (TransitionEffect.Reimage, null),
        };
    }
}
