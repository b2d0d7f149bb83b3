using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>Writes what is added and not compared: the activity log, the outbox, rollouts and decisions, releases, and the journals of simulated clusters.</summary>
internal static class HistoryWriter
{
    public static async ValueTask WriteAsync(StoreSession session, StoreBatch batch)
    {
        foreach (var entry in batch.Activities)
        {
            await WriteAsync(session, entry);
        }

        foreach (var message in batch.Outbox)
        {
            // EV-16: the same event written twice is one.
            await session.ExecuteAsync(
                "INSERT INTO outbox (id, kind, source, at, payload) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
                message.Id, message.Kind, message.Source, message.At, message.Payload);
        }

        foreach (var rollout in batch.Rollouts)
        {
            await WriteAsync(session, rollout);
        }

        foreach (var decision in batch.Decisions)
        {
            // Replaced rather than refused: an engine that never heard whether its write took effect decides that number again.
            await session.ExecuteAsync(
                """
                INSERT INTO decisions (cluster_key, rollout_id, number, at, input, plan) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (cluster_key, rollout_id, number) DO UPDATE SET at = excluded.at, input = excluded.input, plan = excluded.plan
                """,
                decision.ClusterKey, decision.RolloutId, decision.Number, decision.At, decision.Input, decision.Plan);
        }

        foreach (var release in batch.Releases)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO releases (name, source, json) VALUES ($1, $2, $3)
                ON CONFLICT (name) DO UPDATE SET source = excluded.source, json = excluded.json
                """,
                release.Name, release.Source, release.Json);
        }
    }

    /// <summary>Answers the cluster whose journal does not go on with the numbers of the batch; null: written.</summary>
    public static async ValueTask<string?> WriteJournalAsync(StoreSession session, StoreBatch batch)
    {
        foreach (var group in batch.Journal.GroupBy(e => e.ClusterKey, StringComparer.Ordinal))
        {
            var last = await session.NumberAsync(
                """
                SELECT COALESCE((SELECT MAX(number) FROM journal WHERE cluster_key = $1), (SELECT up_to_number FROM journal_snapshots WHERE cluster_key = $1), 0)
                """,
                group.Key);
            foreach (var entry in group)
            {
                // Dense, or a call that was acknowledged would be missing when the world is run again.
                if (entry.Number != ++last || await session.ExecuteAsync(
                    "INSERT INTO journal (cluster_key, number, json) VALUES ($1, $2, $3) ON CONFLICT (cluster_key, number) DO NOTHING",
                    entry.ClusterKey, entry.Number, entry.Json) != 1)
                {
                    return group.Key;
                }
            }
        }

        foreach (var snapshot in batch.Snapshots)
        {
            await session.ExecuteAsync(
                """
                INSERT INTO journal_snapshots (cluster_key, up_to_number, content) VALUES ($1, $2, $3)
                ON CONFLICT (cluster_key) DO UPDATE SET up_to_number = excluded.up_to_number, content = excluded.content
                WHERE excluded.up_to_number >= journal_snapshots.up_to_number
                """,
                snapshot.ClusterKey, snapshot.UpToNumber, snapshot.Content);
            await session.ExecuteAsync("DELETE FROM journal WHERE cluster_key = $1 AND number <= $2", snapshot.ClusterKey, snapshot.UpToNumber);
        }

        return null;
    }

    private static async ValueTask WriteAsync(StoreSession session, ActivityEntry entry) => await session.ExecuteAsync(
        """
        INSERT INTO activities (event_data_id, at, subscription_id, subscription_key, resource_group, resource_group_key, resource_id, resource_key,
          operation_name, status, level, caller, correlation_id, correlation_key, http_method, client_request_id, client_ip_address, properties)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (event_data_id) DO NOTHING
        """,
        entry.EventDataId, entry.At, entry.SubscriptionId, entry.SubscriptionId.ToLowerInvariant(), entry.ResourceGroup, entry.ResourceGroup.ToLowerInvariant(),
        entry.ResourceId, entry.ResourceId.ToLowerInvariant(), entry.OperationName, entry.Status, entry.Level, entry.Caller, entry.CorrelationId,
        entry.CorrelationId.ToLowerInvariant(), entry.HttpMethod, entry.ClientRequestId, entry.ClientIpAddress, entry.Properties);

    private static async ValueTask WriteAsync(StoreSession session, StoredRollout rollout) => await session.ExecuteAsync(
        """
        INSERT INTO rollouts (cluster_key, id, pool, target, "trigger", phase, started_at, ended_at, operation_id, record)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (cluster_key, id) DO UPDATE SET pool = excluded.pool, target = excluded.target, "trigger" = excluded."trigger", phase = excluded.phase,
          started_at = excluded.started_at, ended_at = excluded.ended_at, operation_id = excluded.operation_id, record = excluded.record
        """,
        rollout.ClusterKey, rollout.Id, rollout.Pool, rollout.Target, rollout.Trigger, rollout.Phase, rollout.StartedAt, rollout.EndedAt, rollout.OperationId,
        rollout.Record);
}
