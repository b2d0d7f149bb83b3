using System.Collections.Immutable;
using Imago.Api.Activities;
using Imago.Api.Admission;
using Imago.Api.Documents;
using Imago.Api.Operations;
using Imago.Api.Pipeline;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Contracts.Resources;
using Imago.Domain.Rollouts.Records;

namespace Imago.Api.Clusters;

/// <summary>An admitted write of a cluster as one batch, and the cluster as it is once the batch is stored.</summary>
/// <param name="IsNew">Whether the cluster is made.</param>
/// <param name="Batch">Everything that is written.</param>
/// <param name="Operation">The operation that the client follows.</param>
/// <param name="After">The cluster afterwards.</param>
internal sealed record ClusterWrite(bool IsNew, StoreBatch Batch, StoredOperation Operation, ClusterResources After)
{
    /// <summary>A new cluster with its pools.</summary>
    public static ClusterWrite Creation(ApiRequest request, ResourceId id, AdmittedCluster admitted)
    {
        var cluster = ResourceWrites.New(request, id, ResourceTypes.ManagedCluster, id.Parent!.Key, id.Key, admitted.Document, StatusText.Write(admitted.Status));
        var pools = admitted.Pools.Select(p => ResourceWrites.NewPool(request, id, p)).ToImmutableArray();
        var operation = NewOperations.For(request, OperationKind.CreateCluster, cluster, ClusterDocument.Of(cluster).Location, null);
        var batch = new StoreBatch
        {
            Resources = [.. pools.Prepend(cluster).Select(r => new ResourceWrite.Create(r) { Key = r.Key })],
            Operations = [new OperationWrite(operation)],
            Activities = [ActivityJournal.Started(request, cluster.Id)],
            Nudges = [(cluster.Key, request.Now)],
        };
        return new ClusterWrite(IsNew: true, batch, operation, new ClusterResources(cluster, pools, []));
    }

    /// <summary>Another document, status and pools for a cluster that exists.</summary>
    public static ClusterWrite Change(ApiRequest request, ClusterResources stored, AdmittedCluster admitted)
    {
        var id = ResourceId.Parse(stored.Cluster.Id).Id!;
        var writes = new List<ResourceWrite>();
        var cluster = ResourceWrites.Changed(request, stored.Cluster, admitted.DocumentChanged ? admitted.Document : null, StatusText.Write(admitted.Status), writes);
        var pools = stored.Pools.ToDictionary(p => ClusterResources.NameOf(p), p => p, StringComparer.OrdinalIgnoreCase);
        foreach (var pool in admitted.Pools)
        {
            pools[pool.Name] = ResourceWrites.Of(request, id, pools.GetValueOrDefault(pool.Name), pool, writes);
        }

        // CH-50, CH-52: a change that switches the nodes' own updater reimages them, as part of the same operation.
        var kind = admitted.Channel is { ReimagedPools.IsEmpty: false } ? OperationKind.ChannelTransition : OperationKind.UpdateCluster;
        var location = ClusterDocument.Of(cluster).Location;
        var operation = NewOperations.For(request, kind, cluster, location, null);
        var operations = new List<StoredOperation> { operation };

        // A pool that the document leaves out goes by an operation of its own; the client follows the one of the cluster.
        foreach (var name in admitted.RemovedPools)
        {
            pools[name] = ResourceWrites.Changed(request, pools[name], null, Deleting(pools[name]), writes);
            operations.Add(NewOperations.For(request, OperationKind.DeletePool, pools[name], location, name));
        }

        var batch = new StoreBatch
        {
            Resources = [.. writes],
            Operations = [.. operations.Select(o => new OperationWrite(o))],
            Activities = [ActivityJournal.Started(request, cluster.Id), .. admitted.RemovedPools.Select(name => ActivityJournal.Started(request, pools[name].Id) with { OperationName = OperationNames.PoolDelete })],
            Nudges = [(cluster.Key, request.Now)],
        };
        return new ClusterWrite(IsNew: false, batch, operation, stored with { Cluster = cluster, Pools = [.. pools.Values.OrderBy(p => p.Key, StringComparer.Ordinal)] });
    }

    private static string Deleting(StoredResource pool) =>
        StatusText.Write(StatusText.ReadPool(pool.Status) with { ProvisioningState = ProvisioningState.Deleting, ProvisioningError = null });
}
