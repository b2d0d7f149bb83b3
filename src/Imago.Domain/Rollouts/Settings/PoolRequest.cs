using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Domain.Rollouts.Settings;

/// <summary>Work on a pool that a person asked for, by name or by changing the channel; one rollout carries it out.</summary>
/// <remarks>Rules: MW-11, AZ-21, CH-50, CH-52.</remarks>
public sealed record PoolRequest
{
    /// <summary>The operation that it belongs to; the rollout that carries it out bears the same id.</summary>
    public required string OperationId { get; init; }

    /// <summary>
    /// <see cref="RolloutTrigger.Manual"/>: to the newest image of the pool's family here. <see cref="RolloutTrigger.ChannelTransition"/>: every node that is older than
    /// the request is reimaged, although its image is current.
    /// </summary>
    public required RolloutTrigger Trigger { get; init; }

    /// <summary>When it was asked for. Requests are taken in this order (AZ-21).</summary>
    public required Instant AskedAt { get; init; }

    /// <summary>The image that a transition reimages to; null: the newest image of the pool's family here. A manual upgrade always goes to the newest.</summary>
    public NodeImage? Image { get; init; }
}

/// <summary>Somebody wants a rollout to stop: what is in flight finishes, nothing new starts, nothing is undone.</summary>
/// <param name="Rollout">Id of the rollout; another one of the same pool is not meant.</param>
/// <param name="By">Who.</param>
/// <param name="At">When.</param>
/// <remarks>Rules: UP-66.</remarks>
public sealed record AbortRequest(string Rollout, string By, Instant At);
