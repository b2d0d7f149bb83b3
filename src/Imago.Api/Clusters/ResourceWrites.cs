using Imago.Api.Admission;
using Imago.Api.Pipeline;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;

namespace Imago.Api.Clusters;

/// <summary>Writes of single resources, with what they are once they are stored.</summary>
internal static class ResourceWrites
{
    /// <summary>A resource that is made by the request.</summary>
    public static StoredResource New(ApiRequest request, ResourceId id, string type, string parentKey, string clusterKey, string document, string status) => new()
    {
        Key = id.Key,
        Id = id.Text,
        Type = type,
        ParentKey = parentKey,
        ClusterKey = clusterKey,
        Document = document,
        Status = status,
        Version = 1,
        StatusVersion = 1,
        CreatedAt = request.Now,
        ChangedAt = request.Now,
    };

    /// <summary>A pool that is made by the request.</summary>
    public static StoredResource NewPool(ApiRequest request, ResourceId cluster, AdmittedPool pool) =>
        New(request, cluster.Child("agentPools", pool.Name), ResourceTypes.AgentPool, cluster.Key, cluster.Key, pool.Document, StatusText.Write(pool.Status));

    /// <summary>A pool that is made or changed by the request.</summary>
    public static StoredResource Of(ApiRequest request, ResourceId cluster, StoredResource? stored, AdmittedPool pool, ICollection<ResourceWrite> writes)
    {
        if (stored is not null)
        {
            return Changed(request, stored, pool.DocumentChanged ? pool.Document : null, StatusText.Write(pool.Status), writes);
        }

        var made = NewPool(request, cluster, pool);
        writes.Add(new ResourceWrite.Create(made) { Key = made.Key });
        return made;
    }

    /// <summary>A resource with another status and, unless it is null, another document.</summary>
    public static StoredResource Changed(ApiRequest request, StoredResource stored, string? document, string status, ICollection<ResourceWrite> writes)
    {
        var changed = stored with { Status = status, StatusVersion = stored.StatusVersion + 1 };
        writes.Add(new ResourceWrite.Status(status, stored.StatusVersion) { Key = stored.Key });
        if (document is not null)
        {
            changed = changed with { Document = document, Version = stored.Version + 1, ChangedAt = request.Now };
            writes.Add(new ResourceWrite.Document(document, stored.Version, request.Now) { Key = stored.Key });
        }

        return changed;
    }
}
