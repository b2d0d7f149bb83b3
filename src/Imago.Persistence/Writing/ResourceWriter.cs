using Imago.Application.Storage;

namespace Imago.Persistence.Writing;

/// <summary>Writes of resources, each under the condition that it names.</summary>
internal static class ResourceWriter
{
    // What the engine keeps about a cluster beside its resources.
    private static readonly string[] ClusterTables = ["journal", "journal_snapshots", "rollouts", "decisions"];

    public static void Add(StatementList list, ResourceWrite write)
    {
        switch (write)
        {
            case ResourceWrite.Create create:
                AddCreate(list, create.Key, create.Resource);
                break;
            case ResourceWrite.Document document:
                list.Require(
                    write.Key,
                    "UPDATE resources SET document = $1, changed_at = $2, version = version + 1 WHERE key = $3 AND version = $4",
                    document.Json, document.At, write.Key, document.ExpectedVersion);
                break;
            case ResourceWrite.Status status:
                list.Require(
                    write.Key,
                    "UPDATE resources SET status = $1, status_version = status_version + 1 WHERE key = $2 AND status_version = $3",
                    status.Json, write.Key, status.ExpectedStatusVersion);
                break;
            case ResourceWrite.Delete delete:
                AddDelete(list, delete);
                break;
            default:
                throw new NotSupportedException($"A write of kind {write.GetType().Name} is not known to the store.");
        }
    }

    private static void AddCreate(StatementList list, string key, StoredResource resource)
    {
        if (!string.Equals(key, resource.Key, StringComparison.Ordinal) || !string.Equals(key, key.ToLowerInvariant(), StringComparison.Ordinal))
        {
            throw new ArgumentException($"Resource '{resource.Key}' cannot be created under the key '{key}': both must be its id in lower case.", nameof(key));
        }

        list.Require(
            key,
            """
            INSERT INTO resources (key, id, type, type_key, parent_key, cluster_key, document, status, version, status_version, created_at, changed_at)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1, 1, $9, $10) ON CONFLICT (key) DO NOTHING
            """,
            key, resource.Id, resource.Type, resource.Type.ToLowerInvariant(), resource.ParentKey, resource.ClusterKey, resource.Document, resource.Status,
            resource.CreatedAt, resource.ChangedAt);
    }

    private static void AddDelete(StatementList list, ResourceWrite.Delete delete)
    {
        if (delete.ExpectedVersion is { } expected)
        {
            list.Require(delete.Key, "DELETE FROM resources WHERE key = $1 AND version = $2", delete.Key, expected);
        }
        else
        {
            list.Add("DELETE FROM resources WHERE key = $1", delete.Key);
        }

        // After the resource itself: whoever was adding a child together with a write to the resource held its row, and is done now.
        var below = KeyRange.Below(delete.Key);
        list.Add("DELETE FROM resources WHERE key >= $1 AND key < $2", below.From, below.To);

        // A cluster made again under the same key must not find what the engine kept about the one before: its journal begins at 1, and ids of rollouts are unique only
        // within one life of a cluster. Its lease and the generation of its wake stay: both may never fall.
        foreach (var table in ClusterTables)
        {
            list.Add($"DELETE FROM {table} WHERE cluster_key = $1 OR (cluster_key >= $2 AND cluster_key < $3)", delete.Key, below.From, below.To);
        }

        list.Add("UPDATE wakes SET at = NULL WHERE cluster_key = $1 OR (cluster_key >= $2 AND cluster_key < $3)", delete.Key, below.From, below.To);
    }
}
