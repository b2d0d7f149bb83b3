using Imago.Domain.NodeOs;
using Imago.NodeOs;

namespace Imago.Agent.Deciding;

/// <summary>The words for what stands in the way of an order, and what to do about each. <c>docs/agent/reasons.md</c> lists them.</summary>
internal static class AgentReason
{
    /// <summary>An annotation cannot be read.</summary>
    public const string OrderUnreadable = nameof(OrderUnreadable);

    /// <summary>CH-30: a reboot would follow and the order does not allow one.</summary>
    public const string RebootNeeded = nameof(RebootNeeded);

    /// <summary>CH-31: the order is for a drained machine, and the node takes work.</summary>
    public const string NotDrained = nameof(NotDrained);

    /// <summary>MW-53: the order was not begun before its window closed.</summary>
    public const string WindowClosed = InPlaceOperations.WindowClosed;

    /// <summary>NM-34: fixes are held back.</summary>
    public const string FixesHeld = nameof(FixesHeld);

    /// <summary>The process was killed several times in the middle of its work.</summary>
    public const string Interrupted = nameof(Interrupted);

    /// <summary>The machine was told to restart and did not.</summary>
    public const string RestartFailed = nameof(RestartFailed);

    /// <summary>The machine restarted and still asks for a restart.</summary>
    public const string StillRebootRequired = nameof(StillRebootRequired);

    /// <summary>The agent cannot keep its own state.</summary>
    public const string StateUnwritable = nameof(StateUnwritable);

    /// <summary>The distribution's updater could not be switched.</summary>
    public const string UpdaterNotSwitched = nameof(UpdaterNotSwitched);

    /// <summary>Something that nobody expected.</summary>
    public const string Unexpected = nameof(Unexpected);

    /// <summary>Every reason that a report can carry.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        .. Enum.GetNames<NodeOsReason>(), OrderUnreadable, RebootNeeded, NotDrained, WindowClosed, FixesHeld, Interrupted, RestartFailed, StillRebootRequired, StateUnwritable, UpdaterNotSwitched, Unexpected,
    ];

    /// <summary>What to do about it, as a sentence.</summary>
    public static string RemedyOf(string reason) => reason switch
    {
        nameof(NodeOsReason.MirrorUnreachable) => "Check that the machine reaches the archive: name resolution, proxy, firewall. It is tried again.",
        nameof(NodeOsReason.MirrorStale) => "Let the mirror synchronise. It is tried again.",
        nameof(NodeOsReason.MirrorAhead) => "Order a newer level, or use an archive with snapshots.",
        nameof(NodeOsReason.ReleaseExpired) => "Let the mirror synchronise, and check the machine's clock. It is tried again.",
        nameof(NodeOsReason.SignatureInvalid) => "Nothing was installed from it. Check the archive's keyring on the machine, and who serves the archive.",
        nameof(NodeOsReason.LockHeld) => "Let the other package manager end, or stop it. It is tried again.",
        nameof(NodeOsReason.DiskFull) => "Make room on the file system. It is tried again.",
        nameof(NodeOsReason.PackagesBroken) => "Run 'dpkg --configure -a' and 'apt-get -f install' on the machine and see what they say.",
        nameof(NodeOsReason.InstallFailed) => "See the journal of the agent for what the package manager said. It is tried again.",
        nameof(NodeOsReason.NotAsPlanned) => "See which packages the message names: another package manager may be at work. It is tried again.",
        nameof(NodeOsReason.LevelLower) => "Order a level that is not below the reached one, or say that it is a rollback.",
        nameof(NodeOsReason.ArchiveUnknown) => "Name the archives in the agent's settings file, or order a level that names them.",
        nameof(NodeOsReason.NotSupported) => "Choose a channel that suits the operating system; docs/agent/README.md says what is supported.",
        nameof(NodeOsReason.TimedOut) => "See the journal of the agent for where the time went. It is tried again.",
        OrderUnreadable => "Correct the annotation; nothing is done until then.",
        RebootNeeded => "Nothing was changed. Drain the machine and order the level with a reboot allowed.",
        NotDrained => "Drain the node, or take the order off it. It is tried again.",
        WindowClosed => "Nothing was changed. It goes on when it is ordered in the next window.",
        FixesHeld => "Take the holds off ('apt-mark unhold'); for packages kept by the agent's settings, take them off 'holds' in agent.json or upgrade them with the cluster.",
        Interrupted => "See the journal: the agent was killed in the middle of its work. It is tried again.",
        RestartFailed => "Restart the machine by hand, and check the agent's restart command.",
        StillRebootRequired => "See which kernel the boot loader starts: it is not the newest that is installed.",
        StateUnwritable => "Make room where the agent keeps its state, and check that it may be written. Nothing is installed until then.",
        UpdaterNotSwitched => "See the message for the unit that could not be switched. It is tried again.",
        _ => "This is a bug in Imago; please report the message.",
    };

    /// <summary>Whether waiting and trying again cannot help.</summary>
    public static bool IsFinal(string reason) => reason is nameof(NodeOsReason.LevelLower) or nameof(NodeOsReason.NotSupported);

    /// <summary>A message with what to do, unless it says so itself.</summary>
    public static string Message(string reason, string found) =>
        found.Contains(RemedyOf(reason), StringComparison.Ordinal) ? found : $"{found.TrimEnd()} {RemedyOf(reason)}";
}
