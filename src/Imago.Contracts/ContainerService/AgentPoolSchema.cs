using System.Collections.Immutable;
using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using static Imago.Contracts.Schemas.Values;

namespace Imago.Contracts.ContainerService;

/// <summary>Node pools, called agent pools on the wire: as a resource of their own, and as <c>agentPoolProfiles</c> of a cluster.</summary>
public static class AgentPoolSchema
{
    private const string KubernetesVersionPattern = @"\A[0-9]{1,3}\.[0-9]{1,4}(\.[0-9]{1,6})?\z";

    /// <summary>What a Kubernetes version looks like: <c>1.35</c> or <c>1.35.6</c>.</summary>
    internal static ValueSchema.Text KubernetesVersion { get; } = Matching(KubernetesVersionPattern, "a Kubernetes version, such as '1.35' or '1.35.6'");

    /// <summary>The operating systems that can be asked for.</summary>
    public static ImmutableArray<string> OsSkus { get; } =
    [
        "Ubuntu", "Ubuntu2204", "Ubuntu2404", "AzureLinux", "AzureLinux3", "CBLMariner", "Windows2019", "Windows2022", "Windows2025", "WindowsAnnual",
        "AzureContainerLinux", "AzureLinuxOSGuard", "Flatcar",
    ];

    /// <summary>Operating systems that only previews know (EV §6).</summary>
    public static ImmutableArray<string> PreviewOsSkus { get; } = ["AzureLinuxOSGuard", "Flatcar"];

    /// <summary>How a pool is upgraded. What Imago adds is in every api-version and says so.</summary>
    /// <remarks>Rules: UP-12…18, MW-53, UP-60, UP-150, UP-151, CH-13.</remarks>
    internal static ValueSchema.Object UpgradeSettings { get; } = Object(
        "AgentPoolUpgradeSettings",
        new("maxSurge", Share, "Extra nodes while upgrading: a whole number, or 1% to 100% of the pool (UP-12)."),

        // The generated clients of 2025-03-01 have these two already, and az sends the second of them with every 'nodepool add' (AZ-33): earlier than published tables say.
        new("maxUnavailable", Share, "Nodes of the pool that may be missing while upgrading; not on System pools (UP-13, UP-31).") { Since = Availability.From("2025-03-01", "2025-02-02-preview") },
        new("drainTimeoutInMinutes", Whole(5, 1440), "How long the drain of one node may take; 30 by default (UP-14)."),
        new("nodeSoakDurationInMinutes", Whole(0, 30), "Pause between drain and reimage; 0 by default (UP-15).") { Since = Availability.From("2023-11-01") },
        new("undrainableNodeBehavior", OneOf("Schedule", "Cordon"), "What happens to a node that cannot be drained; Schedule by default (UP-16).") { Since = Availability.From("2025-03-01", "2024-07-02-preview") },
        new("maxBlockedNodes", Share, "Most quarantined nodes before the upgrade stops; as maxSurge by default (UP-17).") { Since = Availability.PreviewsFrom("2025-01-02-preview") },
        new("upgradeStrategy", OneOf("Rolling", "BlueGreen"), "Rolling is what this server does (UP-18).") { Since = Availability.PreviewsFrom("2025-08-02-preview") },
        new("barePods", OneOf("Evict", "Keep"), "Imago: whether a drain evicts pods that have no controller, which nobody makes again; Evict by default (UP-40, UP-42).") { Extension = true },
        new("windowClose", OneOf("FinishNode", "FinishPool"), "Imago: what counts as work begun when a maintenance window closes; FinishNode by default (MW-53, MW-54).") { Extension = true },
        new("rebootPolicy", OneOf("None", "Coordinated"), "Imago: whether nodes that wait for a reboot under channel Unmanaged are drained and rebooted in the window, or left to others; None by default (CH-13).") { Extension = true },
        new("canary", OneOf("FirstNode", "None"), "Imago: whether the first node goes alone; FirstNode by default (UP-151).") { Extension = true },
        new("canarySoakInMinutes", Whole(0, 1440), "Imago: how long the first node is watched once it is healthy; 2 by default (UP-151).") { Extension = true },
        new("nodeReadyTimeoutInMinutes", Whole(1, 240), "Imago: how long a node may take to be Ready at its target; 15 by default (UP-150).") { Extension = true },
        new("upgradePriority", Whole(0, 1_000_000), "Imago: order among the pools of a cluster, low first; 100 by default (UP-60).") { Extension = true });

    /// <summary>UP-100…103: kept and returned; this server upgrades by rolling.</summary>
    private static readonly ValueSchema.Object BlueGreen = Object(
        "AgentPoolBlueGreenUpgradeSettings",
        new("drainBatchSize", Share, "Nodes drained at a time."),
        new("drainTimeoutInMinutes", Whole(1, 1440), "How long the drain of one node may take."),
        new("batchSoakDurationInMinutes", Whole(0, 1440), "Pause after a batch."),
        new("finalSoakDurationInMinutes", Whole(0, 10080), "Pause before the old nodes are deleted."));

    /// <summary>The properties of a pool, wherever it is written.</summary>
    internal static ImmutableArray<SchemaProperty> Profile { get; } =
    [
        new("count", Whole(0, 1000), "Number of nodes; a System pool has at least one.") { KeptWhenAbsent = true },
        new("vmSize", Text, "Size of the machines.") { Fixed = true },
        new("osDiskSizeGB", Whole(0, 2048), "Size of the OS disk.") { KeptWhenAbsent = true },
        new("osDiskType", OneOf("Managed", "Ephemeral"), "Kind of the OS disk.") { KeptWhenAbsent = true },
        new("kubeletDiskType", OneOf("OS", "Temporary"), "Disk for the kubelet's data.") { KeptWhenAbsent = true },
        new("maxPods", Whole(10, 250), "Most pods on a node.") { KeptWhenAbsent = true },
        new("osType", OneOf("Linux", "Windows"), "Kind of operating system.") { Fixed = true },
        new("osSKU", new ValueSchema.Text { Allowed = OsSkus }, "The operating system; Ubuntu or Windows Server by default.") { KeptWhenAbsent = true },
        new("mode", OneOf("System", "User"), "A cluster needs at least one System pool; it is upgraded after the others.") { KeptWhenAbsent = true },
        new("type", OneOf("VirtualMachineScaleSets", "AvailabilitySet", "VirtualMachines"), "How the machines are made.") { Fixed = true },
        new("enableAutoScaling", Flag, "Whether the number of nodes follows the load."),
        new("minCount", Whole(0, 1000), "Fewest nodes when scaling by itself."),
        new("maxCount", Whole(0, 1000), "Most nodes when scaling by itself."),
        new("orchestratorVersion", KubernetesVersion, "Kubernetes version of the pool, as asked for.") { KeptWhenAbsent = true },
        new("currentOrchestratorVersion", Text, "The full Kubernetes version it has.") { ReadOnly = true },
        new("nodeImageVersion", Text, "The image that the pool's new nodes get.") { ReadOnly = true },
        new("provisioningState", Text, "What the pool is doing, or how its last operation ended (UP-63).") { ReadOnly = true },
        new("powerState", Any, "Whether it runs.") { ReadOnly = true },
        new("eTag", Text, "Changes with every write of the pool.") { ReadOnly = true, Since = Availability.From("2024-09-01") },
        new("status", Any, "The error of the last operation that failed (EV-82).") { ReadOnly = true },
        new("upgradeSettings", UpgradeSettings, "How the pool is upgraded."),
        new("upgradeSettingsBlueGreen", BlueGreen, "Settings of the blue-green strategy.") { Since = Availability.PreviewsFrom("2025-08-02-preview") },
        new("availabilityZones", ListOf(Text), "Zones to spread the nodes over.") { KeptWhenAbsent = true },
        new("nodeLabels", MapOf(Text), "Labels of the nodes."),
        new("nodeTaints", ListOf(Text), "Taints of the nodes, as key=value:effect."),
        new("tags", MapOf(Text), "Tags of the machines."),
        new("scaleSetPriority", OneOf("Regular", "Spot"), "Whether the machines can be taken away.") { Fixed = true },
        new("scaleSetEvictionPolicy", OneOf("Delete", "Deallocate"), "What happens to machines that are taken away.") { KeptWhenAbsent = true },
        new("spotMaxPrice", Number, "Highest price; -1: the price of regular machines.") { KeptWhenAbsent = true },
        new("enableNodePublicIP", Flag, "Whether every node has a public address."),
        new("enableFIPS", Flag, "Whether the image has FIPS 140 cryptography.") { KeptWhenAbsent = true },
        new("workloadRuntime", OneOf("OCIContainer", "WasmWasi", "KataMshvVmIsolation", "KataVmIsolation"), "What runs containers; Kata isolates pods.") { KeptWhenAbsent = true },
        new("creationData", Object("CreationData", new SchemaProperty("sourceResourceId", Text, "Id of the snapshot.")), "The snapshot that the pool is pinned to (IM-41)."),
    ];

    /// <summary>A pool in <c>agentPoolProfiles</c> of a cluster.</summary>
    public static ValueSchema.Object InCluster { get; } = Object(
        "ManagedClusterAgentPoolProfile", [new("name", Text, "Name, unique in the cluster (EV-83)."), .. Profile]);

    /// <summary>A pool as a resource.</summary>
    public static ValueSchema.Object Resource { get; } = Object(
        "AgentPool",
        new("id", Text, "Resource id.") { ReadOnly = true },
        new("name", Text, "Name.") { ReadOnly = true },
        new("type", Text, "Resource type.") { ReadOnly = true },
        new("systemData", Any, "Who wrote it when.") { ReadOnly = true },
        new("properties", Object("ManagedClusterAgentPoolProfileProperties", Profile), "The pool."));
}
