using NodaTime;

namespace Imago.Application.Storage;

/// <summary>
/// A resource as it is stored: the document that its owner wrote, and beside it what Imago found out and decided about it. Both have a version of their own,
/// so that the engine noting progress never makes a client's If-Match fail.
/// </summary>
public sealed record StoredResource
{
    /// <summary>The resource id in lower case: ids compare without regard to case (EV-83).</summary>
    public required string Key { get; init; }

    /// <summary>The id as it was first written.</summary>
    public required string Id { get; init; }

    /// <summary>Full type in canonical case, for example <c>Microsoft.ContainerService/managedClusters</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Key of the resource it lives in: of a cluster its resource group, of a pool its cluster, of a resource group its subscription; empty at the top.</summary>
    public required string ParentKey { get; init; }

    /// <summary>Key of the managed cluster it belongs to (of a cluster: its own key); null for what belongs to none.</summary>
    public string? ClusterKey { get; init; }

    /// <summary>What the owner asked for: a JSON object, the inner model, with fields of all api-versions and unknown ones.</summary>
    public required string Document { get; init; }

    /// <summary>What Imago knows and decided: a JSON object, written by Imago only.</summary>
    public string Status { get; init; } = "{}";

    /// <summary>Grows with every write of the document; the source of the ETag. 1 for a new resource.</summary>
    public long Version { get; init; }

    /// <summary>Grows with every write of the status. 1 for a new resource.</summary>
    public long StatusVersion { get; init; }

    public required Instant CreatedAt { get; init; }

    /// <summary>When the document was last written.</summary>
    public required Instant ChangedAt { get; init; }
}
