using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>Writes resources, each under the condition that its write names.</summary>
internal static class ResourceWriter
{
    /// <summary>False: the condition did not hold.</summary>
    public static async ValueTask<bool> WriteAsync(StoreSession session, ResourceWrite write) => write switch
    {
        ResourceWrite.Create create => await CreateAsync(session, create.Key, create.Resource),
        ResourceWrite.Document document => await session.ExecuteAsync(
            "UPDATE resources SET document = $1, changed_at = $2, version = version + 1 WHERE key = $3 AND version = $4",
            document.Json, document.At, document.Key, document.ExpectedVersion) == 1,
        ResourceWrite.Status status => await session.ExecuteAsync(
            "UPDATE resources SET status = $1, status_version = status_version + 1 WHERE key = $2 AND status_version = $3",
            status.Json, status.Key, status.ExpectedStatusVersion) == 1,
        ResourceWrite.Delete delete => await DeleteAsync(session, delete),
        _ => throw new NotSupportedException($"A write of kind {write.GetType().Name} is not known to the store."),
    };

    private static async ValueTask<bool> CreateAsync(StoreSession session, string key, StoredResource resource)
    {
        if (!string.Equals(key, resource.Key, StringComparison.Ordinal) || !string.Equals(key, key.ToLowerInvariant(), StringComparison.Ordinal))
        {
            throw new ArgumentException($"Resource '{resource.Key}' cannot be created under the key '{key}': both must be its id in lower case.", nameof(key));
        }

        return await session.ExecuteAsync(
            """
            INSERT INTO resources (key, id, type, type_key, parent_key, cluster_key, document, status, version, status_version, created_at, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, $9, $10) ON CONFLICT (key) DO NOTHING
            """,
            key, resource.Id, resource.Type, resource.Type.ToLowerInvariant(), resource.ParentKey, resource.ClusterKey, resource.Document, resource.Status,
            resource.CreatedAt, resource.ChangedAt) == 1;
    }

    private static async ValueTask<bool> DeleteAsync(StoreSession session, ResourceWrite.Delete delete)
    {
        if (delete.ExpectedVersion is { } expected)
        {
            if (await session.ExecuteAsync("DELETE FROM resources WHERE key = $1 AND version = $2", delete.Key, expected) != 1)
            {
                return false;
            }
        }
        else
        {
            await session.ExecuteAsync("DELETE FROM resources WHERE key = $1", delete.Key);
        }

        // After the resource itself: whoever was adding a child together with a write to the resource held its row, and is done now.
        var below = KeyRange.Below(delete.Key);
        await session.ExecuteAsync("DELETE FROM resources WHERE key >= $1 AND key < $2", below.From, below.To);

        // What the engine kept about clusters that are gone. A cluster made again under the same key must not find it: its journal begins at 1, and ids of rollouts
        // are unique only within one life of a cluster. Its lease and the generation of its wake stay: both may never fall.
        foreach (var table in ClusterTables)
        {
            await session.ExecuteAsync($"DELETE FROM {table} WHERE cluster_key = $1 OR (cluster_key >= $2 AND cluster_key < $3)", delete.Key, below.From, below.To);
        }

        await session.ExecuteAsync(
            "UPDATE wakes SET at = NULL WHERE cluster_key = $1 OR (cluster_key >= $2 AND cluster_key < $3)", delete.Key, below.From, below.To);
        return true;
    }

    private static readonly string[] ClusterTables = ["journal", "journal_snapshots", "rollouts", "decisions"];
}
