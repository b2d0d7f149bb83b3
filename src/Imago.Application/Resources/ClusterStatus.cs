using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Domain.Rollouts.Records;
using NodaTime;

namespace Imago.Application.Resources;

/// <summary>A condition of a cluster, for people and tools: a CamelCase reason and a sentence.</summary>
public sealed record StoredCondition(string Reason, string Message);

/// <summary>The status of a managed cluster, as Imago keeps it beside the document (<see cref="Storage.StoredResource.Status"/>).</summary>
public sealed record ClusterStatus
{
    public ProvisioningState ProvisioningState { get; init; } = ProvisioningState.Creating;

    /// <summary>EV-82: the error of the last operation that failed, as an ARM error object in JSON; null if the last one did not.</summary>
    public string? ProvisioningError { get; init; }

    public bool Running { get; init; } = true;

    /// <summary>The full Kubernetes version the cluster has, without a v: <c>1.35.6</c> (CU-21).</summary>
    public string KubernetesVersion { get; init; } = "";

    public ImmutableArray<StoredCondition> Conditions { get; init; } = [];

    /// <summary>UP-153: who paused automatic work, when and why; null while nobody has.</summary>
    public StoredPause? Pause { get; init; }

    /// <summary>Since when an attached cluster cannot be reached, and why; null while it can.</summary>
    public StoredOutage? Unreachable { get; init; }

    /// <summary>Whether an attached cluster that is being detached is left as it is, because its owner said so: it may never be reached again.</summary>
    public bool LeftAsItIs { get; init; }

    /// <summary>MW-13: until when automatic work may ignore windows; null: windows hold.</summary>
    public Instant? WindowOverrideUntil { get; init; }
}

/// <summary>The status of an attachment: what was learnt of it by asking.</summary>
public sealed record AttachmentStatus
{
    /// <summary>UP-25: what the node provider said last; null: there is none, or it has said nothing yet.</summary>
    public ProviderLimits? Provider { get; init; }
}

/// <summary>An attached cluster cannot be reached.</summary>
/// <param name="Since">When that began.</param>
/// <param name="Error">What went wrong when it was tried last.</param>
public sealed record StoredOutage(Instant Since, string Error)
{
    /// <summary>Reason of the condition that says so.</summary>
    public const string Reason = "ClusterUnreachable";
}

public sealed record StoredPause(string By, Instant Since, string Why);

/// <summary>A pair of versions that a pool had (<c>recentlyUsedVersions</c>).</summary>
public sealed record UsedVersion(string OrchestratorVersion, string NodeImageVersion, Instant Timestamp);

/// <summary>The status of an agent pool.</summary>
public sealed record PoolStatus
{
    public ProvisioningState ProvisioningState { get; init; } = ProvisioningState.Creating;

    public string? ProvisioningError { get; init; }

    /// <summary>The image the pool's new nodes get and its old ones have or move to.</summary>
    public string NodeImageVersion { get; init; } = "";

    public string KubernetesVersion { get; init; } = "";

    /// <summary>UP-20: Kubernetes version when the pool was made.</summary>
    public string CreatedAtKubernetes { get; init; } = "";

    /// <summary>Nodes there are, surge nodes not counted.</summary>
    public int Count { get; init; }

    public ImmutableArray<UsedVersion> RecentlyUsed { get; init; } = [];

    public StoredPause? Pause { get; init; }

    /// <summary>Since when a pool of an attached cluster has no nodes; null while it has some. Its resource goes after a while (see docs/concepts/attached-clusters.md).</summary>
    public Instant? EmptySince { get; init; }

    /// <summary>EV-68: nodes that are not at their target.</summary>
    public int NodesBehind { get; init; }

    /// <summary>
    /// Whether an automatic rollout of the pool is between two windows: its operation is open, but nothing is under way, so that another operation may begin. A person's
    /// upgrade takes its place (MW-11).
    /// </summary>
    public bool RolloutAtRest { get; init; }
}
