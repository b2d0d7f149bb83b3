namespace Imago.Domain.Channels;

/// <summary>Whether a cluster's Kubernetes minor is supported. The patch does not matter (CH-86).</summary>
public enum KubernetesSupport
{
    /// <summary>Community or long-term support.</summary>
    Supported,

    /// <summary>Platform support only, N-3: manual image upgrades are still allowed (CH-87).</summary>
    PlatformOnly,

    /// <summary>Not supported at all.</summary>
    Unsupported,
}

/// <summary>What follows from the support of a Kubernetes minor.</summary>
public static class SupportRules
{
    /// <summary>CH-86: automatic work needs a supported minor; for attached clusters, whose distribution has its own dates, it is a warning only.</summary>
    public static bool AutomaticWorkAllowed(KubernetesSupport support, bool attached) => attached || support == KubernetesSupport.Supported;

    /// <summary>CH-87: a manual node image upgrade is still allowed at N-3.</summary>
    public static bool ManualImageUpgradeAllowed(KubernetesSupport support, bool attached) => attached || support != KubernetesSupport.Unsupported;

    /// <summary>CH-88: on an unsupported minor, None and Unmanaged can be set, the other two are refused; null when the channel is accepted.</summary>
    public static string? RefusalOf(NodeOsChannel channel, KubernetesSupport support, string kubernetesMinor) =>
        support != KubernetesSupport.Supported && channel.IsManaged()
            ? $"Node OS upgrade channel {channel} needs a supported Kubernetes minor; {kubernetesMinor} is not. Upgrade Kubernetes, or use None or Unmanaged."
            : null;
}
