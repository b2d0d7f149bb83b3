using System.Text.Json.Nodes;

namespace Imago.Api.Tests.Kit;

/// <summary>Documents as clients send them.</summary>
internal static class Bodies
{
    public static JsonObject Cluster(string? channel = "SecurityPatch", params string[] pools)
    {
        var profiles = new JsonArray([.. (pools.Length == 0 ? ["nodepool1"] : pools).Select((name, i) => new JsonObject
        {
            ["name"] = name, ["count"] = 3, ["vmSize"] = "", ["osType"] = "Linux", ["type"] = "VirtualMachineScaleSets", ["mode"] = i == 0 ? "System" : "User",
        })]);
        var properties = new JsonObject { ["kubernetesVersion"] = "", ["dnsPrefix"] = "shop-prod-rg-shop-111111", ["agentPoolProfiles"] = profiles, ["enableRBAC"] = true };
        if (channel is not null)
        {
            properties["autoUpgradeProfile"] = new JsonObject { ["nodeOSUpgradeChannel"] = channel };
        }

        return new JsonObject { ["location"] = "north-1", ["identity"] = new JsonObject { ["type"] = "SystemAssigned" }, ["properties"] = properties };
    }

    public static JsonObject Pool(int count = 3, string surge = "33%") => new()
    {
        ["properties"] = new JsonObject { ["count"] = count, ["vmSize"] = "size-4", ["mode"] = "User", ["upgradeSettings"] = new JsonObject { ["maxSurge"] = surge } },
    };

    public static JsonObject Weekly(string day = "Friday") => new()
    {
        ["properties"] = new JsonObject
        {
            ["maintenanceWindow"] = new JsonObject
            {
                ["schedule"] = new JsonObject { ["weekly"] = new JsonObject { ["intervalWeeks"] = 1, ["dayOfWeek"] = day } },
                ["durationHours"] = 8,
                ["startTime"] = "00:00",
            },
        },
    };
}
