namespace Imago.Cli.Remote;

/// <summary>Paths of resources, without a query.</summary>
internal static class Paths
{
    private const string Provider = "providers/Microsoft.ContainerService";

    public const string Tenant = "/providers/Imago";

    public static string Subscription(string subscription) => $"/subscriptions/{Escaped(subscription)}";

    public static string Group(string subscription, string group) => $"{Subscription(subscription)}/resourceGroups/{Escaped(group)}";

    /// <summary>All clusters of a group, or of the subscription.</summary>
    public static string Clusters(string subscription, string? group) =>
        $"{(group is null ? Subscription(subscription) : Group(subscription, group))}/{Provider}/managedClusters";

    public static string Cluster(string subscription, string group, string cluster) => $"{Clusters(subscription, group)}/{Escaped(cluster)}";

    public static string Pool(string cluster, string pool) => $"{cluster}/agentPools/{Escaped(pool)}";

    public static string Maintenance(string cluster, string name) => $"{cluster}/maintenanceConfigurations/{Escaped(name)}";

    /// <summary>Looks at a cluster that may be attached.</summary>
    public static string Inspection(string subscription, string group) => $"{Group(subscription, group)}{Tenant}/inspectCluster";

    /// <summary>How an attached cluster is reached.</summary>
    public static string Attachment(string cluster) => $"{Extension(cluster)}/attachments/default";

    /// <summary>What Imago adds under a cluster.</summary>
    public static string Extension(string cluster) => $"{cluster}{Tenant}";

    /// <summary>A path with its api-version.</summary>
    public static string With(this string path, string apiVersion) => $"{path}?api-version={apiVersion}";

    // A name from the command line stays one segment of the path, whatever it holds.
    private static string Escaped(string segment) => Uri.EscapeDataString(segment);
}
