using System.Collections.Immutable;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Domain.Rollouts.Records;

/// <summary>Who or what asked for a rollout.</summary>
public enum RolloutTrigger
{
    /// <summary>The channel; bound to the window.</summary>
    Automatic,

    /// <summary>A person; never held by a window (MW-11).</summary>
    Manual,

    /// <summary>A channel change that reimages; starts at once (CH-52).</summary>
    ChannelTransition,
}

/// <summary>Where a rollout is in its life.</summary>
public enum RolloutPhase
{
    /// <summary>Nodes are being upgraded, or wait for the next window.</summary>
    Running,

    /// <summary>Somebody aborted it: in-flight nodes finish, nothing new starts (UP-66).</summary>
    Canceling,

    /// <summary>Something went wrong: in-flight nodes finish, surge nodes are returned, then it is Failed.</summary>
    Halting,

    /// <summary>Every node it could take is at the target.</summary>
    Succeeded,

    /// <summary>It ended with nodes that are not at the target.</summary>
    Failed,

    /// <summary>It was aborted, or ended with quarantined nodes that got no replacement (UP-53).</summary>
    Canceled,
}

/// <summary>Why a rollout halted or ended: a stable code, a text for people, the node it is about, and when.</summary>
public sealed record RolloutFault(string Code, string Message, string? Node, Instant At)
{
    /// <summary>The single things to blame, as far as there are any; the message names them, too.</summary>
    public ImmutableArray<FaultDetail> Details { get; init; } = [];
}

/// <summary>One thing that is to blame.</summary>
/// <param name="Code">Stable code: <c>PodDisruptionBudget</c>, <c>SeveralPodDisruptionBudgets</c>, <c>PodTerminating</c> or <c>GracePeriod</c>.</param>
/// <param name="Message">Text for people, for example <c>shop/cart-pdb allows 0 disruptions</c>.</param>
/// <param name="Target">The pod, as <c>namespace/name</c>.</param>
/// <remarks>Rules: UP-44.</remarks>
public sealed record FaultDetail(string Code, string Message, string Target);

/// <summary>
/// The one record of a pool's rollout. It lives in the cluster, is written before any action it speaks of, and is enough for a new server
/// with an empty database to go on.
/// </summary>
public sealed record RolloutRecord
{
    /// <summary>Id of the rollout: pool, target and start.</summary>
    public required string Id { get; init; }

    /// <summary>The pool.</summary>
    public required string Pool { get; init; }

    /// <summary>The target; fixed for the life of the rollout.</summary>
    public required RolloutTarget Target { get; init; }

    /// <summary>Who asked.</summary>
    public RolloutTrigger Trigger { get; init; }

    /// <summary>The operation that asked for it (<see cref="PoolRequest.OperationId"/>); null when the channel did.</summary>
    public string? OperationId { get; init; }

    /// <summary>Phase. Changed through <see cref="RolloutPhases.Become"/> only.</summary>
    public RolloutPhase Phase { get; init; }

    /// <summary>When it was decided.</summary>
    public required Instant StartedAt { get; init; }

    /// <summary>When it reached its final phase; null before.</summary>
    public Instant? EndedAt { get; init; }

    /// <summary>Start of the window in which it began; null when no window was needed.</summary>
    public Instant? WindowStart { get; init; }

    /// <summary>MW-57: which try it is for the pool in its window, from 1.</summary>
    public int Attempt { get; init; } = 1;

    /// <summary>Epoch of the writer (one writer per cluster).</summary>
    public long Epoch { get; init; }

    /// <summary>Nodes of the pool when it began, quarantined ones and their replacements not counted (UP-154).</summary>
    public int OriginalSize { get; init; }

    /// <summary>Nodes per zone when it began.</summary>
    public ImmutableSortedDictionary<string, int> OriginalZones { get; init; } = EmptyZones;

    /// <summary>Most surge nodes at a time (UP-22), 0 when upgrading in place.</summary>
    public int Surge { get; init; }

    /// <summary>Most nodes missing at a time when upgrading in place (UP-30); 0 with surge only.</summary>
    public int MaxUnavailable { get; init; }

    /// <summary>Most quarantined nodes (UP-17, UP-55).</summary>
    public int MaxBlocked { get; init; }

    /// <summary>UP-91: whether budgets are overridden; decided when it began.</summary>
    public bool Forced { get; init; }

    /// <summary>Settings as they were when it began (UP-24).</summary>
    public required UpgradeSettings Settings { get; init; }

    /// <summary>UP-151: null until the canary has passed, or no canary is asked for: then the start.</summary>
    public Instant? CanaryPassedAt { get; init; }

    /// <summary>Whether steering taints are on the nodes still to be upgraded (UP-156).</summary>
    public bool Steering { get; init; }

    /// <summary>Nodes under way, by name.</summary>
    public ImmutableSortedDictionary<string, NodeProgress> Active { get; init; } = EmptyActive;

    /// <summary>Nodes that are finished with, by name.</summary>
    public ImmutableSortedDictionary<string, NodeOutcome> Settled { get; init; } = EmptySettled;

    /// <summary>Surge nodes, by name; named here before they are made.</summary>
    public ImmutableSortedDictionary<string, SurgeNode> SurgeNodes { get; init; } = EmptySurge;

    /// <summary>Nodes that could not be drained in the pool's last rollout: the others go first (UP-65).</summary>
    public ImmutableSortedSet<string> BlockedBefore { get; init; } = NoNames;

    /// <summary>Number of surge nodes ever named, so that a name is never used twice.</summary>
    public int SurgeNamed { get; init; }

    /// <summary>Why it halts or failed; null while all is well.</summary>
    public RolloutFault? Fault { get; init; }

    /// <summary>Earlier failures to get surge capacity in this run, newest last (UP-32…35).</summary>
    public ImmutableArray<RolloutFault> CapacityFaults { get; init; } = [];

    /// <summary>UP-32: whether a single surge node has been tried after none of a larger surge could be had.</summary>
    public bool TriedSingleSurge { get; init; }

    /// <summary>Whether the rollout has come to an end.</summary>
    public bool Ended => Phase is RolloutPhase.Succeeded or RolloutPhase.Failed or RolloutPhase.Canceled;

    /// <summary>No node.</summary>
    public static ImmutableSortedSet<string> NoNames { get; } = ImmutableSortedSet.Create<string>(StringComparer.Ordinal);

    /// <summary>No zones.</summary>
    public static ImmutableSortedDictionary<string, int> EmptyZones { get; } = ImmutableSortedDictionary.Create<string, int>(StringComparer.Ordinal);

    /// <summary>No node under way.</summary>
    public static ImmutableSortedDictionary<string, NodeProgress> EmptyActive { get; } = ImmutableSortedDictionary.Create<string, NodeProgress>(StringComparer.Ordinal);

    /// <summary>No node finished with.</summary>
    public static ImmutableSortedDictionary<string, NodeOutcome> EmptySettled { get; } = ImmutableSortedDictionary.Create<string, NodeOutcome>(StringComparer.Ordinal);

    /// <summary>No surge node.</summary>
    public static ImmutableSortedDictionary<string, SurgeNode> EmptySurge { get; } = ImmutableSortedDictionary.Create<string, SurgeNode>(StringComparer.Ordinal);
}
