using NodaTime;

namespace Imago.Application.Storage;

/// <summary>One entry of the activity log (EV-56): who did what to which resource, and how it went. Entries are only ever added, and removed when they are too old.</summary>
public sealed record ActivityEntry
{
    /// <summary>EV-57: unique.</summary>
    public required string EventDataId { get; init; }

    public required Instant At { get; init; }

    public required string SubscriptionId { get; init; }

    /// <summary>Name of the resource group; empty for entries at subscription scope.</summary>
    public required string ResourceGroup { get; init; }

    public required string ResourceId { get; init; }

    /// <summary>For example <c>Microsoft.ContainerService/managedClusters/write</c> (EV-50…54).</summary>
    public required string OperationName { get; init; }

    /// <summary>Started, Accepted, Succeeded or Failed.</summary>
    public required string Status { get; init; }

    /// <summary>Critical, Error, Warning or Informational.</summary>
    public required string Level { get; init; }

    public required string Caller { get; init; }

    public required string CorrelationId { get; init; }

    /// <summary>Method of the request that caused it; null for automatic work (EV-59).</summary>
    public string? HttpMethod { get; init; }

    public string? ClientRequestId { get; init; }

    public string? ClientIpAddress { get; init; }

    /// <summary>A JSON object.</summary>
    public string Properties { get; init; } = "{}";
}

/// <summary>Which entries of the activity log are wanted; newest first.</summary>
public sealed record ActivityQuery
{
    public required string SubscriptionId { get; init; }

    /// <summary>Inclusive.</summary>
    public Instant? From { get; init; }

    /// <summary>Inclusive.</summary>
    public Instant? To { get; init; }

    public string? ResourceGroup { get; init; }

    /// <summary>The resource and everything in it; compared without regard to case.</summary>
    public string? ResourceId { get; init; }

    public string? CorrelationId { get; init; }

    /// <summary>Position after which to go on, from <see cref="Page{T}.Next"/>; null: from the beginning.</summary>
    public string? After { get; init; }

    public int Limit { get; init; } = 200;
}
