using Imago.NodeOs.Apt;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs;

/// <summary>Chooses the driver of a machine by its operating system.</summary>
public static class NodeOsDrivers
{
    private const string Supported = "Debian 12 and 13, and Ubuntu 20.04, 22.04 and 24.04";

    private static readonly string[] Systems = ["debian 12", "debian 13", "ubuntu 20.04", "ubuntu 22.04", "ubuntu 24.04"];

    /// <summary>The driver for a machine.</summary>
    /// <param name="root">Its file system.</param>
    /// <param name="commands">Runs programs on it.</param>
    /// <param name="settings">What is set on it.</param>
    /// <param name="time">Clock of the waits between attempts.</param>
    /// <exception cref="NodeOsException">With <see cref="NodeOsReason.NotSupported"/>, naming what is supported.</exception>
    public static INodeOsDriver For(MachineRoot root, ICommands commands, MachineSettings settings, TimeProvider time)
    {
        var system = OsRelease.Of(root);

        // NM-60: only package-based systems can be patched; an image is replaced by whoever makes nodes from images.
        if (root.Has("/run/ostree-booted"))
        {
            throw new NodeOsException(NodeOsReason.NotSupported,
                $"This machine ({system}) is made from an image that is replaced as a whole; the agent patches machines made of packages: {Supported}. "
                + "Give its pool the channel None, or let a node provider replace its nodes by newer images.");
        }

        return Systems.Contains(system.ToString(), StringComparer.Ordinal)
            ? new AptDriver(system, root, commands, settings, time)
            : throw new NodeOsException(NodeOsReason.NotSupported, $"This machine is {system}; supported are {Supported}. Give its pool the channel None.");
    }
}
