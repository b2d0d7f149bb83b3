using System.Collections.Immutable;
using System.Text.Json.Serialization;
using NodaTime;

namespace Imago.Kubernetes.Objects;

/// <summary>A ConfigMap.</summary>
public sealed record ConfigMap : KubernetesObject
{
    [JsonConverter(typeof(AnnotationsConverter))]
    public ImmutableDictionary<string, string>? Data { get; init; }

    /// <summary>Values in base64.</summary>
    [JsonConverter(typeof(AnnotationsConverter))]
    public ImmutableDictionary<string, string>? BinaryData { get; init; }
}

/// <summary>A Lease.</summary>
public sealed record Lease : KubernetesObject
{
    public LeaseSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>Who holds a lease.</summary>
public sealed record LeaseSpec
{
    public string? HolderIdentity { get; init; }

    public int? LeaseDurationSeconds { get; init; }

    [JsonConverter(typeof(MicrosecondsConverter))]
    public Instant? AcquireTime { get; init; }

    [JsonConverter(typeof(MicrosecondsConverter))]
    public Instant? RenewTime { get; init; }

    public int? LeaseTransitions { get; init; }
}

/// <summary>An event of the core group, as <c>kubectl get events</c> shows it.</summary>
public sealed record KubernetesEvent : KubernetesObject
{
    public ObjectReference InvolvedObject { get; init => field = value ?? new(); } = new();

    public string? Reason { get; init; }

    public string? Message { get; init; }

    /// <summary><c>Normal</c> or <c>Warning</c>.</summary>
    public string? Type { get; init; }

    public EventSource? Source { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public Instant? FirstTimestamp { get; init; }

    [JsonConverter(typeof(SecondsConverter))]
    public Instant? LastTimestamp { get; init; }

    [JsonConverter(typeof(MicrosecondsConverter))]
    public Instant? EventTime { get; init; }

    public int? Count { get; init; }

    public string? Action { get; init; }

    public string? ReportingComponent { get; init; }

    public string? ReportingInstance { get; init; }
}

/// <summary>What an event is about.</summary>
public sealed record ObjectReference
{
    public string? ApiVersion { get; init; }

    public string? Kind { get; init; }

    public string? Namespace { get; init; }

    public string? Name { get; init; }

    public string? Uid { get; init; }
}

/// <summary>Who tells an event.</summary>
public sealed record EventSource
{
    public string? Component { get; init; }

    public string? Host { get; init; }
}
