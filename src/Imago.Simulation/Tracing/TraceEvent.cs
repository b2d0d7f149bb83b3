using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Simulation.Tracing;

/// <summary>What a trace line tells about.</summary>
public enum TraceKind
{
    NodePresent,
    PodPresent,
    BudgetPresent,
    WindowOpened,
    WindowClosed,
    RolloutStarted,
    RolloutChanged,
    RolloutEnded,
    CanaryPassed,
    NodeStarted,
    NodeFinished,
    SurgeNamed,
    OperationBegun,
    OperationEnded,
    NodeJoined,
    NodeReady,
    NodeNotReady,
    NodeCordoned,
    NodeUncordoned,
    NodeSteered,
    NodeUnsteered,
    NodeQuarantined,
    NodeRemoved,
    RebootPending,
    NodeRebooted,
    PatchOrdered,
    PatchReached,
    PodEvicted,
    PodForced,
    EvictionRefused,
    PodCreated,
    PodBound,
    PodReady,
    PodUnready,
    PodStopping,
    PodGone,
    BudgetChanged,
}

/// <summary>A budget in a trace line: what it allowed before and after.</summary>
public sealed record TraceBudget(ObjectKey Key, int AllowedBefore, int AllowedAfter, int CurrentHealthy, int DesiredHealthy);

/// <summary>A pod in a trace line, with the budgets that cover it.</summary>
public sealed record TracePod(ObjectKey Key, WorkloadRef? Owner, bool Ready, bool Terminating, ImmutableArray<ObjectKey> Budgets);

/// <summary>A node in a trace line, as it is after the event.</summary>
public sealed record TraceNode(string Name, string Pool, string? Zone, string Image, bool Schedulable, bool Ready, bool Surge, bool Steered, bool Quarantined);

/// <summary>One action or event of a run. Members that do not belong to its kind are null.</summary>
public sealed record TraceEvent(Instant At, TraceKind Kind)
{
    public TraceNode? Node { get; init; }

    public TracePod? Pod { get; init; }

    public TraceBudget? Budget { get; init; }

    public string? Pool { get; init; }

    public string? Rollout { get; init; }

    /// <summary>Start of the window that a started node belongs to; null when none was needed.</summary>
    public Instant? Window { get; init; }

    /// <summary>End of the window; exclusive.</summary>
    public Instant? WindowEnd { get; init; }

    /// <summary>What a rollout brings its nodes to, in one word.</summary>
    public string? Target { get; init; }

    /// <summary>Nodes of the pool when its rollout began.</summary>
    public int? Size { get; init; }

    /// <summary>Most surge nodes of the rollout at a time.</summary>
    public int? MaxSurge { get; init; }

    /// <summary>Most nodes of the pool that the rollout may let be missing at a time.</summary>
    public int? MaxUnavailable { get; init; }

    /// <summary>The phase that the rollout has entered.</summary>
    public RolloutPhase? Phase { get; init; }

    /// <summary>What a client of the service sees of the pool from now on.</summary>
    public ProvisioningState? State { get; init; }

    /// <summary>What is done to a started node.</summary>
    public NodeWork? Work { get; init; }

    /// <summary>Whether a started or named node is the canary; in the start of a rollout, whether a canary goes first.</summary>
    public bool? Canary { get; init; }

    /// <summary>How a finished node was left.</summary>
    public NodeResult? Result { get; init; }

    public string? Detail { get; init; }
}

/// <summary>Takes what happens, in order.</summary>
public interface ITraceSink
{
    void Write(TraceEvent happened);
}
