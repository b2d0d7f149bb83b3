using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Domain.NodeOs;

/// <summary>How far an order lets the agent of a node go.</summary>
public enum OrderMode
{
    /// <summary>Plan and download only; nothing is installed. Given before the window opens, so that the window holds only install, drain and reboot.</summary>
    Stage,

    /// <summary>Install while the node serves, provided that no reboot follows; else nothing is changed and the report says so (CH-30).</summary>
    Live,

    /// <summary>The node is cordoned and drained: install, reboot if one is needed, and report from the other side of it (CH-31).</summary>
    Drained,
}

/// <summary>What an order brings.</summary>
public enum OrderContent
{
    /// <summary>Only what the distribution labels security (CH-16).</summary>
    Security,

    /// <summary>All updates of the moment: what a new node image would have brought.</summary>
    Everything,

    /// <summary>No packages: only the reboot that is pending (CH-13).</summary>
    Reboot,
}

/// <summary>
/// What the control side asks of the agent of one node, beside the documented annotation with the level (CH-34). An order is a value: the same id is the same order, however
/// often it is read, and an agent that finds a new one drops what it has not begun of the old one.
/// </summary>
/// <remarks>Rules: NM-30, NM-32, CH-30, CH-31.</remarks>
public sealed record NodeOrder
{
    /// <summary>Identity of the order; of a drained node the id of the provider operation.</summary>
    public required string Id { get; init; }

    /// <summary>How far it goes.</summary>
    public required OrderMode Mode { get; init; }

    /// <summary>What it brings.</summary>
    public OrderContent Content { get; init; } = OrderContent.Security;

    /// <summary>The level to reach; null only for a mere reboot.</summary>
    public PatchLevel? Level { get; init; }

    /// <summary>What the node's image label has to say afterwards (IM-5, IM-13); null: it is left alone, as a live patch does.</summary>
    public string? Image { get; init; }

    /// <summary>The moment of the archives that the level names; null: the agent finds it by the level and its own settings.</summary>
    public ArchiveState? Archive { get; init; }

    /// <summary>NM-32: whether a level below the reached one is accepted. Packages are not downgraded by it.</summary>
    public bool Rollback { get; init; }

    /// <summary>Epoch of the writer.</summary>
    public long Epoch { get; init; }

    /// <summary>When it was given, by the clock of who gave it; null: not known. How long an agent may take counts from here; the agent itself does not read it.</summary>
    public Instant? GivenAt { get; init; }

    /// <summary>
    /// From when on the agent begins no attempt any more, exclusive: the end of the maintenance window that the order was given in; null: no limit. What has begun to install before
    /// is brought to an end, so that packages are never left half installed.
    /// </summary>
    /// <remarks>Rules: MW-53, CH-32. An order that says another moment is the same work with a new limit.</remarks>
    public Instant? NotAfter { get; init; }
}

/// <summary>Who keeps the packages of a node up to date.</summary>
/// <remarks>Rules: CH-11, CH-17, CH-21, CH-24, NM-18.</remarks>
public enum OsUpdater
{
    /// <summary>The distribution's own updater is on: channel <c>Unmanaged</c>.</summary>
    Distribution,

    /// <summary>The distribution's own updater is off: channels <c>SecurityPatch</c> and <c>NodeImage</c>.</summary>
    Imago,
}
