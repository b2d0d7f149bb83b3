using System.Text.Json.Serialization;

namespace Imago.Kubernetes.Objects;

/// <summary>A pod as the API tells it.</summary>
public sealed record KubernetesPod : KubernetesObject
{
    /// <summary>Annotation of a pod that mirrors a static pod of its kubelet.</summary>
    public const string MirrorAnnotation = "kubernetes.io/config.mirror";

    public PodSpec Spec { get; init => field = value ?? new(); } = new();

    public PodStatus Status { get; init => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a pod.</summary>
public sealed record PodSpec
{
    /// <summary>The node it is bound to; null: not scheduled.</summary>
    [JsonConverter(typeof(PooledTextConverter))]
    public string? NodeName { get; init; }

    /// <summary>Seconds it may take to stop.</summary>
    public long? TerminationGracePeriodSeconds { get; init; }

    public IReadOnlyList<PodVolume>? Volumes { get; init; }

    public IReadOnlyList<PodContainer>? Containers { get; init; }
}

/// <summary>One container of a pod or a template.</summary>
public sealed record PodContainer
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string Name { get; init; } = "";

    [JsonConverter(typeof(PooledTextConverter))]
    public string? Image { get; init; }
}

/// <summary>One volume of a pod.</summary>
public sealed record PodVolume
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string Name { get; init; } = "";

    /// <summary>Not null: its data are lost with the pod.</summary>
    public EmptyDirVolume? EmptyDir { get; init; }
}

/// <summary>That a volume lives and dies with its pod; how it is made is of no interest.</summary>
public sealed record EmptyDirVolume;

/// <summary>What is known of a running pod.</summary>
public sealed record PodStatus
{
    [JsonConverter(typeof(PooledTextConverter))]
    public string Phase { get; init; } = "";

    public IReadOnlyList<Condition>? Conditions { get; init; }
}
