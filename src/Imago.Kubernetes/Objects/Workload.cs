namespace Imago.Kubernetes.Objects;

/// <summary>A Deployment, ReplicaSet, StatefulSet or DaemonSet.</summary>
public sealed record Workload : KubernetesObject
{
    public WorkloadSpec Spec { get; init => field = value ?? new(); } = new();
}

/// <summary>What is wanted of a workload.</summary>
public sealed record WorkloadSpec
{
    /// <summary>Null for daemon sets.</summary>
    public int? Replicas { get; init; }

    public WireSelector? Selector { get; init; }

    public PodTemplate? Template { get; init; }
}

/// <summary>What its pods look like.</summary>
public sealed record PodTemplate
{
    public ObjectMeta Metadata { get; init => field = value ?? new(); } = new();

    public PodSpec Spec { get; init => field = value ?? new(); } = new();
}
