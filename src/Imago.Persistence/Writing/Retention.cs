using NodaTime;

namespace Imago.Persistence.Writing;

/// <summary>Removes what is too old, a bounded number of rows at a time, so that other writers never wait for long.</summary>
internal static class Retention
{
    /// <summary>Rows that one transaction removes at most.</summary>
    public const int Chunk = 1_000;

    // EV-60: activity entries, and what else only history needs. Each removes at most $2 rows older than $1.
    public static readonly string[] Statements =
    [
        "DELETE FROM activities WHERE seq IN (SELECT seq FROM activities WHERE at < $1 LIMIT $2)",
        "DELETE FROM outbox WHERE seq IN (SELECT seq FROM outbox WHERE delivered_at < $1 LIMIT $2)",
        "DELETE FROM operations WHERE seq IN (SELECT seq FROM operations WHERE NOT is_open AND COALESCE(ended_at, started_at) < $1 LIMIT $2)",
        """
        DELETE FROM decisions WHERE (cluster_key, rollout_id, number) IN (
          SELECT d.cluster_key, d.rollout_id, d.number FROM rollouts r JOIN decisions d ON d.cluster_key = r.cluster_key AND d.rollout_id = r.id
          WHERE r.ended_at < $1 LIMIT $2)
        """,
    ];

    public static ValueTask<int> RemoveAsync(StoreSession session, string statement, Instant before) => session.ExecuteAsync(statement, before, Chunk);
}
