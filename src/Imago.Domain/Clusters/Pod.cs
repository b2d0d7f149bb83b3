using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Clusters;

/// <summary>Where a pod is in its life.</summary>
public enum PodPhase
{
    /// <summary>Not started yet.</summary>
    Pending,

    /// <summary>At least one container runs.</summary>
    Running,

    /// <summary>Ended well, will not run again.</summary>
    Succeeded,

    /// <summary>Ended badly, will not run again.</summary>
    Failed,

    /// <summary>The node does not report.</summary>
    Unknown,
}

/// <summary>The controlling owner of a pod.</summary>
/// <param name="Kind">For example <c>ReplicaSet</c>, <c>DaemonSet</c>, <c>Job</c>.</param>
/// <param name="Name">Name in the pod's namespace.</param>
public sealed record WorkloadRef(string Kind, string Name)
{
    /// <summary><c>Kind/name</c>, as kubectl writes it.</summary>
    public override string ToString() => $"{Kind}/{Name}";
}

/// <summary>One pod as observed.</summary>
public sealed record Pod
{
    /// <summary>Namespace and name.</summary>
    public required ObjectKey Key { get; init; }

    /// <summary>Identity of this incarnation; evictions carry it as a precondition.</summary>
    public required string Uid { get; init; }

    /// <summary>The node the pod is bound to; null while it is not scheduled.</summary>
    public string? NodeName { get; init; }

    /// <summary>Labels; budgets select by them.</summary>
    public ImmutableDictionary<string, string> Labels { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The controlling owner; null for a bare pod.</summary>
    public WorkloadRef? Owner { get; init; }

    /// <summary>The workload people know: the Deployment above a ReplicaSet, else <see cref="Owner"/>.</summary>
    public WorkloadRef? Workload { get; init; }

    /// <summary>Phase.</summary>
    public PodPhase Phase { get; init; } = PodPhase.Running;

    /// <summary>Whether the Ready condition is True.</summary>
    public bool Ready { get; init; }

    /// <summary>Whether deletion has been asked for (a deletion timestamp is set).</summary>
    public bool Terminating { get; init; }

    /// <summary>How long the pod may take to stop.</summary>
    public Duration GracePeriod { get; init; } = Duration.FromSeconds(30);

    /// <summary>Whether this is the mirror of a static pod, which only its kubelet can remove.</summary>
    public bool Mirror { get; init; }

    /// <summary>Whether nobody makes the pod again once it is gone: it has no controlling owner, and it is no mirror.</summary>
    public bool Bare => Owner is null && !Mirror;

    /// <summary>Whether the pod belongs to a DaemonSet.</summary>
    public bool BelongsToDaemonSet => string.Equals(Owner?.Kind, "DaemonSet", StringComparison.Ordinal);

    /// <summary>Whether the pod has ended.</summary>
    public bool Finished => Phase is PodPhase.Succeeded or PodPhase.Failed;

    /// <summary>Whether a drain has to wait until this pod is gone: DaemonSet and mirror pods stay, finished pods hold nothing.</summary>
    /// <remarks>Rules: UP-40.</remarks>
    public bool LeavesOnDrain => !BelongsToDaemonSet && !Mirror && !Finished;
}
