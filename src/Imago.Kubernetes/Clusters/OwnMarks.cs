using Imago.Domain.Clusters;

namespace Imago.Kubernetes.Clusters;

/// <summary>What Imago writes on nodes beside the names that Domain knows; docs/kubernetes/what-imago-writes.md tells all of it.</summary>
internal static class OwnMarks
{
    /// <summary>UP-8: read by the cluster autoscaler.</summary>
    public const string ScaleDownDisabled = "cluster-autoscaler.kubernetes.io/scale-down-disabled";

    /// <summary>UP-8: why, as the service writes it. That it says <see cref="Upgrade"/> is how we know the pair for ours.</summary>
    public const string ScaleDownReason = "kubernetes.azure.com/azure-cluster-autoscaler-scale-down-disabled-reason";

    /// <summary>UP-8: value of <see cref="ScaleDownReason"/>.</summary>
    public const string Upgrade = "upgrade";

    /// <summary>Somebody had disabled scaling down before us: theirs stays when ours goes.</summary>
    public const string ScaleDownWasDisabled = NodeLabels.OwnPrefix + "scale-down-was-disabled";

    /// <summary>UP-156: effect of our steering taint.</summary>
    public const string SteeringEffect = "PreferNoSchedule";

    public const string True = "true";
}
