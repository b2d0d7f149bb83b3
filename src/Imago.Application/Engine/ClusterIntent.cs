using System.Collections.Immutable;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>One pool as its owner wants it, beyond what the planner needs.</summary>
/// <param name="Spec">What the planner gets.</param>
/// <param name="Count">Nodes asked for.</param>
/// <param name="Zones">Zones to spread over; empty: none.</param>
/// <param name="Labels">Labels of its nodes.</param>
/// <param name="Taints">Taints of its nodes, as <c>key=value:effect</c>.</param>
/// <param name="OsSku">The OS SKU in canonical spelling.</param>
/// <param name="VmSize">Size of the machines, or empty.</param>
public sealed record PoolIntent(
    PoolSpec Spec, int Count, ImmutableArray<string> Zones, ImmutableSortedDictionary<string, string> Labels, ImmutableArray<string> Taints, string OsSku, string VmSize);

/// <summary>Everything that is asked of one cluster, read from the stored documents.</summary>
/// <param name="Spec">What the planner gets.</param>
/// <param name="Pools">The pools, beyond what is in <see cref="ClusterSpec.Pools"/>.</param>
/// <param name="Location">The region; decides the ring (IM-35).</param>
public sealed record ClusterIntent(ClusterSpec Spec, ImmutableArray<PoolIntent> Pools, string Location);

/// <summary>Reads what is asked of a cluster from its stored documents. Documents were validated when they were written, so this never fails.</summary>
public interface IIntentReader
{
    /// <summary>What the documents ask for.</summary>
    /// <param name="resources">The cluster and everything that belongs to it, as <see cref="IStore.ClusterAsync"/> gives it.</param>
    /// <param name="now">Decides what is supported now (CH-86).</param>
    ClusterIntent Read(ImmutableArray<StoredResource> resources, Instant now);
}
