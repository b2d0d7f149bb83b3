using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using NodaTime;

namespace Imago.Application.Reconciling;

/// <summary>What became of an action.</summary>
/// <param name="RefusedPod">The pod whose eviction was refused; null otherwise.</param>
/// <param name="RetryAfter">How long the API asks to wait with it.</param>
/// <param name="LookAgain">Whether the observation was stale, so that the same has to be decided again soon.</param>
/// <param name="Superseded">Whether another writer has taken over, so that nothing more of the plan may be done.</param>
internal readonly record struct ActionAnswer(ObjectKey? RefusedPod, Duration? RetryAfter, bool LookAgain, bool Superseded = false)
{
    public static ActionAnswer Done { get; } = default;

    public static ActionAnswer Stale { get; } = new(null, null, LookAgain: true);
}

/// <summary>Carries out one action through the ports. It translates answers and decides nothing.</summary>
internal sealed class Actuator(IClusterConnection cluster, INodeProvider provider, IReconcileObserver observer)
{
    public async ValueTask<ActionAnswer> ActAsync(RolloutAction action, CancellationToken cancellation)
    {
        observer.Acting(action);
        return action switch
        {
            RolloutAction.UpdateNode update => await UpdateAsync(update, cancellation),
            RolloutAction.EvictPod evict => Answer(evict, evict.Pod, await cluster.EvictAsync(evict, cancellation)),
            RolloutAction.DeletePod delete => Answer(delete, delete.Pod, await cluster.DeletePodAsync(delete, cancellation)),
            RolloutAction.AskProvider ask => await AskAsync(ask, cancellation),
            _ => throw new InvalidOperationException($"Action {action.GetType().Name} is not known."),
        };
    }

    private async ValueTask<ActionAnswer> UpdateAsync(RolloutAction.UpdateNode update, CancellationToken cancellation)
    {
        var outcome = await cluster.UpdateNodeAsync(update, cancellation);
        if (outcome == PatchOutcome.Patched)
        {
            return ActionAnswer.Done;
        }

        observer.Refused(update, outcome.ToString());
        return ActionAnswer.Stale;
    }

    private ActionAnswer Answer(RolloutAction action, ObjectKey pod, EvictionOutcome outcome)
    {
        switch (outcome.Status)
        {
            case EvictionStatus.Evicted:
            case EvictionStatus.NotFound:
                return ActionAnswer.Done;
            case EvictionStatus.WrongUid:
                observer.Refused(action, outcome.Message ?? "another pod has taken its place");
                return ActionAnswer.Stale;
            case EvictionStatus.Refused:
            case EvictionStatus.SeveralBudgets:
                observer.Refused(action, outcome.Message ?? outcome.Status.ToString());
                return new ActionAnswer(pod, outcome.RetryAfter, LookAgain: false);
            default:
                throw new InvalidOperationException($"Eviction status {outcome.Status} is not known.");
        }
    }

    private async ValueTask<ActionAnswer> AskAsync(RolloutAction.AskProvider ask, CancellationToken cancellation)
    {
        var operation = await provider.BeginAsync(ask.Request, cancellation);
        if (operation is { State: OperationState.Failed, Code: ProviderCodes.StaleEpoch })
        {
            // Somebody else writes by now; the next pass will not get the lease.
            observer.Refused(ask, operation.Message ?? ProviderCodes.StaleEpoch);
            return ActionAnswer.Stale with { Superseded = true };
        }

        return operation.State == OperationState.Running ? ActionAnswer.Done : ActionAnswer.Stale;
    }
}
