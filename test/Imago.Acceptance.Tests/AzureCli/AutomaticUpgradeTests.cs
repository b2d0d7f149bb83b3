using System.Net;
using System.Text.Json;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.AzureCli;

/// <summary>What the product is for: a channel and a window are set, an image appears, the window opens, and the nodes move by themselves.</summary>
public sealed class AutomaticUpgradeTests(AzureCliFixture fixture) : AzStory(fixture)
{
    private const string ClusterName = "automatic";
    private const string TheCluster = $"--resource-group {AzureCliFixture.Group} --cluster-name {ClusterName}";

    private string ClusterPath => Arm.Cluster(AzureCliFixture.Group, ClusterName);

    [Fact, Trait("Rule", "EV-59"), Trait("Rule", "CH-21"), Trait("Rule", "CH-101"), Trait("Rule", "MW-7"), Trait("Rule", "MW-52")]
    public async Task NodeImageChannel_ImagePublishedAndWindowOpens_MovesTheNodesAndSaysSo()
    {
        await Az($"aks create --resource-group {AzureCliFixture.Group} --name {ClusterName} --node-count 2 --node-os-upgrade-channel NodeImage");
        await QuickPool.SoakNotAsync(Arm, $"{ClusterPath}/agentPools/nodepool1");
        var window = OpeningWindow.After((await Arm.GetAsync(ClusterPath)).Must(HttpStatusCode.OK).Date);
        await Az($"aks maintenanceconfiguration add {TheCluster} --name aksManagedNodeOSUpgradeSchedule --schedule-type Daily --interval-days 1 --duration 4 --start-date {window.StartDate} --start-time {window.StartTime}");

        var image = await PublishedImage.PublishAsync(Arm, ClusterPath, daysOld: 30);

        // The image is offered, and nothing moves before its time.
        (await AzJson($"aks nodepool get-upgrades {TheCluster} --nodepool-name nodepool1")).GetProperty("latestNodeImageVersion").GetString().ShouldBe(image);
        var nodes = await Arm.GetAsync($"{ClusterPath}/providers/Imago/nodes");
        if (nodes.Date < window.Start)
        {
            nodes.Json.GetProperty("value").EnumerateArray().ShouldAllBe(n => n.GetProperty("image").GetString() != image);
        }

        await Until.Async(
            "Both nodes at the new image",
            TimeSpan.FromMinutes(4),
            () => Arm.ListAsync($"{ClusterPath}/providers/Imago/nodes"),
            all => all.Count == 2 && all.All(n => n.GetProperty("image").GetString() == image && n.GetProperty("ready").GetBoolean()));

        var pool = await Until.Async("The pool being done", TimeSpan.FromMinutes(1), () => AzJson($"aks nodepool show {TheCluster} --name nodepool1"), p => p.GetProperty("provisioningState").GetString() == "Succeeded");
        pool.GetProperty("nodeImageVersion").GetString().ShouldBe(image);
        await TheLogSaysWhoDidItAsync(window.Start);
    }

    private async Task TheLogSaysWhoDidItAsync(DateTimeOffset opened)
    {
        var filter = Uri.EscapeDataString($"eventTimestamp ge {opened.AddHours(-1):yyyy-MM-ddTHH:mm:ss} and resourceId eq '{ClusterPath}'");
        string[] command = ["rest", "--method", "get", "--uri", $"/subscriptions/{{subscriptionId}}/providers/Microsoft.Insights/eventtypes/management/values?api-version=2015-04-01&$filter={filter}"];

        var entries = await Until.Async(
            "The activity log telling of the automatic upgrade",
            TimeSpan.FromSeconds(30),
            async () => (await Session.RunAsync(command)).Json.GetProperty("value").EnumerateArray()
                .Where(e => e.GetProperty("operationName").GetProperty("value").GetString() == "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action").ToArray(),
            found => found.Length >= 2);

        // EV-59: the same operations as manual ones, by another caller, without a request, and with what triggered them.
        entries.Select(e => e.GetProperty("status").GetProperty("value").GetString()).ShouldBe(["Started", "Succeeded"], ignoreOrder: true);
        entries.ShouldAllBe(e => e.GetProperty("caller").GetString() == "system:auto-upgrader");
        entries.ShouldAllBe(e => !HasValue(e, "httpRequest"));
        entries.ShouldAllBe(e => e.GetProperty("properties").GetProperty("trigger").GetString() == "NodeOSChannel");
        entries.Select(e => e.GetProperty("correlationId").GetString()).Distinct().Count().ShouldBe(1);
        entries.Single(e => e.GetProperty("status").GetProperty("value").GetString() == "Started").GetProperty("eventTimestamp").GetDateTimeOffset().ShouldBeGreaterThanOrEqualTo(opened);
    }

    private static bool HasValue(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null;
}
