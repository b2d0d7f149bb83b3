namespace Imago.NodeOs.Rig.Machines;

/// <summary>What a machine is started with.</summary>
public sealed record MachineStart
{
    /// <summary>Its host name, which is the name of its node.</summary>
    public string Name { get; init; } = "node-1";

    /// <summary>
    /// Release of the kernel that it pretends to run; null: at every start the newest that is installed in <c>/boot</c>, as a boot loader would choose, and the host's if there is none.
    /// </summary>
    public string? Kernel { get; init; }

    /// <summary>Whether <c>reboot</c> is stood in for by a command that makes the machine go down; the base has none.</summary>
    public bool RebootCommand { get; init; } = true;
}

/// <summary>How a run of a machine ended.</summary>
public enum MachineEnd
{
    /// <summary>It lost its power: everything in it died at once.</summary>
    PowerLost,

    /// <summary>It was asked from inside to restart; that is the host's business.</summary>
    RebootAsked,

    /// <summary>It was shut down, or its init ended by itself.</summary>
    Down,
}
