using NodaTime;

namespace Imago.Domain.Rollouts.Records;

/// <summary>What is done to a node.</summary>
public enum NodeWork
{
    /// <summary>Drain, then a new image (UP-1); where the target is <see cref="RolloutTarget.Reboot"/>, drain and then a reboot.</summary>
    Reimage,

    /// <summary>Patched while it serves: no cordon, no drain (CH-30).</summary>
    LivePatch,
}

/// <summary>The step a node under way is in. Reimage and reboot: Draining → Soaking → Replacing → Verifying → Watching → Releasing. Live patch: Patching → Verifying → Watching → Releasing.</summary>
public enum NodeStep
{
    /// <summary>Cordoned, or about to be; pods are being evicted (UP-40).</summary>
    Draining,

    /// <summary>Empty; waits before the reimage (UP-45).</summary>
    Soaking,

    /// <summary>The provider reimages it (UP-11), or reboots it.</summary>
    Replacing,

    /// <summary>The node's agent applies a patch level (CH-30).</summary>
    Patching,

    /// <summary>The work is reported done; the node must become healthy at its target in time (UP-150, UP-152).</summary>
    Verifying,

    /// <summary>The canary is watched (UP-151).</summary>
    Watching,

    /// <summary>At the target; our marks come off.</summary>
    Releasing,

    /// <summary>Could not be drained; it is handed back as the settings say (UP-50).</summary>
    GivingUp,
}

/// <summary>One node under way.</summary>
public sealed record NodeProgress
{
    /// <summary>What is done.</summary>
    public required NodeWork Work { get; init; }

    /// <summary>The step.</summary>
    public required NodeStep Step { get; init; }

    /// <summary>When the node was started.</summary>
    public required Instant StartedAt { get; init; }

    /// <summary>When the step was entered.</summary>
    public required Instant Since { get; init; }

    /// <summary>What the node ran before, as text.</summary>
    public required string From { get; init; }

    /// <summary>The image it is to run, as text; what it ran before when it is patched live.</summary>
    public required string To { get; init; }

    /// <summary>Start of the window in which the node was started; null if none was needed.</summary>
    public Instant? WindowStart { get; init; }

    /// <summary>Identity of the node when it was started.</summary>
    public required string Uid { get; init; }

    /// <summary>Identity of the machine's boot when it was started; null if it was not known. Rebooted it has another one.</summary>
    public string? Boot { get; init; }

    /// <summary>Whether the node was cordoned by somebody before us; it is then left cordoned (UP-155).</summary>
    public bool WasUnschedulable { get; init; }

    /// <summary>Whether this node is the canary of the rollout (UP-151).</summary>
    public bool IsCanary { get; init; }

    /// <summary>Why it is given up; set in step <see cref="NodeStep.GivingUp"/>, and in <see cref="NodeStep.Releasing"/> of a node that is handed back as it was.</summary>
    public RolloutFault? Fault { get; init; }

    /// <summary>Enters a step.</summary>
    public NodeProgress Enter(NodeStep step, Instant now) => this with { Step = step, Since = now };
}

/// <summary>How a node was left.</summary>
public enum NodeResult
{
    /// <summary>Healthy at the target.</summary>
    Upgraded,

    /// <summary>Could not be drained; schedulable again (UP-50, <c>Schedule</c>).</summary>
    Blocked,

    /// <summary>Could not be drained; cordoned and labelled (UP-50, <c>Cordon</c>).</summary>
    Quarantined,

    /// <summary>Not healthy at the target in time (UP-150).</summary>
    NotReady,

    /// <summary>The provider could not do it.</summary>
    ProviderFailed,

    /// <summary>The node is gone; nobody of ours removed it.</summary>
    Gone,

    /// <summary>It serves and is not at the target: its agent holds fixes back or refused the order (NM-34). Nothing is wrong with the target, so the others go on.</summary>
    Partial,
}

/// <summary>A node finished with.</summary>
public sealed record NodeOutcome
{
    /// <summary>How it was left.</summary>
    public required NodeResult Result { get; init; }

    /// <summary>What was done.</summary>
    public required NodeWork Work { get; init; }

    /// <summary>When it was started.</summary>
    public required Instant StartedAt { get; init; }

    /// <summary>When it was finished with.</summary>
    public required Instant EndedAt { get; init; }

    /// <summary>What it ran before.</summary>
    public required string From { get; init; }

    /// <summary>Start of the window in which it was started; null if none was needed.</summary>
    public Instant? WindowStart { get; init; }

    /// <summary>Whether somebody had cordoned the node before us (UP-155).</summary>
    public bool WasUnschedulable { get; init; }

    /// <summary>What went wrong; null for an upgraded node.</summary>
    public RolloutFault? Fault { get; init; }
}
