using System.Collections.Frozen;

namespace Imago.Api.Activities;

/// <summary>What the activity log calls operations (EV-50…54), and how people read it.</summary>
internal static class OperationNames
{
    // EV-50
    public const string ClusterWrite = "Microsoft.ContainerService/managedClusters/write";
    public const string ClusterDelete = "Microsoft.ContainerService/managedClusters/delete";

    // EV-51
    public const string ClusterStart = "Microsoft.ContainerService/managedClusters/start/action";
    public const string ClusterStop = "Microsoft.ContainerService/managedClusters/stop/action";
    public const string ClusterAbort = "Microsoft.ContainerService/managedClusters/abort/action";
    public const string UserCredential = "Microsoft.ContainerService/managedClusters/listClusterUserCredential/action";
    public const string AdminCredential = "Microsoft.ContainerService/managedClusters/listClusterAdminCredential/action";

    // EV-52
    public const string PoolWrite = "Microsoft.ContainerService/managedClusters/agentPools/write";
    public const string PoolDelete = "Microsoft.ContainerService/managedClusters/agentPools/delete";
    public const string PoolAbort = "Microsoft.ContainerService/managedClusters/agentPools/abort/action";

    // EV-53
    public const string PoolUpgrade = "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action";

    // EV-54
    public const string MaintenanceWrite = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations/write";
    public const string MaintenanceDelete = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations/delete";

    public const string GroupWrite = "Microsoft.Resources/subscriptions/resourceGroups/write";
    public const string GroupDelete = "Microsoft.Resources/subscriptions/resourceGroups/delete";
    public const string ProviderRegister = "Microsoft.Resources/subscriptions/providers/register/action";
    public const string ProviderUnregister = "Microsoft.Resources/subscriptions/providers/unregister/action";
    public const string FeatureRegister = "Microsoft.Features/providers/features/register/action";
    public const string FeatureUnregister = "Microsoft.Features/providers/features/unregister/action";
    public const string Pause = "Imago/managedClusters/pause/action";
    public const string Resume = "Imago/managedClusters/resume/action";
    public const string OverrideWindow = "Imago/managedClusters/overrideWindow/action";
    public const string ClusterInspect = "Imago/inspectCluster/action";
    public const string AttachmentWrite = "Imago/managedClusters/attachments/write";
    public const string AttachmentDelete = "Imago/managedClusters/attachments/delete";
    public const string AttachmentCheck = "Imago/managedClusters/check/action";
    public const string NodeCredential = "Imago/managedClusters/listNodeCredential/action";
    public const string RolloutAbort = "Imago/managedClusters/rollouts/abort/action";
    public const string ReleaseWrite = "Imago/releases/write";
    public const string PrincipalWrite = "Imago/servicePrincipals/write";
    public const string PrincipalDelete = "Imago/servicePrincipals/delete";
    public const string RoleWrite = "Imago/roleAssignments/write";
    public const string RoleDelete = "Imago/roleAssignments/delete";

    private static readonly FrozenDictionary<string, string> Readable = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase)
    {
        [ClusterWrite] = "Create or update managed cluster",
        [ClusterDelete] = "Delete managed cluster",
        [ClusterStart] = "Start managed cluster",
        [ClusterStop] = "Stop managed cluster",
        [ClusterAbort] = "Abort latest operation on managed cluster",
        [UserCredential] = "List cluster user credential",
        [AdminCredential] = "List cluster admin credential",
        [PoolWrite] = "Create or update agent pool",
        [PoolDelete] = "Delete agent pool",
        [PoolAbort] = "Abort latest operation on agent pool",
        [PoolUpgrade] = "Upgrade node image version",
        [MaintenanceWrite] = "Create or update maintenance configuration",
        [MaintenanceDelete] = "Delete maintenance configuration",
        [GroupWrite] = "Update resource group",
        [GroupDelete] = "Delete resource group",
        [ProviderRegister] = "Register resource provider",
        [ProviderUnregister] = "Unregister resource provider",
        [FeatureRegister] = "Register feature",
        [FeatureUnregister] = "Unregister feature",
        [Pause] = "Pause automatic work",
        [Resume] = "Resume automatic work",
        [OverrideWindow] = "Ignore maintenance windows for a while",
        [ClusterInspect] = "Inspect cluster",
        [AttachmentWrite] = "Attach cluster",
        [AttachmentDelete] = "Detach cluster",
        [AttachmentCheck] = "Check attached cluster",
        ["Imago/managedClusters/reach/action"] = "Reach attached cluster",
        [NodeCredential] = "List node credential",
        [RolloutAbort] = "Abort rollout",
        [ReleaseWrite] = "Publish release",
        [PrincipalWrite] = "Create or update service principal",
        [PrincipalDelete] = "Disable service principal",
        [RoleWrite] = "Create or update role assignment",
        [RoleDelete] = "Delete role assignment",
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    /// <summary>The name for people; the name itself if there is none.</summary>
    public static string ReadableOf(string operation) => Readable.GetValueOrDefault(operation, operation);
}
