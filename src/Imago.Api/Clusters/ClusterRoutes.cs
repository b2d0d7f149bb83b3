namespace Imago.Api.Clusters;

/// <summary>Paths of clusters and what is in them.</summary>
internal static class ClusterRoutes
{
    public const string OfSubscription = "/subscriptions/{subscription}/providers/Microsoft.ContainerService/managedClusters";
    public const string OfGroup = "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.ContainerService/managedClusters";
    public const string One = OfGroup + "/{cluster}";
    public const string Pools = One + "/agentPools";
    public const string Pool = Pools + "/{pool}";
    public const string Configurations = One + "/maintenanceConfigurations";
    public const string Configuration = Configurations + "/{configuration}";
}
