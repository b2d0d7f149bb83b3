using System.Collections.Immutable;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Domain.NodeOs;

/// <summary>Where the agent of a node is with its order.</summary>
/// <remarks>Rules: NM-30, NM-34.</remarks>
public enum AgentPhase
{
    /// <summary>Nothing is ordered, or what is ordered has been reached before.</summary>
    Idle,

    /// <summary>Plans and downloads.</summary>
    Staging,

    /// <summary>Planned and downloaded; waits for the order to apply.</summary>
    Staged,

    /// <summary>Installs.</summary>
    Applying,

    /// <summary>Installed and verified; the machine is about to restart, or is restarting.</summary>
    Rebooting,

    /// <summary>NM-34: the plan was applied, read again, and nothing is left.</summary>
    Applied,

    /// <summary>NM-34: as <see cref="Applied"/>, but fixes are held back; see <see cref="AgentReport.Held"/>.</summary>
    AppliedPartially,

    /// <summary>The order is a live one and a reboot would follow: nothing was changed (CH-30, NM-59).</summary>
    RebootNeeded,

    /// <summary>An attempt failed; the next one is at <see cref="AgentReport.NextAttemptAt"/>.</summary>
    Retrying,

    /// <summary>The order is not carried out and will not be, for example because its level is lower than the reached one (NM-32).</summary>
    Refused,
}

/// <summary>What has to happen for installed fixes to be in use.</summary>
/// <remarks>Rules: NM-55, NM-59.</remarks>
public enum RebootVerdict
{
    /// <summary>Nothing.</summary>
    None,

    /// <summary>Processes use files that were replaced: services have to be restarted.</summary>
    RestartServices,

    /// <summary>The machine has to restart: kernel or C library.</summary>
    Reboot,
}

/// <summary>A package that is kept back although a fix is there.</summary>
/// <param name="Package">Name.</param>
/// <param name="Installed">Installed version.</param>
/// <param name="Available">Version that holds the fix.</param>
/// <param name="Why">Why it is kept back, for people: <c>apt-mark hold</c>.</param>
/// <remarks>Rules: NM-34, NM-49.</remarks>
public sealed record HeldPackage(string Package, string Installed, string Available, string Why);

/// <summary>What going to a level would change on the node, as its agent worked it out.</summary>
/// <param name="Level">The level.</param>
/// <param name="Content">What was asked for.</param>
/// <param name="Verdict">What would have to happen afterwards.</param>
/// <param name="Packages">Number of packages to install or upgrade.</param>
/// <param name="DownloadBytes">Bytes to download; zero when all is there.</param>
/// <remarks>Rules: CH-33, NM-61.</remarks>
public sealed record PlannedChange(PatchLevel Level, OrderContent Content, RebootVerdict Verdict, int Packages, long DownloadBytes);

/// <summary>What the agent of a node says about itself: one status record (NM-30).</summary>
/// <remarks>Rules: NM-30, NM-34, CH-33.</remarks>
public sealed record AgentReport
{
    /// <summary>Id of the order that it is about; null: there is none, or the level annotation alone was the order.</summary>
    public string? OrderId { get; init; }

    /// <summary>Where it is.</summary>
    public AgentPhase Phase { get; init; }

    /// <summary>The ordered level; null if none.</summary>
    public PatchLevel? Level { get; init; }

    /// <summary>The last level applied completely; null if none.</summary>
    public PatchLevel? Reached { get; init; }

    /// <summary>One word for what went wrong or stands in the way, for example <c>MirrorUnreachable</c>; null: nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people, with what to do; null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>Attempts at the order so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last attempt began; null: none did.</summary>
    public Instant? LastAttemptAt { get; init; }

    /// <summary>When the next one begins (NM-33); null: none is due.</summary>
    public Instant? NextAttemptAt { get; init; }

    /// <summary>Packages that are kept back, by name.</summary>
    public ImmutableArray<HeldPackage> Held { get; init; } = [];

    /// <summary>What has to happen now for installed fixes to be in use.</summary>
    public RebootVerdict Verdict { get; init; }

    /// <summary>What the last plan came to; null: none was made.</summary>
    public PlannedChange? Planned { get; init; }

    /// <summary>Hash of the installed packages and versions, in lower-case hexadecimal: equal hashes mean equal packages.</summary>
    public string Inventory { get; init; } = "";

    /// <summary>Identity of the machine's boot; another one after every restart.</summary>
    public string BootId { get; init; } = "";

    /// <summary>Who keeps the packages up to date as the agent finds it; null: neither was ever switched by it.</summary>
    public OsUpdater? Updater { get; init; }

    /// <summary>Operating system as <c>os-release</c> states it, for example <c>debian 12</c>.</summary>
    public string System { get; init; } = "";

    /// <summary>Version of the agent.</summary>
    public string Agent { get; init; } = "";

    /// <summary>When the report was written.</summary>
    public Instant At { get; init; }

    /// <summary>Whether the agent is done with its order, one way or the other.</summary>
    public bool Settled => Phase is AgentPhase.Applied or AgentPhase.AppliedPartially or AgentPhase.RebootNeeded or AgentPhase.Refused;

    /// <summary>Equal by content.</summary>
    public bool Equals(AgentReport? other) => other is not null && OrderId == other.OrderId && Phase == other.Phase && Level == other.Level && Reached == other.Reached
        && Reason == other.Reason && Message == other.Message && Attempts == other.Attempts && LastAttemptAt == other.LastAttemptAt && NextAttemptAt == other.NextAttemptAt
        && Verdict == other.Verdict && Planned == other.Planned && Inventory == other.Inventory && BootId == other.BootId && Updater == other.Updater
        && System == other.System && Agent == other.Agent && At == other.At && Held.AsSpan().SequenceEqual(other.Held.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(OrderId, Phase, Level, Reached, Attempts, Inventory, BootId, At);
}
