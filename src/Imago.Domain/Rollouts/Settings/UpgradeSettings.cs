using Imago.Domain.Clusters;
using NodaTime;

namespace Imago.Domain.Rollouts.Settings;

/// <summary>What happens to a node that cannot be drained in time.</summary>
public enum UndrainableNodeBehavior
{
    /// <summary>It is made schedulable again and not upgraded; the upgrade of the pool stops (UP-50…53). The default.</summary>
    Schedule,

    /// <summary>It stays cordoned and quarantined; a surge node replaces it and the others go on (UP-50…53).</summary>
    Cordon,
}

/// <summary>How far work under way may run past the end of a window.</summary>
public enum WindowClose
{
    /// <summary>After the close no further node is started; nodes in flight finish (MW-53). The default.</summary>
    FinishNode,

    /// <summary>A pool begun before the close is finished, as AKS does (MW-54).</summary>
    FinishPool,
}

/// <summary>Whether one node tries a new target before the others.</summary>
public enum Canary
{
    /// <summary>The first node of the pool goes alone (UP-151). The default.</summary>
    FirstNode,

    /// <summary>No canary.</summary>
    None,
}

/// <summary>What a drain does with pods that nobody makes again: those without a controlling owner.</summary>
public enum BarePods
{
    /// <summary>They are evicted like all others, and are gone for good, as with <c>kubectl drain --force</c>. The default.</summary>
    Evict,

    /// <summary>They are never evicted unless force is in effect: their node cannot be drained while they are there, as with <c>kubectl drain</c> (UP-42).</summary>
    Keep,
}

/// <summary>Who restarts nodes that wait for a reboot while their OS patches itself: channel <c>Unmanaged</c>, which never reboots by itself.</summary>
/// <remarks>Rules: CH-13, NM-20.</remarks>
public enum RebootPolicy
{
    /// <summary>Nobody of ours: pending reboots are reported, and left to kured or to whoever looks after the nodes. The default.</summary>
    None,

    /// <summary>They are drained and rebooted within the window, <c>maxUnavailable</c> at a time, the canary first.</summary>
    Coordinated,
}

/// <summary>Permission to upgrade against disruption budgets.</summary>
/// <param name="ForceUpgrade">Whether force is asked for at all.</param>
/// <param name="Until">Runs that start before this instant are forced; exclusive.</param>
/// <remarks>Rules: UP-90, UP-91, UP-92.</remarks>
public sealed record OverrideSettings(bool ForceUpgrade, Instant? Until)
{
    /// <summary>How long force lasts when nobody says (UP-92): 3 days.</summary>
    public static readonly Duration DefaultLength = Duration.FromDays(3);

    /// <summary>Force from now on, for as long as is usual.</summary>
    public static OverrideSettings From(Instant now) => new(ForceUpgrade: true, now + DefaultLength);

    /// <summary>Why force cannot be set like this now, or null.</summary>
    /// <remarks>UP-90: both values are needed. UP-92: the end lies in the future; how far does not matter any more.</remarks>
    public string? RefusalAt(Instant now) => (ForceUpgrade, Until) switch
    {
        (true, null) => "Force upgrade needs 'until', the instant before which forced upgrades may start.",
        (_, { } until) when until <= now => $"Force upgrade until {NodaTime.Text.InstantPattern.General.Format(until)} has ended already. Choose an instant in the future.",
        _ => null,
    };

    /// <summary>Whether a run that starts at <paramref name="start"/> is forced.</summary>
    /// <remarks>UP-90: both values are needed. UP-91: only the start is compared with <c>until</c>; a running upgrade never asks again.</remarks>
    public bool InEffectFor(Instant start) => ForceUpgrade && Until is { } until && start < until;
}

/// <summary>The upgrade settings of one node pool.</summary>
/// <remarks>Rules: UP-12…17, UP-24, UP-40, UP-90, MW-53, UP-151.</remarks>
public sealed record UpgradeSettings
{
    /// <summary>Drain timeout when none is set: 30 minutes (UP-14).</summary>
    public static readonly Duration DefaultDrainTimeout = Duration.FromMinutes(30);

    /// <summary>UP-12: extra nodes while upgrading, an integer ≥ 0 or 1 %…100 %. Null: the default of UP-20.</summary>
    public IntOrPercent? MaxSurge { get; init; }

    /// <summary>UP-13: nodes of the pool that may be missing while upgrading. Null: 0, or 1 where the provider has no surge (UP-31).</summary>
    public IntOrPercent? MaxUnavailable { get; init; }

    /// <summary>UP-14: how long one node's drain may take, 5 to 1440 minutes.</summary>
    public Duration DrainTimeout { get; init; } = DefaultDrainTimeout;

    /// <summary>UP-15: pause between drain and reimage, 0 to 30 minutes.</summary>
    public Duration NodeSoak { get; init; } = Duration.Zero;

    /// <summary>UP-16: treatment of nodes that cannot be drained.</summary>
    public UndrainableNodeBehavior Undrainable { get; init; } = UndrainableNodeBehavior.Schedule;

    /// <summary>UP-17: most nodes that may be quarantined before the upgrade stops. Null: as many as the surge.</summary>
    public IntOrPercent? MaxBlockedNodes { get; init; }

    /// <summary>UP-40: whether pods without a controller are evicted.</summary>
    public BarePods BarePods { get; init; } = BarePods.Evict;

    /// <summary>MW-53, MW-54: what counts as work begun when a window closes.</summary>
    public WindowClose WindowClose { get; init; } = WindowClose.FinishNode;

    /// <summary>CH-13: who reboots nodes under channel <c>Unmanaged</c>; other channels bring reboots about by themselves.</summary>
    public RebootPolicy RebootPolicy { get; init; } = RebootPolicy.None;

    /// <summary>UP-151: whether a canary goes first.</summary>
    public Canary Canary { get; init; } = Canary.FirstNode;

    /// <summary>UP-151: how long the canary is watched once it is healthy.</summary>
    public Duration CanarySoak { get; init; } = Duration.FromMinutes(2);

    /// <summary>UP-150: how long a node may take to be Ready at its target after the provider reports done.</summary>
    public Duration NodeReadyTimeout { get; init; } = Duration.FromMinutes(15);

    /// <summary>UP-90: force, if asked for.</summary>
    public OverrideSettings? Override { get; init; }

    /// <summary>UP-60: order among pools, low first.</summary>
    public int UpgradePriority { get; init; } = 100;

    /// <summary>Whether a drain without force leaves the pod where it is, and so has to wait for somebody to remove it.</summary>
    internal bool Keeps(Pod pod) => BarePods == BarePods.Keep && pod is { Bare: true, LeavesOnDrain: true, Terminating: false };
}
