using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>A cluster as it is now, for questions; never a basis for actions.</summary>
/// <param name="View">Its nodes, pods and budgets.</param>
/// <param name="Records">The stored rollout records by pool.</param>
/// <param name="At">When it was seen.</param>
public sealed record ClusterPicture(ClusterView View, ImmutableSortedDictionary<string, StoredRecord> Records, Instant At);

/// <summary>Looks at clusters without working on them: from any process, whoever holds the lease.</summary>
public interface IClusterViewer
{
    /// <summary>The cluster now; null if it has no nodes yet or is not known.</summary>
    ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation);
}
