using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>A cluster as it is now, for questions; never a basis for actions.</summary>
/// <param name="View">Its nodes, pods and budgets.</param>
/// <param name="Records">The stored rollout records by pool.</param>
/// <param name="At">When it was seen.</param>
public sealed record ClusterPicture(ClusterView View, ImmutableSortedDictionary<string, StoredRecord> Records, Instant At)
{
    /// <summary>What the provider says of operations under way, by id, as far as it was asked and answered; it tells people how far they are.</summary>
    public IReadOnlyDictionary<string, ProviderOperation> Operations { get; init; } = ImmutableDictionary<string, ProviderOperation>.Empty;
}

/// <summary>Looks at clusters without working on them: from any process, whoever holds the lease.</summary>
public interface IClusterViewer
{
    /// <summary>The cluster now; null if it has no nodes yet or is not known.</summary>
    ValueTask<ClusterPicture?> LookAsync(string clusterKey, CancellationToken cancellation);
}

/// <summary>A cluster with an explanation of every node.</summary>
/// <param name="View">What was seen.</param>
/// <param name="Nodes">The explanations by node name; temporary surge nodes are not among them.</param>
/// <param name="At">As of when.</param>
public sealed record ExplainedCluster(ClusterView View, ImmutableSortedDictionary<string, NodeExplanation> Nodes, Instant At);

/// <summary>Answers questions about clusters from what is stored and what is seen; decides as the engine would, and does nothing.</summary>
public interface IClusterQueries
{
    /// <summary>Why each node is, or is not, up to date; null if the cluster has no nodes yet or is not known.</summary>
    ValueTask<ExplainedCluster?> ExplainAsync(string clusterKey, CancellationToken cancellation);
}
