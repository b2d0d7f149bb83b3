using Imago.Application.Storage;

namespace Imago.Application.Engine.Operations;

/// <summary>Which operations exclude one another: one at a time on a cluster and on each of its pools, whoever asks for them.</summary>
/// <remarks>Rules: UP-62, AZ-21, MW-11.</remarks>
public static class OneAtATime
{
    /// <summary>The open operation that has to end before another may begin; null: none.</summary>
    /// <param name="open">The cluster's operations that have not ended.</param>
    /// <param name="restsAt">Whether the automatic rollout of a pool is between two windows.</param>
    public static StoredOperation? InTheWay(IEnumerable<StoredOperation> open, Func<string, bool> restsAt) => open.FirstOrDefault(o => !Rests(o, restsAt));

    /// <summary>
    /// The open operation that has to end before a pool's image upgrade may be asked for; null: none. Image upgrades of several pools are taken, and carried out in turn.
    /// </summary>
    /// <param name="open">The cluster's operations that have not ended.</param>
    /// <param name="pool">The pool to be upgraded.</param>
    /// <param name="restsAt">Whether the automatic rollout of a pool is between two windows.</param>
    public static StoredOperation? InTheWayOfImageUpgrade(IEnumerable<StoredOperation> open, string pool, Func<string, bool> restsAt) =>
        open.FirstOrDefault(o => !Rests(o, restsAt) && (o.Kind != OperationKind.UpgradeNodeImage || pool.Equals(o.Pool, StringComparison.OrdinalIgnoreCase)));

    // An automatic rollout between two windows has nothing under way, perhaps for weeks; its owner is not locked out meanwhile. A person's upgrade takes its place (MW-11).
    private static bool Rests(StoredOperation operation, Func<string, bool> restsAt) =>
        operation.Kind == OperationKind.AutomaticUpgrade && operation.Pool is { } pool && restsAt(pool);
}
