using System.Text.Json.Nodes;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary>A cluster for people.</summary>
internal static class ClusterFacts
{
    public static void Write(Terminal terminal, JsonNode cluster)
    {
        new FactList()
            .Add("cluster", cluster.Text("name"))
            .Add("group", ResourceName.In(cluster.Text("id"), "resourceGroups"))
            .Add("location", cluster.Text("location"))
            .Add("state", $"{cluster.Text("properties.provisioningState")}{(cluster.Text("properties.powerState.code") is { } power ? $", {power}" : "")}")
            .Add("kubernetes", cluster.Text("properties.currentKubernetesVersion") ?? cluster.Text("properties.kubernetesVersion"))
            .Add("node OS channel", cluster.Text("properties.autoUpgradeProfile.nodeOSUpgradeChannel"))
            .Add("cluster channel", cluster.Text("properties.autoUpgradeProfile.upgradeChannel"))
            .Add("forced until", cluster.IsTrue("properties.upgradeSettings.overrideSettings.forceUpgrade") ? cluster.Text("properties.upgradeSettings.overrideSettings.until") ?? "always" : null)
            .Add("tags", TagText.Of(cluster))
            .Add("error", ArmError.Read(new JsonObject { ["error"] = cluster.At("properties.status.provisioningError")?.DeepClone() })?.Text())
            .Write(terminal);
        var pools = cluster.Objects("properties.agentPoolProfiles").ToList();
        if (pools.Count > 0)
        {
            terminal.Out.WriteLine();
            PoolTable(pools).Write(terminal);
        }
    }

    /// <summary>Pools as they stand in a cluster.</summary>
    public static TextTable PoolTable(IEnumerable<JsonNode> pools)
    {
        var table = new TextTable(new("pool"), new("mode"), new("nodes", IsNumber: true), new("OS", IsOptional: true), new("state"), new("image"));
        foreach (var pool in pools)
        {
            table.Add(
                pool.Text("name") ?? "", pool.Text("mode") ?? "", pool.Text("count") ?? "", pool.Text("osSKU") ?? pool.Text("osType") ?? "", pool.Text("provisioningState") ?? "", pool.Text("nodeImageVersion") ?? "");
        }

        return table;
    }
}
