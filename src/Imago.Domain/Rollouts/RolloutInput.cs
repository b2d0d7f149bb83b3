using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Domain.Rollouts;

/// <summary>Everything one decision about a cluster looks at, read at one moment.</summary>
public sealed record ClusterInput
{
    /// <summary>The one "now" of the pass.</summary>
    public required Instant Now { get; init; }

    /// <summary>What the cluster looks like.</summary>
    public required ClusterView View { get; init; }

    /// <summary>What is asked of it.</summary>
    public required ClusterSpec Spec { get; init; }

    /// <summary>What has been released.</summary>
    public required ReleaseCatalog Catalog { get; init; }

    /// <summary>The last rollout record of each pool that ever had one, by pool.</summary>
    public ImmutableSortedDictionary<string, RolloutRecord> Records { get; init; } =
        ImmutableSortedDictionary.Create<string, RolloutRecord>(StringComparer.Ordinal);

    /// <summary>Provider operations the records speak of, by operation id. One that is missing has not begun, as far as is known.</summary>
    public IReadOnlyDictionary<string, ProviderOperation> Operations { get; init; } = ImmutableDictionary<string, ProviderOperation>.Empty;

    /// <summary>Pods whose eviction was refused a moment ago, with the instant from which to ask again.</summary>
    public IReadOnlyDictionary<ObjectKey, Instant> Refused { get; init; } = ImmutableDictionary<ObjectKey, Instant>.Empty;

    /// <summary>Epoch of the writer.</summary>
    public long Epoch { get; init; }
}
