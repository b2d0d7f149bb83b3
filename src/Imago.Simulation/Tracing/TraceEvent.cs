using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Simulation.Tracing;

/// <summary>What a trace line tells about.</summary>
public enum TraceKind
{
    WindowOpened,
    WindowClosed,
    RolloutStarted,
    RolloutChanged,
    RolloutEnded,
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
    PatchOrdered,
    PatchReached,
    PodEvicted,
    PodForced,
    EvictionRefused,
    PodCreated,
    PodBound,
    PodReady,
    PodStopping,
    PodGone,
    BudgetChanged,
}

/// <summary>A budget in a trace line: what it allowed before and after.</summary>
public sealed record TraceBudget(ObjectKey Key, int AllowedBefore, int AllowedAfter, int CurrentHealthy, int DesiredHealthy);

/// <summary>A pod in a trace line.</summary>
public sealed record TracePod(ObjectKey Key, WorkloadRef? Owner, bool Ready);

/// <summary>A node in a trace line, as it is after the event.</summary>
public sealed record TraceNode(string Name, string Pool, string? Zone, string Image, bool Schedulable, bool Ready, bool Surge);

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

    /// <summary>How a finished node was left.</summary>
    public NodeResult? Result { get; init; }

    public string? Detail { get; init; }
}

/// <summary>Takes what happens, in order.</summary>
public interface ITraceSink
{
    void Write(TraceEvent happened);
}
