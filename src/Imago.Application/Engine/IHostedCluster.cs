using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Application.Storage;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>
/// One cluster that the engine works on, whatever it is made of: its nodes through the usual ports, and what only a cluster that Imago itself made can do.
/// Used by one pass at a time.
/// </summary>
public interface IHostedCluster : IAsyncDisposable
{
    IClusterConnection Connection { get; }

    INodeProvider Provider { get; }

    /// <summary>When something happens in it by itself next (a simulated node becomes Ready …); null: nothing is under way, and it may be put away.</summary>
    Instant? NextHappening { get; }

    /// <summary>Lets everything happen that is due by now. True: something observable changed.</summary>
    ValueTask<bool> AdvanceAsync(CancellationToken cancellation);

    /// <summary>Makes and deletes nodes until every pool is as asked; idempotent, one step at a time. Answers whether it is done, and the nodes per pool.</summary>
    ValueTask<ShapeProgress> ShapeAsync(ClusterShape shape, CancellationToken cancellation);
}

/// <summary>Sizes and make of a cluster's pools.</summary>
public sealed record ClusterShape(ImmutableArray<PoolShape> Pools, bool Running);

/// <summary>One pool to be.</summary>
/// <param name="Name">Name.</param>
/// <param name="Count">Nodes; surge nodes of a rollout are beyond it.</param>
/// <param name="Image">Image of nodes that are made now.</param>
/// <param name="KubernetesVersion">Kubelet version of nodes that are made now, without a v.</param>
/// <param name="Intent">The rest.</param>
public sealed record PoolShape(string Name, int Count, string Image, string KubernetesVersion, PoolIntent Intent);

/// <summary>How far the shape is reached.</summary>
public sealed record ShapeProgress(bool Done, ImmutableSortedDictionary<string, int> Ready);

/// <summary>Opens clusters for the engine.</summary>
public interface IClusterHost
{
    /// <summary>Opens a cluster under a lease; a cluster that does not exist yet is empty until it is shaped. Every write of what is returned is fenced by the lease's epoch.</summary>
    ValueTask<IHostedCluster> OpenAsync(string clusterKey, StoredLease lease, CancellationToken cancellation);

    /// <summary>Forgets everything about a cluster that was deleted.</summary>
    ValueTask ForgetAsync(string clusterKey, CancellationToken cancellation);
}
