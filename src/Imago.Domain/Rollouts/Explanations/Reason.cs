using NodaTime;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>One reason why a node is not at its target.</summary>
/// <param name="Code">Stable code, see <see cref="ReasonCode"/>.</param>
/// <param name="Message">Text for people: what holds it, and what to do.</param>
/// <param name="Until">When this reason ends by itself; null when that is not known or takes somebody's action.</param>
/// <param name="Event">What ends it when no instant is known, for example <c>budget shop/web allows a disruption</c>; null if nothing does by itself.</param>
public sealed record Reason(ReasonCode Code, string Message, Instant? Until = null, string? Event = null);

/// <summary>Stable reason codes. Names are part of the JSON output: never rename one.</summary>
public enum ReasonCode
{
    /// <summary>The node is at its target.</summary>
    AlreadyCurrent,

    /// <summary>Channel None: nobody upgrades the nodes (CH-10).</summary>
    ChannelNone,

    /// <summary>Channel Unmanaged: the OS updates itself (CH-11).</summary>
    ChannelUnmanaged,

    /// <summary>The channel does nothing for this kind of pool (CH-15, CH-18, CH-19).</summary>
    ChannelNotSupportedForPool,

    /// <summary>A newer image or level exists than the node has; shown where the channel does not act on it.</summary>
    Drift,

    /// <summary>The OS waits for a reboot (CH-13).</summary>
    RebootPending,

    /// <summary>The Kubernetes minor is not supported (CH-86, CH-87).</summary>
    KubernetesVersionUnsupported,

    /// <summary>The cluster is stopped (UP-67, MW-58).</summary>
    ClusterStopped,

    /// <summary>The newest release has not reached this region (IM-32).</summary>
    NotYetReleasedHere,

    /// <summary>Nothing newer is published for this family; also of frozen ones (IM-43).</summary>
    NoReleaseAvailable,

    /// <summary>The catalogue does not know the pool's images; name a target.</summary>
    NotInCatalogue,

    /// <summary>The node's image text carries no readable version (IM-8).</summary>
    ImageVersionUnknown,

    /// <summary>The image of the node has been withdrawn (IM-37).</summary>
    ImageWithdrawn,

    /// <summary>The image is older than 90 days (IM-40).</summary>
    ImageOutOfSupport,

    /// <summary>The node runs another image family than its pool.</summary>
    ImageFamilyDiffers,

    /// <summary>The node runs something newer than the target; channels never go back (CH-91).</summary>
    NewerThanTarget,

    /// <summary>No window is open (MW-52).</summary>
    WindowClosed,

    /// <summary>Blocked dates keep a window shut (MW-49).</summary>
    BlockedDate,

    /// <summary>The configuration was changed too shortly before the window (MW-50).</summary>
    LeadTime,

    /// <summary>Other nodes of the pool are under way and the surge is used up (UP-22).</summary>
    WaitingForSlot,

    /// <summary>Surge nodes are being made.</summary>
    WaitingForSurge,

    /// <summary>The canary has to pass first (UP-151).</summary>
    WaitingForCanary,

    /// <summary>Another pool is being upgraded first (UP-60, UP-62).</summary>
    WaitingForPool,

    /// <summary>The node is being upgraded now.</summary>
    InProgress,

    /// <summary>A disruption budget allows no eviction now (UP-40).</summary>
    BudgetBlocks,

    /// <summary>Pods covered by several budgets cannot be evicted at all.</summary>
    PodInSeveralBudgets,

    /// <summary>A pod's grace period is longer than the drain timeout (UP-42).</summary>
    GracePeriodTooLong,

    /// <summary>A pod without a controller is on the node, and the pool keeps such pods (UP-42).</summary>
    BarePodKept,

    /// <summary>The node could not be drained in time (UP-42).</summary>
    Undrainable,

    /// <summary>The node is quarantined (UP-50).</summary>
    Quarantined,

    /// <summary>An upgraded node did not become healthy in time (UP-150).</summary>
    NotReadyAfterUpgrade,

    /// <summary>Somebody paused the work (UP-153).</summary>
    Paused,

    /// <summary>The rollout was aborted (UP-66).</summary>
    Aborted,

    /// <summary>The pool is pinned to a snapshot (IM-41).</summary>
    PinnedBySnapshot,

    /// <summary>The node is managed by a node auto-provisioner (CH-89).</summary>
    AutoProvisioned,

    /// <summary>An earlier attempt failed, and why.</summary>
    FailedBefore,

    /// <summary>The provider has no capacity (UP-33, UP-35).</summary>
    NoCapacity,

    /// <summary>The settings leave no room to upgrade (UP-23), or the pool would grow beyond its limit (UP-25).</summary>
    SettingsRefused,

    /// <summary>The node waits for its turn; nothing else holds it.</summary>
    Queued,

    /// <summary>The node is patched in place, and no agent has ever reported from it.</summary>
    AgentMissing,

    /// <summary>The node's agent has not taken an order that it was given.</summary>
    AgentSilent,

    /// <summary>The node's agent cannot plan or download what it was told to.</summary>
    AgentFailing,

    /// <summary>The node's agent refuses the order, and says why (NM-32).</summary>
    AgentRefused,

    /// <summary>Everything of the level is installed but fixes of packages that are held on the node (NM-34, NM-49).</summary>
    FixesHeld,

    /// <summary>The node has joined and takes no work before it is at the level (CH-37).</summary>
    NotPatchedYet,

    /// <summary>What the node needs is planned and downloaded; it waits to be installed.</summary>
    Staged,
}
