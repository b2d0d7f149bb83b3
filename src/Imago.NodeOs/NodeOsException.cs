namespace Imago.NodeOs;

/// <summary>Why a step on a machine could not be done.</summary>
public enum NodeOsReason
{
    /// <summary>An archive does not answer.</summary>
    MirrorUnreachable,

    /// <summary>NM-31: an archive answers with an older edition than the level names.</summary>
    MirrorStale,

    /// <summary>NM-31: an archive answers with a newer edition than the level names.</summary>
    MirrorAhead,

    /// <summary>The validity of a <c>Release</c> file has ended.</summary>
    ReleaseExpired,

    /// <summary>A signature is missing or wrong, or a hash differs.</summary>
    SignatureInvalid,

    /// <summary>NM-45: somebody else works with packages.</summary>
    LockHeld,

    /// <summary>There is not enough room on a file system.</summary>
    DiskFull,

    /// <summary>NM-46: packages are half installed and could not be repaired.</summary>
    PackagesBroken,

    /// <summary>The package system could not install the plan.</summary>
    InstallFailed,

    /// <summary>What was installed is not what was planned.</summary>
    NotAsPlanned,

    /// <summary>The level is lower than the reached one (NM-32).</summary>
    LevelLower,

    /// <summary>The archives of the level are not known: neither the order nor the machine's settings name them.</summary>
    ArchiveUnknown,

    /// <summary>The operating system, or what is asked of it, is not supported.</summary>
    NotSupported,

    /// <summary>The step took longer than it may.</summary>
    TimedOut,
}

/// <summary>A step on a machine could not be done. The message says what was found and what to do.</summary>
public sealed class NodeOsException : Exception
{
    public NodeOsException()
        : this(NodeOsReason.InstallFailed, "A step on the machine failed.")
    {
    }

    public NodeOsException(string message)
        : this(NodeOsReason.InstallFailed, message)
    {
    }

    public NodeOsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    public NodeOsException(NodeOsReason reason, string message)
        : base(message)
    {
        Reason = reason;
    }

    /// <summary>The reason in one word.</summary>
    public NodeOsReason Reason { get; }
}
