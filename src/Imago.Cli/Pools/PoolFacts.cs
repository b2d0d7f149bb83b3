using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary>A pool for people.</summary>
internal static class PoolFacts
{
    public static void Write(Terminal terminal, JsonNode pool)
    {
        var settings = pool.At("properties.upgradeSettings");
        new FactList()
            .Add("pool", pool.Text("name"))
            .Add("cluster", ResourceName.In(pool.Text("id"), "managedClusters"))
            .Add("mode", pool.Text("properties.mode"))
            .Add("nodes", pool.IsTrue("properties.enableAutoScaling")
                ? $"{pool.Text("properties.count")}, scaled between {pool.Text("properties.minCount")} and {pool.Text("properties.maxCount")}"
                : pool.Text("properties.count"))
            .Add("size", pool.Text("properties.vmSize"))
            .Add("OS", pool.Text("properties.osSKU") ?? pool.Text("properties.osType"))
            .Add("state", pool.Text("properties.provisioningState"))
            .Add("image", pool.Text("properties.nodeImageVersion"))
            .Add("kubernetes", pool.Text("properties.currentOrchestratorVersion") ?? pool.Text("properties.orchestratorVersion"))
            .Add("max surge", settings.Text("maxSurge"))
            .Add("max unavailable", settings.Text("maxUnavailable"))
            .Add("drain timeout", Minutes(settings.Text("drainTimeoutInMinutes")))
            .Add("soak", Minutes(settings.Text("nodeSoakDurationInMinutes")))
            .Add("undrainable", settings.Text("undrainableNodeBehavior"))
            .Add("bare pods", settings.Text("barePods"))
            .Add("reboots", settings.Text("rebootPolicy"))
            .Add("error", ArmError.Read(new JsonObject { ["error"] = pool.At("properties.status.provisioningError")?.DeepClone() })?.Text())
            .Write(terminal);
    }

    private static string? Minutes(string? number) => number is null ? null : $"{number} min";
}
