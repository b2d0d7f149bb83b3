using NodaTime;

namespace Imago.Application.Storage;

/// <summary>Status of a long-running operation, spelled as on the wire (EV-81).</summary>
public enum OperationStatus
{
    /// <summary>Accepted or under way; one that waits for others is InProgress, too (UP-62).</summary>
    InProgress,

    /// <summary>Abort was asked for; what is in flight is being finished (UP-66).</summary>
    Canceling,
    Canceled,
    Succeeded,
    Failed,
}

/// <summary>What a long-running operation does.</summary>
public enum OperationKind
{
    CreateCluster,
    UpdateCluster,
    DeleteCluster,
    StartCluster,
    StopCluster,
    CreatePool,
    UpdatePool,
    DeletePool,
    UpgradeNodeImage,

    /// <summary>A rollout that the channel began; listed and reported like any other operation (EV-59).</summary>
    AutomaticUpgrade,

    /// <summary>A channel change that reimages (CH-50).</summary>
    ChannelTransition,
    Abort,
}

/// <summary>A long-running operation.</summary>
public sealed record StoredOperation
{
    /// <summary>A GUID in its usual form, lower case.</summary>
    public required string Id { get; init; }

    public required OperationKind Kind { get; init; }

    public required OperationStatus Status { get; init; }

    /// <summary>Id of the resource it works on, as written.</summary>
    public required string ResourceId { get; init; }

    /// <summary>Key of the cluster it belongs to.</summary>
    public required string ClusterKey { get; init; }

    /// <summary>Name of the pool; null for the whole cluster.</summary>
    public string? Pool { get; init; }

    public required string SubscriptionId { get; init; }

    public required string Location { get; init; }

    public required Instant StartedAt { get; init; }

    public Instant? EndedAt { get; init; }

    /// <summary>0 to 100; null when it is not known.</summary>
    public int? PercentComplete { get; init; }

    /// <summary>The error as an ARM error object (<c>{"code", "message", …}</c>) in JSON; an operation under way may carry one, too (AZ-61).</summary>
    public string? Error { get; init; }

    /// <summary>EV-57: shared by all activity entries of the operation.</summary>
    public required string CorrelationId { get; init; }

    public required string Caller { get; init; }

    /// <summary>Id of the rollout that carries it out, once there is one.</summary>
    public string? RolloutId { get; init; }

    /// <summary>For <see cref="OperationKind.Abort"/>: the operation to abort.</summary>
    public string? TargetOperationId { get; init; }

    /// <summary>Grows with every write; 1 for a new operation.</summary>
    public long Version { get; init; }

    public bool Ended => Status is OperationStatus.Canceled or OperationStatus.Succeeded or OperationStatus.Failed;
}
