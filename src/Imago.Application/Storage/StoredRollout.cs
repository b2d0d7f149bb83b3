using NodaTime;

namespace Imago.Application.Storage;

/// <summary>One rollout as history keeps it.</summary>
public sealed record StoredRollout
{
    /// <summary>Id of the record, unique within the cluster.</summary>
    public required string Id { get; init; }

    public required string ClusterKey { get; init; }

    public required string Pool { get; init; }

    public required string Target { get; init; }

    /// <summary>Automatic, Manual or ChannelTransition.</summary>
    public required string Trigger { get; init; }

    public required string Phase { get; init; }

    public required Instant StartedAt { get; init; }

    public Instant? EndedAt { get; init; }

    public string? OperationId { get; init; }

    /// <summary>The last record, as JSON.</summary>
    public required string Record { get; init; }
}

/// <summary>One decision of a rollout, with what is needed to decide it again.</summary>
/// <param name="ClusterKey">The cluster.</param>
/// <param name="RolloutId">The rollout.</param>
/// <param name="Number">From 1 within the rollout.</param>
/// <param name="At">The Now of the decision.</param>
/// <param name="Input">What had changed in the input since the decision before, as JSON; the first one holds everything.</param>
/// <param name="Plan">What was decided: actions, notes, the record after it, as JSON.</param>
public sealed record StoredDecision(string ClusterKey, string RolloutId, int Number, Instant At, string Input, string Plan);
