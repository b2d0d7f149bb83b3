using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Clusters;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary><c>imago nodepool list</c>, <c>show</c> and <c>upgrades</c>.</summary>
internal static class PoolReading
{
    public static Command List(Terminal terminal)
    {
        var cluster = RemoteOptions.Cluster();
        return new RemoteCommand(terminal, "list", "List the pools of a cluster.").Takes(cluster)
            .Does(async (session, parsed) => await session.ListAsync(
                $"{session.ClusterPath(parsed.GetValue(cluster)!)}/agentPools".With(ApiVersions.ContainerService),
                "The cluster has no pool. Add one: imago nodepool add NAME --cluster NAME -g GROUP.",
                pools => ClusterFacts.PoolTable(pools.Select(Flat))))
            .WithExamples("imago nodepool list --cluster shop -g rg-shop");
    }

    public static Command Show(Terminal terminal)
    {
        var (name, cluster) = (RemoteOptions.Name("pool"), RemoteOptions.Cluster());
        return new RemoteCommand(terminal, "show", "Show a pool.").Takes(name, cluster)
            .Does(async (session, parsed) => await session.AnswerAsync(
                (await session.Client.GetAsync(Paths.Pool(session.ClusterPath(parsed.GetValue(cluster)!), parsed.GetValue(name)!).With(ApiVersions.ContainerService), session.Cancellation)).Body,
                pool => PoolFacts.Write(terminal, pool)))
            .WithExamples("imago nodepool show apps --cluster shop -g rg-shop");
    }

    public static Command Upgrades(Terminal terminal)
    {
        var (name, cluster) = (RemoteOptions.Name("pool"), RemoteOptions.Cluster());
        return new RemoteCommand(terminal, "upgrades", "Show which node image and which Kubernetes versions a pool could have.").Takes(name, cluster)
            .Does(async (session, parsed) =>
            {
                var pool = Paths.Pool(session.ClusterPath(parsed.GetValue(cluster)!), parsed.GetValue(name)!);
                var profile = (await session.Client.GetAsync($"{pool}/upgradeProfiles/default".With(ApiVersions.ContainerService), session.Cancellation)).Body;
                await session.AnswerAsync(profile, upgrades => new FactList()
                    .Add("latest image", upgrades.Text("properties.latestNodeImageVersion"))
                    .Add("kubernetes", upgrades.Text("properties.kubernetesVersion"))
                    .Add("could have", string.Join(", ", upgrades.Objects("properties.upgrades").Select(u => u.Text("kubernetesVersion"))))
                    .Add("had", string.Join(", ", upgrades.Objects("properties.recentlyUsedVersions").Select(u => $"{u.Text("nodeImageVersion")} ({u.Text("timestamp")})")))
                    .Write(terminal));
            })
            .WithExamples("imago nodepool upgrades apps --cluster shop -g rg-shop");
    }

    // A list has each pool as a resource of its own, a cluster has them flat.
    private static JsonObject Flat(JsonObject pool)
    {
        var flat = (pool["properties"]?.DeepClone() as JsonObject) ?? [];
        flat["name"] = pool.Text("name");
        return flat;
    }
}
