using Imago.Domain.Channels;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>What becomes of a request that no rollout will carry out.</summary>
/// <param name="Pool">The pool.</param>
/// <param name="OperationId">The request's operation.</param>
/// <param name="Refusal">Why it cannot be carried out; null: there is nothing to do, every node is where it should be.</param>
public sealed record RequestAnswer(string Pool, string OperationId, Reason? Refusal);

/// <summary>What people asked of the pools of a cluster.</summary>
public static class Requests
{
    /// <summary>The pool's request, as long as no rollout has begun for it; null otherwise.</summary>
    public static PoolRequest? Waiting(ClusterInput input, PoolSpec pool) =>
        pool.Request is { } request
        && !(input.Records.TryGetValue(pool.Name, out var last) && string.Equals(last.OperationId, request.OperationId, StringComparison.Ordinal))
            ? request
            : null;

    /// <summary>
    /// The requests that no rollout will carry out, because nothing is to be done or because it cannot be. Those that only have to wait, for another pool or for a
    /// pause to end, are not among them.
    /// </summary>
    /// <remarks>Rules: CH-87, UP-9, UP-23, UP-25.</remarks>
    public static IEnumerable<RequestAnswer> Answers(ClusterInput input)
    {
        foreach (var pool in input.Spec.Pools)
        {
            if (Waiting(input, pool) is not { } request)
            {
                continue;
            }

            var (target, refusal) = TargetOf(input, pool, request);
            if (target is null)
            {
                yield return new RequestAnswer(pool.Name, request.OperationId, refusal);
                continue;
            }

            var todo = input.View.NodesOf(pool.Name).Values.Select(n => Candidates.Of(input, pool, n, target)).OfType<Candidate>().ToList();
            if (todo.Count == 0)
            {
                yield return new RequestAnswer(pool.Name, request.OperationId, null);
            }
            else if (ClusterPlanner.NoRoomFor(input, pool, todo) is { } noRoom)
            {
                yield return new RequestAnswer(pool.Name, request.OperationId, new Reason(ReasonCode.SettingsRefused, noRoom));
            }
        }
    }

    /// <summary>Where a request takes the pool, or why it cannot be carried out.</summary>
    internal static (RolloutTarget? Target, Reason? Refusal) TargetOf(ClusterInput input, PoolSpec pool, PoolRequest request)
    {
        // CH-87: at N-3 a person may still upgrade the image; beyond that nobody may.
        if (request.Trigger == RolloutTrigger.Manual && !SupportRules.ManualImageUpgradeAllowed(input.Spec.Support, input.Spec.Attached))
        {
            return (null, new Reason(ReasonCode.KubernetesVersionUnsupported, $"The Kubernetes minor of cluster '{input.Spec.Name}' is not supported at all, so that its node images cannot be upgraded. Upgrade Kubernetes."));
        }

        // CH-50: to the pool's own image; a transition changes what the OS does by itself, not what it is.
        if (request is { Trigger: RolloutTrigger.ChannelTransition, Image: { } own })
        {
            return (new RolloutTarget.Reimage(own, request.AskedAt), null);
        }

        var (newest, why) = TargetChooser.NewestImage(input, pool);
        return (newest, request.Trigger) switch
        {
            (RolloutTarget.Image(var image), RolloutTrigger.ChannelTransition) => (new RolloutTarget.Reimage(image, request.AskedAt), null),
            _ => (newest, why),
        };
    }

    /// <summary>Whether a request would begin at once if a rollout were not in its way.</summary>
    internal static bool WouldBeginWithout(ClusterInput input, RolloutRecord record) =>
        input.Spec.Pools.Any(p => Waiting(input, p) is not null)
        && ClusterPlanner.Decide(input with { Records = input.Records.Remove(record.Pool) }).Start is { Trigger: not RolloutTrigger.Automatic };
}
