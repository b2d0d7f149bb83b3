using Imago.Application.Engine;
using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>What a batch does to the database.</summary>
internal static class BatchWriter
{
    /// <summary>What a refused batch answers when its cluster's lease has another epoch.</summary>
    public const string Fence = "fence";

    public static IReadOnlyList<Statement> Statements(StoreBatch batch)
    {
        var list = new StatementList();
        if (batch.Fence is var (fenced, epoch))
        {
            list.Require(Fence, StoreSession.FenceStatement, fenced, epoch);
        }

        foreach (var write in batch.Resources)
        {
            ResourceWriter.Add(list, write);
        }

        foreach (var write in batch.Operations)
        {
            OperationWriter.Add(list, write.Operation);
        }

        HistoryWriter.AddJournal(list, batch);
        HistoryWriter.Add(list, batch);
        foreach (var (key, at) in batch.Nudges)
        {
            // A generation higher than before, whatever the instant: a pass that is under way must not put the wake off afterwards.
            list.Add(
                """
                INSERT INTO wakes (cluster_key, shard, at, generation) VALUES ($1, $2, $3, 1)
                ON CONFLICT (cluster_key) DO UPDATE SET generation = wakes.generation + 1,
                  at = CASE WHEN wakes.at IS NULL OR wakes.at > excluded.at THEN excluded.at ELSE wakes.at END
                """,
                key, Shards.Of(key), at);
        }

        return list.Statements;
    }
}
