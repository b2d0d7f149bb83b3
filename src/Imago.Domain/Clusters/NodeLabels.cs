namespace Imago.Domain.Clusters;

/// <summary>Names of node labels that we read or write.</summary>
/// <remarks>Rules: IM-13, IM-15, IM-16, IM-17.</remarks>
public static class NodeLabels
{
    /// <summary>IM-17: prefix of everything that is ours and no mirror of a documented name.</summary>
    public const string OwnPrefix = "imago.dev/";

    /// <summary>IM-13: image of the node, with the patch part after a security-patch reimage. A live patch leaves it alone.</summary>
    public const string NodeImageVersion = "kubernetes.azure.com/node-image-version";

    /// <summary>IM-15: node pool.</summary>
    public const string AgentPool = "kubernetes.azure.com/agentpool";

    /// <summary>IM-15: node resource group.</summary>
    public const string Cluster = "kubernetes.azure.com/cluster";

    /// <summary>IM-15: <c>system</c> or <c>user</c>.</summary>
    public const string Mode = "kubernetes.azure.com/mode";

    /// <summary>IM-15: OS SKU.</summary>
    public const string OsSku = "kubernetes.azure.com/os-sku";

    /// <summary>IM-15: OS SKU as asked for, for example <c>Ubuntu</c>.</summary>
    public const string OsSkuRequested = "kubernetes.azure.com/os-sku-requested";

    /// <summary>IM-15: OS SKU as resolved, always with a version, for example <c>Ubuntu2204</c>.</summary>
    public const string OsSkuEffective = "kubernetes.azure.com/os-sku-effective";

    /// <summary>IM-16: state of a node that could not be drained.</summary>
    public const string UpgradeStatus = "kubernetes.azure.com/upgrade-status";

    /// <summary>IM-16: value of <see cref="UpgradeStatus"/> of an undrainable node kept by behaviour <c>Cordon</c>.</summary>
    public const string Quarantined = "Quarantined";

    /// <summary>UP-156: key of our <c>PreferNoSchedule</c> taint on nodes that are still to be upgraded.</summary>
    public const string SteeringTaint = OwnPrefix + "upgrade-pending";

    /// <summary>CH-37: key of the <c>NoSchedule</c> taint that a node registers with so that it takes no work before it is patched; taken off by the control side.</summary>
    public const string NotPatchedTaint = OwnPrefix + "not-patched";

    private static readonly string[] Reserved = ["kubernetes.azure.com/", "kubernetes.io/"];

    /// <summary>Why a user may not set or change a label on a pool, or null.</summary>
    /// <remarks>IM-17: <c>kubernetes.azure.com/</c> and <c>kubernetes.io/</c> are reserved.</remarks>
    public static string? RefusalOfUserLabel(string pool, string label)
    {
        foreach (var prefix in Reserved)
        {
            if (label.StartsWith(prefix, StringComparison.OrdinalIgnoreCase))
            {
                return $"Node pool '{pool}': label '{label}' cannot be set, because prefix '{prefix}' is reserved. Use a prefix of your own.";
            }
        }

        return null;
    }
}
