using System.Diagnostics.CodeAnalysis;

namespace Imago.Domain.Channels;

/// <summary>The node OS channel of a cluster; one per cluster, never per pool (CH-1).</summary>
/// <remarks>Rules: CH-1, CH-2.</remarks>
public enum NodeOsChannel
{
    /// <summary>Absent on the wire (CH-2).</summary>
    Unspecified,

    /// <summary>CH-10: neither the OS nor the service updates nodes.</summary>
    None,

    /// <summary>CH-11: the OS's own updater patches; no window, no surge.</summary>
    Unmanaged,

    /// <summary>CH-16: security fixes only, live where possible.</summary>
    SecurityPatch,

    /// <summary>CH-21: new node images.</summary>
    NodeImage,
}

/// <summary>Reading and properties of channels.</summary>
public static class NodeOsChannels
{
    private static readonly NodeOsChannel[] OnTheWire = [NodeOsChannel.None, NodeOsChannel.Unmanaged, NodeOsChannel.SecurityPatch, NodeOsChannel.NodeImage];

    /// <summary>CH-3: the property in ARM documents.</summary>
    public const string WireProperty = "nodeOSUpgradeChannel";

    /// <summary>CH-3: the same property as the command line prints it.</summary>
    public const string CliProperty = "nodeOsUpgradeChannel";

    /// <summary>Reads a channel, whatever its case (CH-4). An absent one is <see cref="NodeOsChannel.Unspecified"/> (CH-2).</summary>
    public static bool TryParse(string? text, out NodeOsChannel channel, [NotNullWhen(false)] out string? refusal)
    {
        refusal = null;
        channel = NodeOsChannel.Unspecified;
        if (text is null)
        {
            return true;
        }

        // CH-2, CH-4: exactly these four; output is canonical, input in any case.
        foreach (var known in OnTheWire)
        {
            if (string.Equals(known.ToString(), text, StringComparison.OrdinalIgnoreCase))
            {
                channel = known;
                return true;
            }
        }

        refusal = $"Node OS upgrade channel '{text}' is not known. Use one of {string.Join(", ", OnTheWire)}.";
        return false;
    }

    /// <summary>Whether the channel acts on nodes by itself and honours windows and surge (CH-16, CH-21).</summary>
    public static bool IsManaged(this NodeOsChannel channel) => channel is NodeOsChannel.SecurityPatch or NodeOsChannel.NodeImage;

    /// <summary>CH-17, CH-24: the OS's own unattended updates are on in <c>Unmanaged</c> only, also not in <c>None</c>.</summary>
    public static bool UnattendedUpdatesOn(this NodeOsChannel channel) => channel == NodeOsChannel.Unmanaged;

    /// <summary>CH-23: only SecurityPatch keeps patched images in the owner's resource group.</summary>
    public static bool StoresImages(this NodeOsChannel channel) => channel == NodeOsChannel.SecurityPatch;

    /// <summary>CH-22: how often the channel brings something when no window is set, for people.</summary>
    public static string Cadence(this NodeOsChannel channel, PoolOs os) => channel switch
    {
        NodeOsChannel.Unmanaged => os == PoolOs.Windows ? "nothing by itself" : "nightly, about 06:00 UTC",
        NodeOsChannel.SecurityPatch => "as patches are published, usually faster than weekly",
        NodeOsChannel.NodeImage => os == PoolOs.Windows ? "monthly" : "weekly",
        _ => "never",
    };
}
