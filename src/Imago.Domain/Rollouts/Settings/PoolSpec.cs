using Imago.Domain.Channels;
using Imago.Domain.Images;

namespace Imago.Domain.Rollouts.Settings;

/// <summary>Whether a pool hosts the cluster's own workloads.</summary>
public enum PoolMode
{
    /// <summary>Runs what the cluster needs to work; upgraded after the others (UP-60).</summary>
    System,

    /// <summary>Runs the users' workloads.</summary>
    User,
}

/// <summary>What the provider of a pool's nodes can do.</summary>
/// <param name="CanSurge">Whether extra nodes can be made. Without, the pool is upgraded in place (UP-31).</param>
/// <param name="SizeLimit">Most nodes one pool may have, surge included (UP-25).</param>
public sealed record ProviderCapabilities(bool CanSurge, int SizeLimit)
{
    /// <summary>Whether nodes keep their disks: an agent on each of them installs packages and restarts the machine, and nothing is reimaged.</summary>
    public bool InPlace { get; init; }

    /// <summary>Whether the provider says that it reboots nodes. One that patches in place always can.</summary>
    public bool Reboots { get; init; }

    /// <summary>Whether nodes can be rebooted through the provider (CH-13).</summary>
    public bool CanReboot => InPlace || Reboots;

    /// <summary>Surge, and the limit of UP-25: 1000 nodes.</summary>
    public static ProviderCapabilities Default { get; } = new(CanSurge: true, SizeLimit: 1000);
}

/// <summary>One node pool: intent and capabilities, everything that is not observed.</summary>
public sealed record PoolSpec
{
    /// <summary>Name, unique in the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>Mode.</summary>
    public PoolMode Mode { get; init; } = PoolMode.User;

    /// <summary>Operating system as far as channels treat it differently.</summary>
    public PoolOs Os { get; init; } = PoolOs.Ubuntu;

    /// <summary>The image family the pool follows; null if it is not in the catalogue.</summary>
    public ImageFamily? Family { get; init; }

    /// <summary>Kubernetes version of the pool; null if unknown.</summary>
    public KubernetesVersion? Kubernetes { get; init; }

    /// <summary>Kubernetes version at which the pool was created; null if unknown. Decides the default surge (UP-20).</summary>
    public KubernetesVersion? CreatedAtKubernetes { get; init; }

    /// <summary>Upgrade settings.</summary>
    public UpgradeSettings Settings { get; init; } = new();

    /// <summary>What the provider can do.</summary>
    public ProviderCapabilities Provider { get; init; } = ProviderCapabilities.Default;

    /// <summary>IM-41: the pool is pinned to a snapshot and left alone by automatic channels.</summary>
    public bool PinnedBySnapshot { get; init; }

    /// <summary>Target asked for by name instead of by channel; null: the channel decides.</summary>
    public RolloutTarget? RequestedTarget { get; init; }

    /// <summary>UP-153: a pause of this pool; null: not paused.</summary>
    public Pause? Pause { get; init; }

    /// <summary>What a person asked for; goes before what the channel wants, and before no other request that is older (AZ-21). Null: nothing.</summary>
    public PoolRequest? Request { get; init; }

    /// <summary>UP-66: a rollout of the pool that somebody wants to stop; null: none.</summary>
    public AbortRequest? Abort { get; init; }
}

/// <summary>Somebody stopped automatic work.</summary>
/// <param name="By">Who.</param>
/// <param name="Since">When.</param>
/// <param name="Why">Why, in their words.</param>
/// <remarks>Rules: UP-153.</remarks>
public sealed record Pause(string By, NodaTime.Instant Since, string Why);
