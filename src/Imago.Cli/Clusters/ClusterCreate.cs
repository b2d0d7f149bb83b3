using System.CommandLine;
using System.Text.Json.Nodes;
using Imago.Cli.Help;
using Imago.Cli.Remote;
using Imago.Cli.Terminals;

namespace Imago.Cli.Clusters;

/// <summary><c>imago cluster create</c>.</summary>
internal static class ClusterCreate
{
    public static Command Create(Terminal terminal)
    {
        var name = RemoteOptions.Name("cluster");
        var channels = new ChannelOptions();
        var location = new Option<string?>("--location", "-l") { Description = "Region [default: that of the group].", HelpName = "REGION" };
        var version = RemoteOptions.Text("--kubernetes-version", "Kubernetes version [default: the server chooses].", "VERSION");
        var nodeCount = RemoteOptions.Number("--node-count", "Nodes of the first pool [default: 3].");
        var poolName = RemoteOptions.Text("--nodepool-name", "Name of the first pool [default: nodepool1].", "NAME");
        var vmSize = RemoteOptions.Text("--node-vm-size", "Size of its machines.", "SIZE");
        var osSku = RemoteOptions.Text("--os-sku", "Their operating system, for example Ubuntu2204 or AzureLinux3.", "SKU");
        var noWait = RemoteOptions.NoWait();
        return new RemoteCommand(terminal, "create", "Create a cluster with one pool.")
            .Takes([name, .. channels.All, location, version, nodeCount, poolName, vmSize, osSku, noWait])
            .Does(async (session, parsed) =>
            {
                var cluster = parsed.GetValue(name)!;
                var pool = new JsonObject
                {
                    ["name"] = parsed.GetValue(poolName) ?? "nodepool1", ["mode"] = "System", ["count"] = parsed.GetValue(nodeCount) ?? 3, ["osType"] = "Linux", ["type"] = "VirtualMachineScaleSets",
                };
                Say(pool, "vmSize", parsed.GetValue(vmSize));
                Say(pool, "osSKU", parsed.GetValue(osSku));
                var body = new JsonObject
                {
                    ["location"] = parsed.GetValue(location) ?? await LocationOfGroupAsync(session),
                    ["identity"] = new JsonObject { ["type"] = "SystemAssigned" },
                    ["properties"] = new JsonObject { ["dnsPrefix"] = $"{cluster}-{session.Group}", ["agentPoolProfiles"] = new JsonArray(pool) },
                };
                Say(body.Child("properties"), "kubernetesVersion", parsed.GetValue(version));
                channels.Apply(parsed, body);

                var path = session.ClusterPath(cluster).With(ApiVersions.ContainerService);
                var answer = await session.Client.SendAsync(HttpMethod.Put, path, body, session.Cancellation, onlyNew: true);
                var made = await new LongOperation(session, $"Creating cluster '{cluster}'", $"imago cluster show {cluster} -g {session.Group}").EndAsync(answer, path, parsed.GetValue(noWait));
                await session.AnswerAsync(made, document => ClusterFacts.Write(terminal, document));
            })
            .WithExamples(
                "imago cluster create shop -g rg-shop --channel NodeImage --node-count 5",
                "# without waiting for it",
                "imago cluster create shop -g rg-shop --channel SecurityPatch --os-sku AzureLinux3 --no-wait");
    }

    private static async Task<string> LocationOfGroupAsync(Session session) =>
        (await session.Client.GetAsync(Paths.Group(session.Subscription, session.Group).With(ApiVersions.Resources), session.Cancellation)).Body.Text("location")
        ?? throw new ArmException($"Group '{session.Group}' has no location. Name one with --location.");

    private static void Say(JsonObject document, string name, string? value)
    {
        if (value is not null)
        {
            document[name] = value;
        }
    }
}
