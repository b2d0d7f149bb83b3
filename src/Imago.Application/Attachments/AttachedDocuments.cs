using System.Text.Json.Nodes;
using Imago.Application.Resources;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;

namespace Imago.Application.Attachments;

/// <summary>The documents and statuses of an attached cluster and its pools, made from what was seen of it.</summary>
public static class AttachedDocuments
{
    /// <summary>Where an attached cluster is whose owner does not say: in no region, so that releases count from their publication.</summary>
    public const string NoLocation = "attached";

    /// <summary>Nothing is touched until its owner chooses a channel.</summary>
    public static JsonObject Cluster(Inspection inspection, string? location)
    {
        var properties = new JsonObject
        {
            ["autoUpgradeProfile"] = new JsonObject { ["upgradeChannel"] = "none", ["nodeOSUpgradeChannel"] = "None" },
        };
        if (VersionOf(inspection.KubernetesVersion) is { Length: > 0 } version)
        {
            properties["kubernetesVersion"] = version;
        }

        return new JsonObject { ["location"] = location ?? NoLocation, ["properties"] = properties };
    }

    /// <summary>Nothing is to be made: what is there is as it should be.</summary>
    public static ClusterStatus Status(Inspection inspection) => new()
    {
        ProvisioningState = ProvisioningState.Succeeded,
        KubernetesVersion = VersionOf(inspection.KubernetesVersion),
    };

    /// <summary>A pool that was found.</summary>
    public static JsonObject Pool(InspectedPool pool)
    {
        var properties = Pool(pool.Nodes, pool.Mode, pool.OsType, pool.Kubelet);
        if (Enum.TryParse<OsSku>(pool.OsSku, ignoreCase: true, out var sku) && Enum.IsDefined(sku))
        {
            properties["osSKU"] = sku.ToString();
        }

        // AKS labels nodes that are in no zone with zone 0, which its API does not know.
        if (!pool.Zones.IsDefault && pool.Zones.Where(z => z != "0").ToArray() is { Length: > 0 } zones)
        {
            properties["availabilityZones"] = new JsonArray([.. zones.Select(z => (JsonNode)z)]);
        }

        return new JsonObject { ["properties"] = properties };
    }

    /// <summary>The status of a pool that was found.</summary>
    public static PoolStatus Status(InspectedPool pool) => Status(pool.Nodes, pool.Image, pool.Kubelet ?? "");

    internal static JsonObject Pool(int nodes, string mode, string osType, string? kubelet)
    {
        var properties = new JsonObject { ["count"] = nodes, ["mode"] = mode, ["osType"] = osType };
        if (VersionOf(kubelet) is { Length: > 0 } version)
        {
            properties["orchestratorVersion"] = version;
        }

        return properties;
    }

    internal static PoolStatus Status(int nodes, string image, string kubelet) => new()
    {
        ProvisioningState = ProvisioningState.Succeeded,
        NodeImageVersion = image,
        KubernetesVersion = VersionOf(kubelet),

        // UP-20: when the pool was made nobody knows; the version it has now decides.
        CreatedAtKubernetes = VersionOf(kubelet),
        Count = nodes,
    };

    /// <summary>Distributions append their own marks: <c>v1.33.2+k3s1</c>. Documents have the version alone.</summary>
    public static string VersionOf(string? text) => KubernetesVersion.TryParse(text, out var version) ? version.ToString() : "";
}
