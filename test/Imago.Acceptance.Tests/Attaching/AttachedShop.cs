using System.Net;
using System.Text.Json;
using Imago.Acceptance.Tests.Rollouts;
using Imago.Acceptance.Tests.Serving;
using Imago.ReferenceProvider;

namespace Imago.Acceptance.Tests.Attaching;

/// <summary>
/// Cluster <c>twin</c>, simulated, with budgets over what runs in it and no channel, and beside it cluster <c>shop</c>: the same one as somebody else's, attached as the
/// documentation says. Each test has a group of its own.
/// </summary>
internal sealed class AttachedShop : IAsyncDisposable
{
    public const int Nodes = 4;

    private const string Version = "2026-11-01";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly TwinSite _site;
    private readonly ReferenceServer _provider;
    private readonly string _group;

    private AttachedShop(TwinSite site, ReferenceServer provider, string group) => (_site, _provider, _group) = (site, provider, group);

    public string Path => _site.Client.Cluster(_group, "shop");

    /// <summary>Node names before anything happened.</summary>
    public IReadOnlyList<string> Names { get; private set; } = [];

    private string Kubeconfig => KubeconfigOf(_site, _group);

    public static async Task<AttachedShop> StartAsync(TwinSite site, string group)
    {
        await site.ReadyAsync();
        var arm = site.Client;
        (await arm.PutAsync(arm.Group(group), new { location = "westeurope" })).Must(HttpStatusCode.Created, HttpStatusCode.OK);
        var twin = arm.Cluster(group, "twin");
        await arm.EndAsync(await arm.PutAsync(twin, new
        {
            location = "westeurope",
            tags = new Dictionary<string, string>(StringComparer.Ordinal) { ["imago-workloads"] = "shop" },
            properties = new
            {
                dnsPrefix = "twin",
                autoUpgradeProfile = new { nodeOSUpgradeChannel = "None" },
                agentPoolProfiles = new[] { new { name = "apps", count = Nodes, vmSize = "Standard_D4s_v5", mode = "System", osType = "Linux" } },
            },
        }));
        (await site.ImagoAsync($"cluster credentials twin -g {group} --admin --file {KubeconfigOf(site, group)}")).MustSucceed();
        var shop = new AttachedShop(site, await site.ProvideAsync(twin, "for-tests"), group);
        shop.Names = await shop.NodeNamesAsync();
        return shop;
    }

    public Task<ProgramRun> ImagoAsync(string line) => _site.ImagoAsync($"{line} -g {_group}");

    public Task<ProgramRun> KubectlAsync(string line) => _site.KubectlAsync(Kubeconfig, line);

    /// <summary>The options that say how the cluster is reached.</summary>
    public async Task<string> HowAsync()
    {
        var token = System.IO.Path.Combine(_site.Folder.FullName, "provider.token");
        await File.WriteAllTextAsync(token, "for-tests\n");
        return $"--kubeconfig {Kubeconfig} --provider external --provider-endpoint {_provider.Endpoint} --provider-token-file {token}";
    }

    /// <summary>Attaches it, lets its pool go without the minutes of a soak, publishes a newer image and chooses the channel.</summary>
    public async Task<string> BeginAsync()
    {
        (await ImagoAsync($"cluster attach shop {await HowAsync()} --yes")).MustSucceed();
        await QuickPool.SoakNotAsync(_site.Client, $"{Path}/agentPools/apps");
        var image = await PublishedImage.PublishAsync(_site.Client, Path, daysOld: 15);
        (await ImagoAsync("cluster update shop --channel NodeImage")).MustSucceed();
        return image;
    }

    /// <summary>The newest rollout, as soon as it is as wanted.</summary>
    public async Task<JsonElement> RolloutAsync(string what, Func<JsonElement, bool> wanted)
    {
        var rollouts = await Until.Async(what, Patience, () => _site.Client.ListAsync($"{Path}/providers/Imago/rollouts", Version), r => r.Count > 0 && wanted(r[0].GetProperty("properties")));
        return rollouts[0];
    }

    public static int Done(JsonElement rollout) => rollout.GetProperty("nodes").GetProperty("done").GetInt32();

    public static bool HasEnded(JsonElement rollout) => rollout.TryGetProperty("endedAt", out var at) && at.ValueKind == JsonValueKind.String;

    public async Task<IReadOnlyList<JsonElement>> NodesAsync() => [.. (await KubectlAsync("get nodes -o json")).Json.GetProperty("items").EnumerateArray()];

    public async Task<IReadOnlyList<string>> NodeNamesAsync() => [.. (await NodesAsync()).Select(n => n.GetProperty("metadata").GetProperty("name").GetString()!).Order(StringComparer.Ordinal)];

    public async Task<IReadOnlyList<string>> ImagesAsync() =>
        [.. (await NodesAsync()).Select(n => n.GetProperty("metadata").GetProperty("labels").GetProperty("kubernetes.azure.com/node-image-version").GetString()!)];

    /// <summary>What is Imago's in the cluster: marks, cordons, taints, labels, surge nodes.</summary>
    public async Task<IReadOnlyList<string>> MarksAsync()
    {
        var nodes = await NodesAsync();
        return
        [
            .. nodes.SelectMany(Marks),
            .. (await NodeNamesAsync()).Except(Names, StringComparer.Ordinal).Select(n => $"{n} is one too many"),
            .. Names.Except(nodes.Select(n => n.GetProperty("metadata").GetProperty("name").GetString()!), StringComparer.Ordinal).Select(n => $"{n} is gone"),
        ];
    }

    /// <summary>Names of what Imago keeps in its namespace.</summary>
    public async Task<string> KeptAsync() => (await KubectlAsync("get configmaps,leases -n imago-system -o name")).Out.Trim();

    /// <summary>What the upgrader tells: reason and message, in no order.</summary>
    public async Task<IReadOnlyList<string>> EventsAsync() =>
    [
        .. (await KubectlAsync("get events -n default --field-selector source=upgrader -o json")).Json.GetProperty("items").EnumerateArray()
            .Select(e => $"{e.GetProperty("reason").GetString()}: {e.GetProperty("message").GetString()}"),
    ];

    public async ValueTask DisposeAsync() => await _provider.DisposeAsync();

    private static IEnumerable<string> Marks(JsonElement node)
    {
        var (metadata, spec) = (node.GetProperty("metadata"), node.GetProperty("spec"));
        var name = metadata.GetProperty("name").GetString();
        if (spec.TryGetProperty("unschedulable", out var cordoned) && cordoned.GetBoolean())
        {
            yield return $"{name} is cordoned";
        }

        foreach (var taint in spec.TryGetProperty("taints", out var taints) ? taints.EnumerateArray().ToList() : [])
        {
            yield return $"{name} has taint {taint}";
        }

        foreach (var key in Keys(metadata, "annotations").Where(k => k.StartsWith("imago.dev/", StringComparison.Ordinal) || k.Contains("scale-down", StringComparison.Ordinal)))
        {
            yield return $"{name} has annotation {key}";
        }

        foreach (var key in Keys(metadata, "labels").Where(k => k == "kubernetes.azure.com/upgrade-status"))
        {
            yield return $"{name} has label {key}";
        }
    }

    private static IEnumerable<string> Keys(JsonElement metadata, string map) =>
        metadata.TryGetProperty(map, out var entries) ? entries.EnumerateObject().Select(e => e.Name) : [];

    private static string KubeconfigOf(TwinSite site, string group) => System.IO.Path.Combine(site.Folder.FullName, $"{group}.kubeconfig");
}
