using System.Text.Json.Serialization;
using NodaTime;

namespace Imago.Kubernetes.Objects;

/// <summary>A node as the API tells it.</summary>
public sealed record KubernetesNode : KubernetesObject
{
    public NodeSpec Spec { get; init => field = value ?? new(); } = new();

    public NodeStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a node.</summary>
public sealed record NodeSpec
{
    /// <summary>Cordoned.</summary>
    public bool? Unschedulable { get; init; }

    /// <summary>The machine behind it.</summary>
    [JsonPropertyName("providerID")]
    public string? ProviderId { get; init; }

    public IReadOnlyList<Taint>? Taints { get; init; }
}

/// <summary>Keeps pods away from a node.</summary>
public sealed record Taint
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string Key { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string? Value { get; init; }

    [JsonConverter(typeof(PooledTextConverter))]
    public string Effect { get; init; } = "";

    [JsonConverter(typeof(SecondsConverter))]
    public Instant? TimeAdded { get; init; }
}

/// <summary>What a node reports.</summary>
public sealed record NodeStatus
{
    public IReadOnlyList<Condition>? Conditions { get; init; }

    public NodeSystemInfo NodeInfo { get; init => field = value ?? new(); } = new();
}

/// <summary>Software of a node.</summary>
public sealed record NodeSystemInfo
{
    /// <summary>Another one after every restart of the machine.</summary>
    [JsonPropertyName("bootID")]
    public string BootId { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string KubeletVersion { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string OsImage { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string KernelVersion { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string ContainerRuntimeVersion { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string OperatingSystem { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string Architecture { get; init; } = "";
}
