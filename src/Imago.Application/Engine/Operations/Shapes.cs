using System.Collections.Immutable;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Engine.Operations;

/// <summary>What nodes a cluster is to have.</summary>
internal static class Shapes
{
    /// <summary>The shape that the documents ask for, without pools that are being deleted or have no image yet.</summary>
    public static ClusterShape Of(StoredCluster stored, ClusterIntent intent, IReadOnlyCollection<StoredOperation> open) => new(
        [.. intent.Pools
            .Where(p => !open.Any(o => o.Kind == OperationKind.DeletePool && string.Equals(o.Pool, p.Spec.Name, StringComparison.OrdinalIgnoreCase)))
            .Select(p => (Pool: p, stored.Pool(p.Spec.Name)?.Status))
            .Where(p => p.Status is { NodeImageVersion.Length: > 0 })
            .Select(p => new PoolShape(p.Pool.Spec.Name, p.Pool.Count, p.Status!.NodeImageVersion, p.Status.KubernetesVersion, p.Pool))],
        stored.Status.Running);

    /// <summary>The statuses that have to be stored before anything is made: which image new pools get, and whether the cluster runs.</summary>
    /// <remarks>UP-67. An image is chosen once, so that a release that comes while a pool is being made does not give it two.</remarks>
    public static (ImmutableArray<ResourceWrite> Writes, ImmutableSortedDictionary<string, string> Imageless) Prepare(
        StoredCluster stored, ClusterIntent intent, ReleaseCatalog catalog, IReadOnlyCollection<StoredOperation> open, Instant now)
    {
        var writes = ImmutableArray.CreateBuilder<ResourceWrite>();
        var imageless = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        if (open.LastOrDefault(o => o.Kind is OperationKind.StartCluster or OperationKind.StopCluster && o.Status == OperationStatus.InProgress) is { } turn
            && stored.Status.Running != (turn.Kind == OperationKind.StartCluster))
        {
            writes.Add(Status(stored.Resource, StatusText.Write(stored.Status with { Running = turn.Kind == OperationKind.StartCluster })));
        }

        // The nodes of an attached cluster are its owner's: none is made, so none needs an image.
        foreach (var pool in stored.Pools.Where(p => !stored.Attached && p.Status.NodeImageVersion.Length == 0))
        {
            var spec = intent.Spec.Pools.FirstOrDefault(s => string.Equals(s.Name, pool.Name, StringComparison.Ordinal));
            if (spec?.Family is { } family && (catalog.LatestImage(family, intent.Spec.Ring, now) ?? catalog.NewestAnywhere(family, now)) is { } latest)
            {
                // UP-20: the version at creation decides the default surge for good.
                var created = pool.Status.CreatedAtKubernetes.Length > 0 ? pool.Status.CreatedAtKubernetes : pool.Status.KubernetesVersion;
                writes.Add(Status(pool.Resource, StatusText.Write(pool.Status with { NodeImageVersion = latest.Image.Text, CreatedAtKubernetes = created })));
            }
            else
            {
                imageless[pool.Name] = $"No node image is known for node pool '{pool.Name}'{(spec?.Family is { } unknown ? $" (family '{unknown}')" : "")}. Choose another OS SKU or VM size, or publish an image of its family.";
            }
        }

        return (writes.ToImmutable(), imageless.ToImmutable());
    }

    private static ResourceWrite.Status Status(StoredResource resource, string json) => new(json, resource.StatusVersion) { Key = resource.Key };
}
