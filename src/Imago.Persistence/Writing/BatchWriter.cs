using Imago.Application.Engine;
using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>Writes a batch inside a transaction. Answers what stood in the way, upon which the transaction has to be undone; null: all is written.</summary>
internal static class BatchWriter
{
    /// <summary>What a refused batch answers when its cluster's lease has another epoch.</summary>
    public const string Fence = "fence";

    public static async ValueTask<string?> WriteAsync(StoreSession session, StoreBatch batch)
    {
        if (batch.Fence is var (fenced, epoch) && !await HoldsAsync(session, fenced, epoch))
        {
            return Fence;
        }

        foreach (var write in batch.Resources)
        {
            if (!await ResourceWriter.WriteAsync(session, write))
            {
                return write.Key;
            }
        }

        foreach (var write in batch.Operations)
        {
            if (!await OperationWriter.WriteAsync(session, write.Operation))
            {
                return write.Operation.Id;
            }
        }

        if (await HistoryWriter.WriteJournalAsync(session, batch) is { } conflict)
        {
            return conflict;
        }

        await HistoryWriter.WriteAsync(session, batch);
        foreach (var (key, at) in batch.Nudges)
        {
            // A generation higher than before, whatever the instant: a pass that is under way must not put the wake off afterwards.
            await session.ExecuteAsync(
                """
                INSERT INTO wakes (cluster_key, shard, at, generation) VALUES ($1, $2, $3, 1)
                ON CONFLICT (cluster_key) DO UPDATE SET generation = wakes.generation + 1,
                  at = CASE WHEN wakes.at IS NULL OR wakes.at > excluded.at THEN excluded.at ELSE wakes.at END
                """,
                key, Shards.Of(key), at);
        }

        return null;
    }

    // The row is locked until the commit: nobody takes the lease over between this look and the write that depends on it.
    private static async ValueTask<bool> HoldsAsync(StoreSession session, string clusterKey, long epoch) =>
        await session.NumberAsync($"SELECT epoch FROM leases WHERE cluster_key = $1{session.LockingForShare}", clusterKey) == epoch;
}
