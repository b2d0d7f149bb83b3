using Imago.Application.Storage;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Application.Engine.Noting;

/// <summary>Everything that noting looks at, of one moment of a pass.</summary>
internal sealed record NotingFrame
{
    public required PassChanges Changes { get; init; }

    public required StoredCluster Stored { get; init; }

    public required ClusterIntent Intent { get; init; }

    /// <summary>What was observed and what is asked; the specification includes what people asked for by operations.</summary>
    public required ClusterInput Input { get; init; }

    /// <summary>Whether the cluster is as its documents ask; null if nobody looked, because no operation needs it.</summary>
    public bool? Shaped { get; init; }

    /// <summary>Pools that cannot be made because no image is known for them, with what is wrong.</summary>
    public IReadOnlyDictionary<string, string> Imageless { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Rollouts of channel transitions that have ended, by operation and pool.</summary>
    public required IReadOnlyDictionary<(string Operation, string Pool), StoredRollout> Transitions { get; init; }

    /// <summary>How long the resource of a pool without nodes stays, of an attached cluster.</summary>
    public Duration KeepEmptyPools { get; init; }

    public ClusterSpec Spec => Input.Spec;

    public string Location => Intent.Location;

    public Instant Now => Input.Now;
}
