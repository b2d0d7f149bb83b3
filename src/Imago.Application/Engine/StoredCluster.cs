using System.Collections.Immutable;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Application.Engine;

/// <summary>A pool as it is stored.</summary>
internal sealed record StoredPool(StoredResource Resource, string Name, PoolStatus Status);

/// <summary>A cluster as it is stored, with its statuses read.</summary>
internal sealed record StoredCluster(ImmutableArray<StoredResource> Resources, StoredResource Resource, ClusterStatus Status, ImmutableArray<StoredPool> Pools)
{
    public string Key => Resource.Key;

    public string Name => NameOf(Resource.Id);

    /// <summary>Whether it is a cluster that Imago did not make.</summary>
    public bool Attached => Attachment is not null;

    /// <summary>How it is reached; null: Imago made it.</summary>
    public StoredResource? Attachment => Resources.FirstOrDefault(r => Is(r, ResourceTypes.Attachment));

    /// <summary>The cluster of what the store gives; null when there is none in it.</summary>
    public static StoredCluster? Of(ImmutableArray<StoredResource> resources) =>
        resources.FirstOrDefault(r => Is(r, ResourceTypes.ManagedCluster)) is not { } cluster
            ? null
            : new StoredCluster(
                resources, cluster, StatusText.ReadCluster(cluster.Status),
                [.. resources.Where(r => Is(r, ResourceTypes.AgentPool)).Select(p => new StoredPool(p, NameOf(p.Id), StatusText.ReadPool(p.Status))).OrderBy(p => p.Name, StringComparer.Ordinal)]);

    /// <summary>A pool by its name; ids compare without regard to case (EV-83).</summary>
    public StoredPool? Pool(string? name) => Pools.FirstOrDefault(p => string.Equals(p.Name, name, StringComparison.OrdinalIgnoreCase));

    private static bool Is(StoredResource resource, string type) => string.Equals(resource.Type, type, StringComparison.OrdinalIgnoreCase);

    private static string NameOf(string id) => id[(id.LastIndexOf('/') + 1)..];
}
