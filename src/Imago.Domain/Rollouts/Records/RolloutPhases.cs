using NodaTime;

namespace Imago.Domain.Rollouts.Records;

/// <summary>The one place where a rollout changes its phase.</summary>
public static class RolloutPhases
{
    /// <summary>The record in another phase.</summary>
    /// <exception cref="InvalidOperationException">The move is not possible from the record's phase: a bug.</exception>
    public static RolloutRecord Become(this RolloutRecord record, RolloutPhase next, Instant now, RolloutFault? because = null)
    {
        var allowed = (record.Phase, next) switch
        {
            (RolloutPhase.Running, RolloutPhase.Halting or RolloutPhase.Canceling or RolloutPhase.Succeeded) => true,
            (RolloutPhase.Halting, RolloutPhase.Failed or RolloutPhase.Canceled) => true,
            (RolloutPhase.Canceling, RolloutPhase.Canceled or RolloutPhase.Halting) => true,
            _ => false,
        };
        if (!allowed)
        {
            throw new InvalidOperationException($"Rollout '{record.Id}' cannot go from {record.Phase} to {next} ({because?.Code ?? "no cause"}).");
        }

        var ended = next is RolloutPhase.Succeeded or RolloutPhase.Failed or RolloutPhase.Canceled;
        return record with { Phase = next, Fault = record.Fault ?? because, EndedAt = ended ? now : null };
    }
}
