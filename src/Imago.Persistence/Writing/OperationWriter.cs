using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>Writes of long-running operations.</summary>
internal static class OperationWriter
{
    /// <summary>A conflict if there is one of that id already, or the stored one is not of the version before.</summary>
    public static void Add(StatementList list, StoredOperation operation)
    {
        var o = operation;
        object?[] values =
        [
            o.Id, o.Version, o.Kind, o.Status, !o.Ended, o.ResourceId, o.ClusterKey, o.Pool, o.SubscriptionId, o.Location, o.StartedAt, o.EndedAt,
            o.PercentComplete, o.Error, o.CorrelationId, o.Caller, o.RolloutId, o.TargetOperationId,
        ];

        list.Require(o.Id, o.Version == 1 ? Insert : Update, values);
    }

    private const string Insert =
        """
        INSERT INTO operations (id, version, kind, status, is_open, resource_id, cluster_key, pool, subscription_id, location, started_at, ended_at,
          percent_complete, error, correlation_id, caller, rollout_id, target_operation_id)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT (id) DO NOTHING
        """;

    private const string Update =
        """
        UPDATE operations SET version = $2, kind = $3, status = $4, is_open = $5, resource_id = $6, cluster_key = $7, pool = $8, subscription_id = $9, location = $10,
          started_at = $11, ended_at = $12, percent_complete = $13, error = $14, correlation_id = $15, caller = $16, rollout_id = $17, target_operation_id = $18
        WHERE id = $1 AND version = $2 - 1
        """;
}
