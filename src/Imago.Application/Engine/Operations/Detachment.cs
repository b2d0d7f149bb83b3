using System.Collections.Immutable;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Engine.Operations;

/// <summary>An attached cluster that is let go: what is under way is aborted and finished first, so that nothing of ours stays behind in it.</summary>
/// <remarks>Rules: UP-66, UP-155.</remarks>
public static class Detachment
{
    /// <summary>What stays in a cluster that was let go as it was, for people.</summary>
    public const string LeftBehind =
        "The cluster was left as it is. What may be in it still: cordons with the annotation imago.dev/cordon, taints imago.dev/upgrade-pending, surge nodes of a rollout that was under way, "
        + "and in Imago's namespace the rollout records and the lease. Attach the cluster again and detach it to have them removed.";

    /// <summary>Whether nothing is under way in the cluster any more.</summary>
    internal static bool IsQuiet(IEnumerable<RolloutRecord> records) => records.All(r => r.Ended);

    /// <summary>What is asked of a cluster that is being detached: that everything under way be aborted, also of pools that no document knows any more.</summary>
    internal static ClusterSpec Of(ClusterSpec spec, StoredOperation deletion, ImmutableSortedDictionary<string, RolloutRecord> records)
    {
        // UP-66: nodes in flight are finished, surge nodes are returned, nothing new begins.
        var unknown = records.Keys.Where(name => !spec.Pools.Any(p => string.Equals(p.Name, name, StringComparison.Ordinal))).Select(name => new PoolSpec { Name = name });
        return spec with
        {
            Pools = [.. spec.Pools.Concat(unknown).Select(pool => pool with
            {
                Request = null,
                RequestedTarget = null,
                Abort = records.TryGetValue(pool.Name, out var record) && !record.Ended ? new AbortRequest(record.Id, deletion.Caller, deletion.StartedAt) : null,
            })],
        };
    }
}
