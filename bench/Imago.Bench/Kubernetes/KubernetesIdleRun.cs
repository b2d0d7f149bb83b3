using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;
using Imago.Bench.Kubernetes.Serving;
using Imago.Bench.Servers;

namespace Imago.Bench.Kubernetes;

/// <summary>
/// What an attached cluster in which nothing is to be done costs: servers of which one keeps watching and one does not, each with a cluster of each size that is on a
/// channel and whose window is shut. Nodes tell their state and pods come and go meanwhile.
/// </summary>
internal static class KubernetesIdleRun
{
    private const int PodsPerNode = 4;

    // By then a server that does not keep watching has put the cluster away.
    private static readonly TimeSpan Settling = TimeSpan.FromMinutes(4);

    // Nodes of a large cluster come up at once; this is about clusters that are there.
    private const double TimeScale = 60;

    public static async Task PrintAsync(TextWriter writer, int[] sizes, TimeSpan measured)
    {
        await using var keeping = await ServerAsync("true");
        await using var putting = await ServerAsync("false");
        List<Attached> clusters = [];
        try
        {
            foreach (var nodes in sizes)
            {
                foreach (var (server, how) in new[] { (keeping, "kept watching"), (putting, "put away") })
                {
                    clusters.Add(new Attached(how, nodes, await AttachAsync(server, nodes)));
                }
            }

            await Task.Delay(Settling);
            var before = await Task.WhenAll(clusters.Select(c => c.Twin.CountsAsync()));
            var use = new[] { keeping, putting }.Select(s => ProcessUse.Of(s.ProcessId)).ToList();
            await Task.Delay(measured);
            var after = await Task.WhenAll(clusters.Select(c => c.Twin.CountsAsync()));
            var hours = measured.TotalHours;
            await writer.WriteLineAsync("| Cluster | Nodes | Requests | An hour | of them no watches | Received an hour | By verb |\n|---|---:|---:|---:|---:|---:|---|");
            for (var i = 0; i < clusters.Count; i++)
            {
                var requests = after[i].Since(before[i]);
                await writer.WriteLineAsync(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {clusters[i].How} | {clusters[i].Nodes:N0} | {requests.Count} | {requests.Count / hours:0.0} | {requests.Of(r => r.Verb != "watch").Count / hours:0.0} | {requests.Received / 1024.0 / hours:0} KiB | {requests.Verbs} |"));
            }

            await writer.WriteLineAsync($"\nover {measured.TotalMinutes:0} minutes, {Settling.TotalMinutes:0} minutes after attaching\n\n| Server | Memory | Processor |\n|---|---:|---:|");
            foreach (var (server, earlier, how) in new[] { (keeping, use[0], "keeps watching"), (putting, use[1], "puts away") })
            {
                var now = ProcessUse.Of(server.ProcessId);
                await writer.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"| {how} | {now.Resident:0} MiB | {(now.Processor - earlier.Processor) / measured:0.0000} cores |"));
            }
        }
        finally
        {
            foreach (var cluster in clusters)
            {
                await cluster.Twin.DisposeAsync();
            }
        }
    }

    private static Task<ImagoServer> ServerAsync(string keepWatching) => ImagoServer.StartAsync(new ServerSettings
    {
        More = new Dictionary<string, string>(StringComparer.Ordinal) { ["KUBERNETES_KEEP_WATCHING"] = keepWatching, ["LOG_LEVEL"] = "Warning" },
    });

    private static async Task<ServedTwin> AttachAsync(ImagoServer server, int nodes)
    {
        var twin = await ServedTwin.StartAsync(new TwinPlan(nodes, PodsPerNode, GracePeriod: 30, TimeScale, Churns: true));
        var arm = server.Client;
        var name = string.Create(CultureInfo.InvariantCulture, $"c{nodes}");
        (await arm.PutAsync(arm.Group(BenchFleet.Group), new { location = BenchFleet.Location })).Must(HttpStatusCode.OK, HttpStatusCode.Created);
        var path = arm.Cluster(BenchFleet.Group, name);
        var provider = new { kind = twin.Provider.Kind, endpoint = twin.Provider.Endpoint, token = twin.Provider.Token };
        (await arm.PutAsync($"{path}/providers/Imago/attachments/default", new { location = BenchFleet.Location, kubeconfig = twin.Kubeconfig, provider }, ArmClient.ImagoVersion)).Must(HttpStatusCode.OK, HttpStatusCode.Created);

        // Its nodes are behind what the catalog has, and the window opens in a month.
        var window = OpeningWindow.After((await arm.GetAsync(path)).Date.AddDays(30));
        (await arm.PutAsync($"{path}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule", window.Body)).Must(HttpStatusCode.OK, HttpStatusCode.Created);
        var cluster = JsonNode.Parse((await arm.GetAsync(path)).Must(HttpStatusCode.OK).Text)!.AsObject();

        // A pool may have a thousand nodes, surge included.
        cluster["properties"]!["agentPoolProfiles"]![0]!["upgradeSettings"] = new JsonObject { ["maxSurge"] = "1" };
        cluster["properties"]!["autoUpgradeProfile"] = new JsonObject { ["nodeOSUpgradeChannel"] = "NodeImage" };
        await arm.EndAsync((await arm.PutAsync(path, cluster.ToJsonString())).Must(HttpStatusCode.OK, HttpStatusCode.Created));
        return twin;
    }

    private sealed record Attached(string How, int Nodes, ServedTwin Twin);
}
