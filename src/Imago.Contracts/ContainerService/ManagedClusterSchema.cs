using Imago.Contracts.Schemas;
using Imago.Contracts.Versions;
using static Imago.Contracts.Schemas.Values;

namespace Imago.Contracts.ContainerService;

/// <summary>Managed clusters.</summary>
/// <remarks>Rules: EV §5, §6; AZ-31, AZ-32; CH-1…3; CU-1.</remarks>
public static class ManagedClusterSchema
{
    private static readonly ValueSchema.Object AutoUpgradeProfile = Object(
        "ManagedClusterAutoUpgradeProfile",
        new("upgradeChannel", OneOf("none", "patch", "stable", "rapid", "node-image"), "The cluster channel: which Kubernetes versions come by themselves; none by default (CU-1).") { KeptWhenAbsent = true },

        // CH-1, CH-3: one per cluster, in this spelling.
        new("nodeOSUpgradeChannel", OneOf("None", "Unmanaged", "SecurityPatch", "NodeImage"), "The node OS channel (CH-2).") { KeptWhenAbsent = true, Since = Availability.From("2023-06-01", "2022-11-02-preview") },
        new("livePatching", Flag, "Imago: whether SecurityPatch patches without a reimage where it can; true by default.") { Extension = true });

    private static readonly ValueSchema.Object OverrideSettings = Object(
        "UpgradeOverrideSettings",
        new("forceUpgrade", Flag, "Whether upgrades go on against budgets and other guards (UP-90)."),
        new("until", Text, "Upgrades that start before this instant are forced (UP-91)."),

        // UP-93: set through an older api-version, force does not lift disruption budgets. Noted when it is written; no client sees it.
        new("liftsBudgets", Flag, "Whether the override was written by an api-version that lifts budgets.") { Since = Availability.Never });

    private static readonly ValueSchema.Object Properties = Object(
        "ManagedClusterProperties",
        new("provisioningState", Text, "What the cluster is doing, or how its last operation ended.") { ReadOnly = true },
        new("powerState", Any, "Running or Stopped.") { ReadOnly = true },
        new("status", Any, "The error of the last operation that failed (EV-82), and Imago's conditions.") { ReadOnly = true },
        new("maxAgentPools", Whole(0, 1000), "Most node pools.") { ReadOnly = true },
        new("kubernetesVersion", AgentPoolSchema.KubernetesVersion, "The Kubernetes version as asked for; a minor alone means its newest patch when the cluster is made (CU-21).") { KeptWhenAbsent = true },
        new("currentKubernetesVersion", Text, "The full Kubernetes version it has.") { ReadOnly = true },
        new("supportPlan", OneOf("KubernetesOfficial", "AKSLongTermSupport"), "Who supports the Kubernetes version; long-term support needs tier Premium (CU-46).") { KeptWhenAbsent = true },
        new("dnsPrefix", Text, "First part of the API server's name.") { Fixed = true },
        new("nodeResourceGroup", Text, "Group that the machines live in.") { Fixed = true },
        new("agentPoolProfiles", new ValueSchema.List(AgentPoolSchema.InCluster) { ItemKey = "name" }, "The node pools."),
        new("autoUpgradeProfile", AutoUpgradeProfile, "Which upgrades come by themselves.") { KeptWhenAbsent = true },
        new("upgradeSettings", Object("ClusterUpgradeSettings", new SchemaProperty("overrideSettings", OverrideSettings, "Force.")), "How the cluster is upgraded."),
        new("nodeDisruptionProfile", Object("NodeDisruptionProfile", new SchemaProperty("nodeDisruptionPolicy", OneOf("Allow", "AllowDuringMaintenanceWindow", "Block"), "Whether changes may disrupt nodes (CH-53).")), "Which of the owner's changes may disrupt nodes.") { Since = Availability.PreviewsFrom("2026-01-02-preview") },
        new("linuxProfile", Any, "Administrator of Linux nodes.") { KeptWhenAbsent = true },
        new("windowsProfile", Object(
            "ManagedClusterWindowsProfile",
            new("adminUsername", Text, "Administrator of Windows nodes."),

            // Secrets are neither kept nor returned.
            new("adminPassword", Text, "Never kept.") { Since = Availability.Never }), "Administrator of Windows nodes.") { KeptWhenAbsent = true },
        new("servicePrincipalProfile", Object(
            "ManagedClusterServicePrincipalProfile",
            new("clientId", Text, "The principal, or msi."),
            new("secret", Text, "Never kept.") { Since = Availability.Never }), "Identity of the control plane.") { KeptWhenAbsent = true },
        new("identityProfile", Any, "Identities of the nodes.") { KeptWhenAbsent = true },
        new("networkProfile", Any, "How pods and services get their addresses.") { KeptWhenAbsent = true },
        new("addonProfiles", Any, "Add-ons.") { KeptWhenAbsent = true },
        new("storageProfile", Any, "Storage drivers.") { KeptWhenAbsent = true },
        new("enableRBAC", Flag, "Whether Kubernetes checks who may do what.") { Fixed = true },
        new("disableLocalAccounts", Flag, "Whether only tokens get in.") { KeptWhenAbsent = true });

    /// <summary>A managed cluster.</summary>
    public static ValueSchema.Object Resource { get; } = Object(
        "ManagedCluster",
        new("id", Text, "Resource id.") { ReadOnly = true },
        new("name", Text, "Name.") { ReadOnly = true },
        new("type", Text, "Resource type.") { ReadOnly = true },
        new("location", Text, "The region.") { Fixed = true },
        new("tags", MapOf(Text), "Tags."),
        new("sku", Object(
            "ManagedClusterSKU",
            new("name", OneOf("Base", "Automatic"), "Base, or Automatic with fixed channels (CH-64).") { Fixed = true },
            new("tier", OneOf("Free", "Standard", "Premium"), "Price tier.") { KeptWhenAbsent = true }), "Make of the cluster.") { KeptWhenAbsent = true },
        new("identity", Object(
            "ManagedClusterIdentity",
            new("type", OneOf("SystemAssigned", "UserAssigned", "None"), "Kind of identity.") { KeptWhenAbsent = true },
            new("principalId", Text, "The identity.") { ReadOnly = true },
            new("tenantId", Text, "Its tenant.") { ReadOnly = true },
            new("userAssignedIdentities", MapOf(Any), "Identities of the owner.")), "Identity of the cluster.") { KeptWhenAbsent = true },
        new("eTag", Text, "Changes with every write of the cluster (EV-84).") { ReadOnly = true, Since = Availability.From("2024-09-01") },
        new("systemData", Any, "Who wrote it when.") { ReadOnly = true },
        new("properties", Properties, "The cluster."));
}
