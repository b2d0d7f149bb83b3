namespace Imago.Cli.Apply;

/// <summary>What a file may hold, in the order in which it is written: nothing before what it lies in.</summary>
internal enum ResourceKind
{
    Group,
    Cluster,
    Pool,
    Maintenance,
}

/// <summary>Types, names and places of the kinds.</summary>
internal static class ResourceKinds
{
    private const string ClusterType = "Microsoft.ContainerService/managedClusters";

    private static readonly (ResourceKind Kind, string Type)[] Types =
    [
        (ResourceKind.Group, "Microsoft.Resources/resourceGroups"),
        (ResourceKind.Group, "Microsoft.Resources/subscriptions/resourceGroups"),
        (ResourceKind.Cluster, ClusterType),
        (ResourceKind.Pool, $"{ClusterType}/agentPools"),
        (ResourceKind.Maintenance, $"{ClusterType}/maintenanceConfigurations"),
    ];

    /// <summary>The types as they are written, for a message.</summary>
    public static string Allowed => string.Join(", ", Types.Where(t => !t.Type.Contains("/subscriptions/", StringComparison.Ordinal)).Select(t => t.Type));

    /// <summary>The kind of a type, in any case; null when we do not know it.</summary>
    public static ResourceKind? Of(string type) =>
        Types.Where(t => string.Equals(t.Type, type, StringComparison.OrdinalIgnoreCase)).Select(t => (ResourceKind?)t.Kind).FirstOrDefault();

    /// <summary>The kind of what lies in a cluster, by the last part of its type or the whole.</summary>
    public static ResourceKind? OfChild(string type) => Of(type.Contains('/', StringComparison.Ordinal) ? type : $"{ClusterType}/{type}") is { } kind and (ResourceKind.Pool or ResourceKind.Maintenance) ? kind : null;

    public static string Word(this ResourceKind kind) => kind switch
    {
        ResourceKind.Group => "group",
        ResourceKind.Cluster => "cluster",
        ResourceKind.Pool => "pool",
        ResourceKind.Maintenance => "maintenance configuration",
        _ => throw new InvalidOperationException($"Kind '{kind}' has no word."),
    };

    /// <summary>Members of a document that become its body; all others of it say what and where it is.</summary>
    public static string[] BodyMembers(this ResourceKind kind) => kind switch
    {
        ResourceKind.Group => ["location", "tags", "managedBy", "properties"],
        ResourceKind.Cluster => ["location", "tags", "sku", "identity", "kind", "extendedLocation", "properties"],
        _ => ["properties"],
    };
}
