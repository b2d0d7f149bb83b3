using System.Collections.Immutable;

namespace Imago.Application.Attachments.Checks;

/// <summary>The stable names of findings. Each has a section in <c>docs/kubernetes/troubleshooting.md</c>.</summary>
public static class FindingCodes
{
    public const string ClusterReachable = "ClusterReachable";
    public const string TlsNotVerified = "TlsNotVerified";
    public const string KubernetesVersionTooOld = "KubernetesVersionTooOld";
    public const string KubernetesVersionUnsupported = "KubernetesVersionUnsupported";
    public const string ApiMissing = "ApiMissing";
    public const string Permissions = "Permissions";
    public const string PermissionMissing = "PermissionMissing";
    public const string NamespaceMissing = "NamespaceMissing";
    public const string ClockSkew = "ClockSkew";
    public const string ProviderMissing = "ProviderMissing";
    public const string ProviderReachable = "ProviderReachable";
    public const string AgentsReport = "AgentsReport";
    public const string AgentMissing = "AgentMissing";
    public const string AgentSystemUnsupported = "AgentSystemUnsupported";
    public const string AgentSilent = "AgentSilent";
    public const string OrderUnreadable = "OrderUnreadable";
    public const string ReportUnreadable = "ReportUnreadable";
    public const string DistributionUpdaterOn = "DistributionUpdaterOn";
    public const string NewcomerTaintMissing = "NewcomerTaintMissing";
    public const string NoPools = "NoPools";
    public const string PoolEmpty = "PoolEmpty";
    public const string PoolNamesClash = "PoolNamesClash";
    public const string PoolsOverlap = "PoolsOverlap";
    public const string NodesNotChosen = "NodesNotChosen";
    public const string AutoProvisioned = "AutoProvisioned";
    public const string ImageUnknown = "ImageUnknown";
    public const string MixedArchitectures = "MixedArchitectures";
    public const string SingleNodeSystemPool = "SingleNodeSystemPool";
    public const string NodeNotReady = "NodeNotReady";
    public const string NodeCordoned = "NodeCordoned";
    public const string Leftovers = "Leftovers";
    public const string AlreadyManaged = "AlreadyManaged";
    public const string BudgetNeverSatisfied = "BudgetNeverSatisfied";
    public const string BudgetBlocksNow = "BudgetBlocksNow";
    public const string PodInSeveralBudgets = "PodInSeveralBudgets";
    public const string BarePods = "BarePods";
    public const string KuredAtWork = "KuredAtWork";
    public const string SystemUpgradeController = "SystemUpgradeController";
    public const string KarpenterAtWork = "KarpenterAtWork";
    public const string ClusterAutoscaler = "ClusterAutoscaler";
    public const string FlatcarUpdateOperator = "FlatcarUpdateOperator";
    public const string BottlerocketUpdateOperator = "BottlerocketUpdateOperator";
    public const string MachineConfigOperator = "MachineConfigOperator";
    public const string AksUpgradesToo = "AksUpgradesToo";
    public const string GkeUpgradesToo = "GkeUpgradesToo";
    public const string EksUpgradesToo = "EksUpgradesToo";
    public const string UpdatesInsideNodes = "UpdatesInsideNodes";

    /// <summary>What else is found when a node provider is tried out.</summary>
    public static ImmutableArray<string> OfProviders { get; } =
    [
        "ProviderClock", "ProviderVerbs", "ProviderNames", "ProviderRetention", "ProviderLimits", "ProviderAuthentication", "ProviderUnknownOperation", "ProviderDryRun", "ProviderStaleEpoch",
        "ProviderInvalidRequest",
    ];

    /// <summary>All of them, in the order of the checks.</summary>
    public static ImmutableArray<string> All { get; } =
    [
        ClusterReachable, TlsNotVerified, KubernetesVersionTooOld, KubernetesVersionUnsupported, ApiMissing, Permissions, PermissionMissing, NamespaceMissing, ClockSkew,
        ProviderMissing, ProviderReachable, .. OfProviders,
        AgentsReport, AgentMissing, AgentSystemUnsupported, AgentSilent, OrderUnreadable, ReportUnreadable, DistributionUpdaterOn, NewcomerTaintMissing,
        NoPools, PoolEmpty, PoolNamesClash, PoolsOverlap, NodesNotChosen, AutoProvisioned, ImageUnknown, MixedArchitectures, SingleNodeSystemPool,
        NodeNotReady, NodeCordoned, Leftovers, AlreadyManaged,
        BudgetNeverSatisfied, BudgetBlocksNow, PodInSeveralBudgets, BarePods,
        KuredAtWork, SystemUpgradeController, KarpenterAtWork, ClusterAutoscaler, FlatcarUpdateOperator, BottlerocketUpdateOperator, MachineConfigOperator,
        AksUpgradesToo, GkeUpgradesToo, EksUpgradesToo, UpdatesInsideNodes,
    ];
}
