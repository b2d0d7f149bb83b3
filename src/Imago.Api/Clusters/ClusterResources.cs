using System.Collections.Immutable;
using Imago.Api.Documents;
using Imago.Application.Resources;
using Imago.Application.Storage;

namespace Imago.Api.Clusters;

/// <summary>A cluster and what belongs to it, of one instant.</summary>
internal sealed record ClusterResources(StoredResource Cluster, ImmutableArray<StoredResource> Pools, ImmutableArray<StoredResource> Configurations)
{
    /// <summary>How the cluster is reached; null: it is simulated.</summary>
    public StoredResource? Attachment { get; init; }

    /// <summary>Everything together, as the store gives it.</summary>
    public ImmutableArray<StoredResource> All => Attachment is null ? [Cluster, .. Pools, .. Configurations] : [Cluster, .. Pools, .. Configurations, Attachment];

    public ClusterStatus Status => StatusText.ReadCluster(Cluster.Status);

    /// <summary>Sorts what the store gives; null if there is no cluster in it.</summary>
    public static ClusterResources? Of(ImmutableArray<StoredResource> resources)
    {
        var cluster = resources.FirstOrDefault(r => Is(r, ResourceTypes.ManagedCluster));
        return cluster is null
            ? null
            : new(cluster, [.. resources.Where(r => Is(r, ResourceTypes.AgentPool))], [.. resources.Where(r => Is(r, ResourceTypes.MaintenanceConfiguration))])
            {
                Attachment = resources.FirstOrDefault(r => Is(r, ResourceTypes.Attachment)),
            };
    }

    /// <summary>A pool by its name, whatever the case; null if there is none.</summary>
    public StoredResource? Pool(string name) => Named(Pools, name);

    /// <summary>A maintenance configuration by its name, whatever the case; null if there is none.</summary>
    public StoredResource? Configuration(string name) => Named(Configurations, name);

    /// <summary>The last segment of a resource's id.</summary>
    public static string NameOf(StoredResource resource) => resource.Id[(resource.Id.LastIndexOf('/') + 1)..];

    /// <summary>The region of a cluster.</summary>
    public static string LocationOf(StoredResource cluster) => ClusterDocument.Of(cluster).Location;

    private static StoredResource? Named(ImmutableArray<StoredResource> resources, string name) =>
        resources.FirstOrDefault(r => NameOf(r).Equals(name, StringComparison.OrdinalIgnoreCase));

    private static bool Is(StoredResource resource, string type) => resource.Type.Equals(type, StringComparison.OrdinalIgnoreCase);
}
