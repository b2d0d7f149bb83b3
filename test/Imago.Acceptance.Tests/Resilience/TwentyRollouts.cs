using System.Globalization;
using System.Net;
using System.Text.Json;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.Resilience;

/// <summary>Twenty clusters of three nodes that begin to move to a new image at the same moment, and everything that must be true when they are done.</summary>
internal sealed class TwentyRollouts
{
    public const int Clusters = 20;
    public const int NodesEach = 3;
    public const int Nodes = Clusters * NodesEach;

    private const string Group = "rg-resilience";
    private const string UpgradeImage = "Microsoft.ContainerService/managedClusters/agentPools/upgradeNodeImageVersion/action";

    private readonly ArmClient _arm;
    private readonly string[] _paths;
    private readonly string _image;

    private TwentyRollouts(ArmClient arm, string[] paths, string image)
    {
        _arm = arm;
        _paths = paths;
        _image = image;
    }

    /// <summary>Makes the clusters, each inside an open window, and publishes the image that starts all of them.</summary>
    public static async Task<TwentyRollouts> BeginAsync(ArmClient arm)
    {
        (await arm.PutAsync(arm.Group(Group), new { location = "eastus" })).Must(HttpStatusCode.Created, HttpStatusCode.OK);
        string[] paths = [.. Enumerable.Range(1, Clusters).Select(n => arm.Cluster(Group, string.Create(CultureInfo.InvariantCulture, $"cluster-{n:00}")))];
        await Task.WhenAll(paths.Select(path => MakeAsync(arm, path)));
        return new(arm, paths, await PublishedImage.PublishAsync(arm, paths[0], daysOld: 30));
    }

    /// <summary>The same rollouts, seen through another replica.</summary>
    public TwentyRollouts SeenBy(ArmClient other) => new(other, _paths, _image);

    /// <summary>Waits until so many nodes are done; the others are on their way or have not begun.</summary>
    public Task DoneAsync(int nodes, TimeSpan atMost) =>
        Until.Async($"{nodes} of {Nodes} nodes at {_image}", atMost, CountAsync, done => done >= nodes);

    /// <summary>Waits until everything has ended, and says what is not as if nothing had happened.</summary>
    public async Task EndAsIfNothingHadHappenedAsync()
    {
        await DoneAsync(Nodes, TimeSpan.FromMinutes(4));
        foreach (var path in _paths)
        {
            await EndsWellAsync(path);
        }
    }

    private async Task EndsWellAsync(string path)
    {
        var cluster = await Until.Async(
            $"{path} being at rest", TimeSpan.FromSeconds(60), () => _arm.GetAsync(path), a => States(a.Must(HttpStatusCode.OK)).All(s => s == "Succeeded"));
        cluster.Properties.GetProperty("agentPoolProfiles")[0].GetProperty("count").GetInt32().ShouldBe(NodesEach, path);

        // Invariant 8: size and readiness are what they were, every node is at the target.
        var nodes = await _arm.ListAsync($"{path}/providers/Imago/nodes");
        nodes.Count.ShouldBe(NodesEach, path);
        nodes.ShouldAllBe(n => n.GetProperty("ready").GetBoolean() && n.GetProperty("image").GetString() == _image, path);

        // One rollout, not a second one by whoever took over.
        var rollout = (await _arm.ListAsync($"{path}/providers/Imago/rollouts")).ShouldHaveSingleItem(path);
        rollout.GetProperty("properties").GetProperty("phase").GetString().ShouldBe("Succeeded", path);

        // EV-57: one operation in the log, told once.
        var log = (await _arm.ListAsync($"{_arm.Subscription}/providers/Microsoft.Insights/eventtypes/management/values?$filter={Uri.EscapeDataString($"eventTimestamp ge 2026-01-01T00:00:00 and resourceId eq '{path}'")}"))
            .Where(e => e.GetProperty("operationName").GetProperty("value").GetString() == UpgradeImage).ToArray();
        log.Select(e => e.GetProperty("status").GetProperty("value").GetString()).ShouldBe(["Started", "Succeeded"], ignoreOrder: true, path);
        log.Select(e => e.GetProperty("correlationId").GetString()).Distinct().ShouldHaveSingleItem(path);
    }

    private async Task<int> CountAsync()
    {
        var all = await Task.WhenAll(_paths.Select(path => _arm.ListAsync($"{path}/providers/Imago/nodes")));
        return all.Sum(nodes => nodes.Count(n => n.GetProperty("image").GetString() == _image && n.GetProperty("ready").GetBoolean()));
    }

    private static async Task MakeAsync(ArmClient arm, string path)
    {
        var made = await arm.PutAsync(path, new
        {
            location = "eastus",
            identity = new { type = "SystemAssigned" },
            properties = new
            {
                dnsPrefix = "resilience",
                autoUpgradeProfile = new { nodeOSUpgradeChannel = "NodeImage" },
                agentPoolProfiles = new[]
                {
                    new { name = "nodepool1", count = NodesEach, mode = "System", osType = "Linux", type = "VirtualMachineScaleSets", upgradeSettings = new { maxSurge = "1", canary = "None" } },
                },
            },
        });
        await arm.EndAsync(made);
        var window = OpeningWindow.OpenAt(made.Date);
        (await arm.PutAsync($"{path}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule", window.Body)).Must(HttpStatusCode.OK, HttpStatusCode.Created);
    }

    private static IEnumerable<string?> States(ArmAnswer cluster) =>
        cluster.Properties.GetProperty("agentPoolProfiles").EnumerateArray().Select(State).Append(State(cluster.Properties));

    private static string? State(JsonElement of) => of.GetProperty("provisioningState").GetString();
}
