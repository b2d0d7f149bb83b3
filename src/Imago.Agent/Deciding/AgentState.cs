using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using NodaTime;

namespace Imago.Agent.Deciding;

/// <summary>What the agent remembers: enough to go on after the process was killed or the machine lost its power at any moment.</summary>
internal sealed record AgentState
{
    /// <summary>The machine it is about; a state that was copied to another machine counts for nothing.</summary>
    public string MachineId { get; init; } = "";

    /// <summary>The last level applied completely; null: none.</summary>
    public PatchLevel? Reached { get; init; }

    /// <summary>The order under way, or the last one; null: none.</summary>
    public AgentOrder? Order { get; init; }

    /// <summary>Where it is with that order.</summary>
    public AgentPhase Phase { get; init; }

    /// <summary>What stands in the way, in one word; null: nothing.</summary>
    public string? Reason { get; init; }

    /// <summary>The same for people; null: nothing.</summary>
    public string? Message { get; init; }

    /// <summary>Attempts at the order so far.</summary>
    public int Attempts { get; init; }

    /// <summary>When the last one began; null: none did.</summary>
    public Instant? LastAttemptAt { get; init; }

    /// <summary>Before when the next one must not begin; null: none is due, or it may begin at once.</summary>
    public Instant? NextAttemptAt { get; init; }

    /// <summary>Whether an attempt has begun and not ended. Found at start, it says that the last process died in one.</summary>
    public bool IsWorking { get; init; }

    /// <summary>Whether a transaction has begun that has not been verified: packages may be half installed (NM-46).</summary>
    public bool IsOpen { get; init; }

    /// <summary>What is or was being installed; null: nothing was planned yet.</summary>
    public PatchPlan? Plan { get; init; }

    /// <summary>The boot in which it was installed.</summary>
    public string BootId { get; init; } = "";

    /// <summary>When the machine was last told to restart for this order; null: not yet.</summary>
    public Instant? RestartAskedAt { get; init; }

    /// <summary>How often it was told.</summary>
    public int Restarts { get; init; }

    /// <summary>Whether the machine has restarted for this order: it does so once.</summary>
    public bool HasRestarted { get; init; }

    /// <summary>What the last plan came to; null: none was made for this order.</summary>
    public PlannedChange? Planned { get; init; }

    /// <summary>What is kept back.</summary>
    public ImmutableArray<HeldPackage> Held { get; init; } = [];

    /// <summary>What has to happen for installed fixes to be in use.</summary>
    public RebootVerdict Verdict { get; init; }

    /// <summary>Hash of the installed packages.</summary>
    public string Inventory { get; init; } = "";

    /// <summary>NM-18: whom the agent has switched the machine to; null: nobody.</summary>
    public OsUpdater? Updater { get; init; }

    /// <summary>When a failed switch is tried again; null: none failed.</summary>
    public Instant? UpdaterRetryAt { get; init; }

    /// <summary>IM-13: what the image label has to say since the last drained order; null: no such order has ended.</summary>
    public string? Image { get; init; }

    /// <summary>IM-12: when that was.</summary>
    public Instant? ImageAppliedAt { get; init; }

    /// <summary>Whether the agent is done with its order, one way or the other.</summary>
    public bool IsSettled => Phase is AgentPhase.Applied or AgentPhase.AppliedPartially or AgentPhase.RebootNeeded or AgentPhase.Refused or AgentPhase.Staged;

    /// <summary>Equal by content.</summary>
    public bool Equals(AgentState? other) => other is not null && MachineId == other.MachineId && Reached == other.Reached && Order == other.Order && Phase == other.Phase
        && Reason == other.Reason && Message == other.Message && Attempts == other.Attempts && LastAttemptAt == other.LastAttemptAt && NextAttemptAt == other.NextAttemptAt
        && IsWorking == other.IsWorking && IsOpen == other.IsOpen && Plan == other.Plan && BootId == other.BootId && RestartAskedAt == other.RestartAskedAt
        && Restarts == other.Restarts && HasRestarted == other.HasRestarted && Planned == other.Planned && Held.AsSpan().SequenceEqual(other.Held.AsSpan()) && Verdict == other.Verdict
        && Inventory == other.Inventory && Updater == other.Updater && UpdaterRetryAt == other.UpdaterRetryAt && Image == other.Image && ImageAppliedAt == other.ImageAppliedAt;

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(MachineId, Reached, Order?.Order.Id, Phase, Attempts, NextAttemptAt, IsOpen, BootId);
}
