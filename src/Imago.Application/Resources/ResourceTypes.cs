namespace Imago.Application.Resources;

/// <summary>Types of the resources that are stored, in canonical case.</summary>
public static class ResourceTypes
{
    public const string Subscription = "Microsoft.Resources/subscriptions";
    public const string ResourceGroup = "Microsoft.Resources/resourceGroups";
    public const string ManagedCluster = "Microsoft.ContainerService/managedClusters";
    public const string AgentPool = "Microsoft.ContainerService/managedClusters/agentPools";
    public const string MaintenanceConfiguration = "Microsoft.ContainerService/managedClusters/maintenanceConfigurations";

    /// <summary>How a cluster that Imago did not make is reached; a child of the managed cluster.</summary>
    public const string Attachment = "Microsoft.ContainerService/managedClusters/providers/Imago/attachments";

    public const string Feature = "Microsoft.Features/providers/features";
    public const string ProviderRegistration = "Microsoft.Resources/providers";
}
