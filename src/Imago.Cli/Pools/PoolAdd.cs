using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Pools;

/// <summary><c>imago nodepool add</c>.</summary>
internal static class PoolAdd
{
    public static Command Create(Terminal terminal)
    {
        var (name, cluster) = (RemoteOptions.Name("pool"), RemoteOptions.Cluster());
        var options = new PoolOptions();
        var mode = RemoteOptions.Choice("--mode", "For the cluster's own pods or for others [default: User].", "System", "User");
        var osSku = RemoteOptions.Text("--os-sku", "Operating system, for example Ubuntu2204 or AzureLinux3.", "SKU");
        var osType = RemoteOptions.Choice("--os-type", "Its kind [default: Linux].", "Linux", "Windows");
        var vmSize = RemoteOptions.Text("--node-vm-size", "Size of the machines.", "SIZE");
        var noWait = RemoteOptions.NoWait();
        return new RemoteCommand(terminal, "add", "Add a pool to a cluster.").Takes([name, cluster, .. options.All, mode, osSku, osType, vmSize, noWait])
            .Does(async (session, parsed) =>
            {
                var pool = parsed.GetValue(name)!;
                var properties = new JsonObject
                {
                    ["mode"] = parsed.GetValue(mode) ?? "User", ["osType"] = parsed.GetValue(osType) ?? "Linux", ["type"] = "VirtualMachineScaleSets", ["count"] = 3,
                };
                options.Apply(parsed, properties);
                foreach (var (member, value) in new[] { ("osSKU", parsed.GetValue(osSku)), ("vmSize", parsed.GetValue(vmSize)) })
                {
                    if (value is not null)
                    {
                        properties[member] = value;
                    }
                }

                var path = Paths.Pool(session.ClusterPath(parsed.GetValue(cluster)!), pool).With(ApiVersions.ContainerService);
                var answer = await session.Client.SendAsync(HttpMethod.Put, path, new JsonObject { ["properties"] = properties }, session.Cancellation, onlyNew: true);
                var made = await new LongOperation(session, $"Adding pool '{pool}'", $"imago nodepool show {pool} --cluster {parsed.GetValue(cluster)} -g {session.Group}")
                    .EndAsync(answer, path, parsed.GetValue(noWait));
                await session.AnswerAsync(made, document => PoolFacts.Write(terminal, document));
            })
            .WithExamples("imago nodepool add batch --cluster shop -g rg-shop --node-count 6 --os-sku AzureLinux3 --max-surge 50%");
    }
}
