namespace Imago.NodeOs.Rig.Machines;

/// <summary>The clock of the host: machines of the rig are real processes, and share it.</summary>
public sealed class HostClock : TimeProvider
{
    /// <summary>The one instance.</summary>
    public static HostClock Instance { get; } = new();
}
