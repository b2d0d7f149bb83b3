using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Imago.Cli.Nodes;
using Imago.Cli.Remote;
using Imago.Domain.Images;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Serving;

/// <summary>A node as the server tells of it.</summary>
internal sealed record DemoNode(string Name, string Pool, string Image, bool Ready, string State, ImmutableArray<DemoHold> Holds);

/// <summary>What keeps a node from its target.</summary>
/// <param name="Code">The reason's code.</param>
/// <param name="Message">What it says of this node, with its pods and with numbers that change from moment to moment.</param>
/// <param name="Ends">What ends it: nodes that wait for the same are held by the same, though their messages differ.</param>
internal sealed record DemoHold(string Code, string Message, string Ends)
{
    /// <summary>Equal for all that are told as one.</summary>
    public (string Code, string Ends) Cause => (Code, Ends);
}

/// <summary>A rollout as the server tells of it.</summary>
internal sealed record DemoRollout(string Pool, string Target, string Phase, int Done, int Total, bool Ended);

/// <summary>What the server told last.</summary>
internal sealed record DemoState(Instant At, Instant WindowOpens, ImmutableArray<DemoNode> Nodes, ImmutableArray<DemoRollout> Rollouts);

/// <summary>Makes a cluster through the API, publishes a newer image, and watches what comes of it.</summary>
internal sealed class ServerDemoStory(DemoClient client, TimeProvider clock)
{
    public const string Group = "demo-rg";
    public const string Cluster = "demo";

    private const string Location = "westeurope";
    private const string Arm = "2024-11-01";
    private const string Aks = "2025-03-01";
    private const string Own = "2026-11-01";
    private const string ClusterPath = $"resourceGroups/{Group}/providers/Microsoft.ContainerService/managedClusters/{Cluster}";
    private const string OwnPath = $"{ClusterPath}/providers/Imago";

    private static readonly TimeSpan Look = TimeSpan.FromSeconds(1);

    // In every ring a release has opened by then: the demo does not wait for rings.
    private static readonly Duration PublishedBefore = Duration.FromDays(15);

    // Time enough to publish the release before the window opens.
    private static readonly Duration Lead = Duration.FromSeconds(15);

    private Instant _opens;

    /// <summary>Makes everything up to the waiting release.</summary>
    public async Task PrepareAsync(Action<string> tell, CancellationToken cancellation)
    {
        await client.PutAsync($"resourceGroups/{Group}", Arm, new JsonObject { ["location"] = Location }, cancellation);
        await client.PutAsync(ClusterPath, Aks, ClusterDocument(), cancellation);
        tell($"Made resource group '{Group}' and asked for cluster '{Cluster}': pools system (3 nodes) and work (4 nodes), node OS upgrade channel NodeImage.");
        await UntilAsync(ClusterPath, Aks, d => State(d) == "Succeeded", cancellation);
        var image = await NewerImageAsync(cancellation);

        _opens = NextMinute(Now + Lead);
        await client.PutAsync($"{ClusterPath}/maintenanceConfigurations/aksManagedNodeOSUpgradeSchedule", Aks, WindowDocument(), cancellation);
        await client.PostAsync(
            "/providers/Imago/releases", Own, new JsonObject { ["image"] = image, ["publishedAt"] = InstantPattern.General.Format(Now - PublishedBefore) }, cancellation);
        tell($"Its nodes are ready. Published node image {image}; it waits for the maintenance window, which opens at {Clock(_opens)} UTC.");
    }

    /// <summary>What <c>az aks get-credentials --admin</c> would be given.</summary>
    public async Task<byte[]> KubeconfigAsync(CancellationToken cancellation)
    {
        var answer = await client.PostAsync($"{ClusterPath}/listClusterAdminCredential", Aks, null, cancellation);
        return Convert.FromBase64String((string?)answer["kubeconfigs"]?[0]?["value"] ?? throw new InvalidDataException("The server has no kubeconfig for the cluster."));
    }

    /// <summary>Tells what is, every second, until every node has been upgraded.</summary>
    public async Task WatchAsync(Action<DemoState> tell, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Look, clock);
        do
        {
            var nodes = Items(await client.GetAsync($"{OwnPath}/nodes", Own, cancellation)).Select(NodeOf).ToImmutableArray();
            var rollouts = Items(await client.GetAsync($"{OwnPath}/rollouts", Own, cancellation)).Select(RolloutOf).ToImmutableArray();
            tell(new DemoState(Now, _opens, nodes, rollouts));
            if (rollouts.Select(r => r.Pool).Distinct(StringComparer.Ordinal).Count() == 2 && rollouts.All(r => r.Ended))
            {
                return;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private Instant Now => Instant.FromDateTimeOffset(clock.GetUtcNow());

    // The nodes' own version, one build later: whatever images the server came with, this one is newer.
    private async Task<string> NewerImageAsync(CancellationToken cancellation)
    {
        var pool = await client.GetAsync($"{ClusterPath}/agentPools/system", Aks, cancellation);
        var image = NodeImage.Parse((string?)pool["properties"]?["nodeImageVersion"]);
        if (!image.IsKnown)
        {
            throw new InvalidDataException("The pool 'system' does not say which node image it has.");
        }

        var today = Now.InUtc().Date;
        var text = image.Text;
        var version = text[(text.LastIndexOf('-') + 1)..];
        return $"{text[..^version.Length]}{string.Create(CultureInfo.InvariantCulture, $"{today.Year:0000}{today.Month:00}.{today.Day:00}.0")}";
    }

    private async Task UntilAsync(string path, string version, Func<JsonObject, bool> reached, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(Look, clock);
        do
        {
            var document = await client.GetAsync(path, version, cancellation);
            if (reached(document))
            {
                return;
            }

            if (State(document) == "Failed")
            {
                throw new InvalidDataException($"The cluster could not be made: {document["properties"]?["status"]?.ToJsonString()}");
            }
        }
        while (await timer.WaitForNextTickAsync(cancellation));
    }

    private static JsonObject ClusterDocument() => new()
    {
        ["location"] = Location,
        ["identity"] = new JsonObject { ["type"] = "SystemAssigned" },
        ["tags"] = new JsonObject { ["imago-workloads"] = "shop" },
        ["properties"] = new JsonObject
        {
            ["dnsPrefix"] = Cluster,
            ["autoUpgradeProfile"] = new JsonObject { ["nodeOSUpgradeChannel"] = "NodeImage" },
            ["agentPoolProfiles"] = new JsonArray(Pool("system", 3, "System"), Pool("work", 4, "User")),
        },
    };

    private static JsonObject Pool(string name, int count, string mode) => new()
    {
        ["name"] = name,
        ["count"] = count,
        ["mode"] = mode,
        ["osType"] = "Linux",
        ["vmSize"] = "Standard_D4s_v5",
        ["type"] = "VirtualMachineScaleSets",

        // The first node goes alone, as always, but a demo does not watch it for minutes.
        ["upgradeSettings"] = new JsonObject { ["maxSurge"] = "1", ["drainTimeoutInMinutes"] = 30, ["canarySoakInMinutes"] = 0 },
    };

    private JsonObject WindowDocument() => new()
    {
        ["properties"] = new JsonObject
        {
            ["maintenanceWindow"] = new JsonObject
            {
                ["schedule"] = new JsonObject { ["daily"] = new JsonObject { ["intervalDays"] = 1 } },
                ["durationHours"] = 4,
                ["utcOffset"] = "+00:00",
                ["startDate"] = LocalDatePattern.Iso.Format(_opens.InUtc().Date),
                ["startTime"] = Clock(_opens),
            },
        },
    };

    private static Instant NextMinute(Instant instant)
    {
        var minute = instant.ToUnixTimeSeconds() / 60 * 60;
        return Instant.FromUnixTimeSeconds(minute + 60);
    }

    private static string Clock(Instant instant) => LocalTimePattern.CreateWithInvariantCulture("HH:mm").Format(instant.InUtc().TimeOfDay);

    private static IEnumerable<JsonObject> Items(JsonObject list) => (list["value"] as JsonArray ?? []).OfType<JsonObject>();

    private static string State(JsonObject document) => (string?)document["properties"]?["provisioningState"] ?? "";

    private static DemoNode NodeOf(JsonObject node) => new(
        (string?)node["name"] ?? "",
        (string?)node["pool"] ?? "",
        (string?)node["image"] ?? "",
        (bool?)node["ready"] ?? false,
        NodeWords.State(node),
        [.. NodeWords.Holds(node).Select(r => new DemoHold(r.Text("code") ?? "", r.Text("message") ?? "", r.Text("event") ?? r.Text("message") ?? ""))]);

    private static DemoRollout RolloutOf(JsonObject rollout)
    {
        var properties = rollout["properties"] as JsonObject ?? [];
        return new DemoRollout(
            (string?)properties["pool"] ?? "",
            (string?)properties["target"] ?? "",
            (string?)properties["phase"] ?? "",
            (int?)properties["nodes"]?["done"] ?? 0,
            (int?)properties["nodes"]?["total"] ?? 0,
            properties["endedAt"] is not null);
    }
}
