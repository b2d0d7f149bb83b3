using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>Writes of what is added and not compared: the activity log, the outbox, rollouts and decisions, releases, and the journals of simulated clusters.</summary>
internal static class HistoryWriter
{
    public static void Add(StatementList list, StoreBatch batch)
    {
        foreach (var entry in batch.Activities)
        {
            Add(list, entry);
        }

        foreach (var message in batch.Outbox)
        {
            // EV-15: in the transaction of what caused it, so that no write waits for its delivery and none is told of that was not stored. EV-16: the same event written twice is one.
            list.Add(
                "INSERT INTO outbox (id, kind, source, at, payload) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (id) DO NOTHING",
                message.Id, message.Kind, message.Source, message.At, message.Payload);
        }

        foreach (var rollout in batch.Rollouts)
        {
            Add(list, rollout);
        }

        foreach (var decision in batch.Decisions)
        {
            // Replaced rather than refused: an engine that never heard whether its write took effect decides that number again.
            list.Add(
                """
                INSERT INTO decisions (cluster_key, rollout_id, number, at, input, plan) VALUES ($1, $2, $3, $4, $5, $6)
                ON CONFLICT (cluster_key, rollout_id, number) DO UPDATE SET at = excluded.at, input = excluded.input, plan = excluded.plan
                """,
                decision.ClusterKey, decision.RolloutId, decision.Number, decision.At, decision.Input, decision.Plan);
        }

        foreach (var release in batch.Releases)
        {
            list.Add(
                """
                INSERT INTO releases (name, source, json) VALUES ($1, $2, $3)
                ON CONFLICT (name) DO UPDATE SET source = excluded.source, json = excluded.json
                """,
                release.Name, release.Source, release.Json);
        }

        foreach (var name in batch.ReleasesForgotten)
        {
            list.Add("DELETE FROM releases WHERE name = $1", name);
        }
    }

    /// <summary>A conflict that names the cluster if the numbers do not go on where its journal ends.</summary>
    public static void AddJournal(StatementList list, StoreBatch batch)
    {
        foreach (var entry in batch.Journal)
        {
            // Dense, or a call that was acknowledged would be missing when the world is run again.
            list.Require(
                entry.ClusterKey,
                """
                INSERT INTO journal (cluster_key, number, json) SELECT $1, $2, $3
                WHERE $2 = 1 + COALESCE(
                  (SELECT MAX(number) FROM journal WHERE cluster_key = $1), (SELECT up_to_number FROM journal_snapshots WHERE cluster_key = $1), 0)
                ON CONFLICT (cluster_key, number) DO NOTHING
                """,
                entry.ClusterKey, entry.Number, entry.Json);
        }

        foreach (var snapshot in batch.Snapshots)
        {
            list.Add(
                """
                INSERT INTO journal_snapshots (cluster_key, up_to_number, content) VALUES ($1, $2, $3)
                ON CONFLICT (cluster_key) DO UPDATE SET up_to_number = excluded.up_to_number, content = excluded.content
                WHERE excluded.up_to_number >= journal_snapshots.up_to_number
                """,
                snapshot.ClusterKey, snapshot.UpToNumber, snapshot.Content);
            list.Add("DELETE FROM journal WHERE cluster_key = $1 AND number <= $2", snapshot.ClusterKey, snapshot.UpToNumber);
        }
    }

    // EV-57: an entry that is written again, because an answer was lost, is the same one; what belongs together shares the correlation id.
    private static void Add(StatementList list, ActivityEntry entry) => list.Add(
        """
        INSERT INTO activities (event_data_id, at, subscription_id, subscription_key, resource_group, resource_group_key, resource_id, resource_key,
          operation_name, status, level, caller, correlation_id, correlation_key, http_method, client_request_id, client_ip_address, properties)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (event_data_id) DO NOTHING
        """,
        entry.EventDataId, entry.At, entry.SubscriptionId, entry.SubscriptionId.ToLowerInvariant(), entry.ResourceGroup, entry.ResourceGroup.ToLowerInvariant(),
        entry.ResourceId, entry.ResourceId.ToLowerInvariant(), entry.OperationName, entry.Status, entry.Level, entry.Caller, entry.CorrelationId,
        entry.CorrelationId.ToLowerInvariant(), entry.HttpMethod, entry.ClientRequestId, entry.ClientIpAddress, entry.Properties);

    private static void Add(StatementList list, StoredRollout rollout) => list.Add(
        """
        INSERT INTO rollouts (cluster_key, id, pool, target, "trigger", phase, started_at, ended_at, operation_id, record)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
        ON CONFLICT (cluster_key, id) DO UPDATE SET pool = excluded.pool, target = excluded.target, "trigger" = excluded."trigger", phase = excluded.phase,
          started_at = excluded.started_at, ended_at = excluded.ended_at, operation_id = excluded.operation_id, record = excluded.record
        """,
        rollout.ClusterKey, rollout.Id, rollout.Pool, rollout.Target, rollout.Trigger, rollout.Phase, rollout.StartedAt, rollout.EndedAt, rollout.OperationId,
        rollout.Record);
}
