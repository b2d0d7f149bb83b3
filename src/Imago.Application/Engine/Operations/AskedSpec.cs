using System.Collections.Immutable;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Application.Engine.Operations;

/// <summary>Puts what people asked for by operations into what the planner gets.</summary>
internal static class AskedSpec
{
    /// <summary>The specification with the requests and aborts of the open operations.</summary>
    /// <param name="spec">What the documents ask for.</param>
    /// <param name="stored">The cluster as stored; its pools' images are what transitions reimage to.</param>
    /// <param name="open">The open operations, oldest first.</param>
    /// <param name="records">The rollout records of the cluster.</param>
    /// <param name="served">Pools whose part of an operation a rollout has carried out to its end, by operation.</param>
    public static ClusterSpec With(
        ClusterSpec spec, StoredCluster stored, IReadOnlyCollection<StoredOperation> open, ImmutableSortedDictionary<string, RolloutRecord> records,
        Func<string, string, bool> served) => spec with
    {
        Pools = [.. spec.Pools.Select(pool => pool with
        {
            Request = open.Select(o => RequestOf(o, pool, stored, served)).FirstOrDefault(r => r is not null),
            Abort = records.TryGetValue(pool.Name, out var record) && !record.Ended ? AbortOf(record, open) : null,
        })],
    };

    /// <summary>Whether an operation asks for a rollout of a pool.</summary>
    /// <remarks>CH-50: a transition concerns every pool that has an on-node updater to switch.</remarks>
    public static bool Concerns(this StoredOperation operation, PoolSpec pool) => operation.Kind switch
    {
        OperationKind.UpgradeNodeImage => string.Equals(operation.Pool, pool.Name, StringComparison.OrdinalIgnoreCase),
        OperationKind.ChannelTransition => ChannelTransition.Affects(pool.Os),
        _ => false,
    };

    private static PoolRequest? RequestOf(StoredOperation operation, PoolSpec pool, StoredCluster stored, Func<string, string, bool> served)
    {
        // UP-66: what was aborted before it began does not begin.
        if (operation.Status != OperationStatus.InProgress || !operation.Concerns(pool) || served(operation.Id, pool.Name))
        {
            return null;
        }

        var image = stored.Pool(pool.Name)?.Status.NodeImageVersion;
        return new PoolRequest
        {
            OperationId = operation.Id,
            Trigger = operation.Kind == OperationKind.UpgradeNodeImage ? RolloutTrigger.Manual : RolloutTrigger.ChannelTransition,
            AskedAt = operation.StartedAt,
            Image = string.IsNullOrEmpty(image) ? null : NodeImage.Parse(image),
        };
    }

    private static AbortRequest? AbortOf(RolloutRecord record, IReadOnlyCollection<StoredOperation> open)
    {
        if (open.FirstOrDefault(o => o.Status == OperationStatus.Canceling && IsOf(record, o)) is not { } canceled)
        {
            return null;
        }

        var by = open.FirstOrDefault(o => o.Kind == OperationKind.Abort && string.Equals(o.TargetOperationId, canceled.Id, StringComparison.Ordinal));
        return new AbortRequest(record.Id, by?.Caller ?? canceled.Caller, by?.StartedAt ?? canceled.StartedAt);
    }

    /// <summary>Whether an operation is the one that a rollout carries out.</summary>
    public static bool IsOf(RolloutRecord record, StoredOperation operation) => record.OperationId is { } asked
        ? string.Equals(asked, operation.Id, StringComparison.Ordinal)
        : operation.Kind == OperationKind.AutomaticUpgrade && string.Equals(operation.RolloutId, record.Id, StringComparison.Ordinal);
}
