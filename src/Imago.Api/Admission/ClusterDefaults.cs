using Imago.Api.Documents;
using Imago.Contracts.Resources;

namespace Imago.Api.Admission;

/// <summary>What a new cluster is when its owner does not say. What is only decoration is added when it is read.</summary>
internal static class ClusterDefaults
{
    private const int LongestGroup = 80;

    public static void Fill(ClusterDocument cluster, ResourceId id)
    {
        var sku = cluster.Root.Inner("sku");
        sku.Default("name", ClusterDocument.BaseSku);
        sku.Default("tier", "Free");
        cluster.Root.Inner("identity").Default("type", "SystemAssigned");
        var properties = cluster.Properties;
        properties.Default("supportPlan", "KubernetesOfficial");
        properties.Default("enableRBAC", true);
        properties.Default("dnsPrefix", $"{id.Name}-{id.ResourceGroup}");

        // The name AKS gives it, which label kubernetes.azure.com/cluster repeats (IM-15).
        var group = $"MC_{id.ResourceGroup}_{id.Name}_{cluster.Location}";
        properties.Default("nodeResourceGroup", group.Length <= LongestGroup ? group : group[..LongestGroup]);
    }
}
