using System.Text.Json.Nodes;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Application.Twins;
using Imago.Domain.Clusters;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Imago.Simulation.Tests.Serving.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving.Twins.Kit;

/// <summary>A server whose cluster is reached as a Kubernetes API, and which can be killed at any time.</summary>
internal sealed class TwinServer : IEngineSignal
{
    private TwinServer(Server server, string channel)
    {
        Server = server;
        server.Store.Resources[Server.Key] = new StoredResource
        {
            Key = Server.Key,
            Id = Server.Key,
            Type = ResourceTypes.ManagedCluster,
            ParentKey = "/subscriptions/s/resourcegroups/rg",
            CreatedAt = server.Clock.Now,
            ChangedAt = server.Clock.Now,
            Document = """{"location":"local","properties":{"autoUpgradeProfile":{"nodeOSUpgradeChannel":"CHANNEL"}}}""".Replace("CHANNEL", channel, StringComparison.Ordinal),
        };
        Twins = NewTwins();
    }

    public Server Server { get; }

    public SimulatedTwins Twins { get; private set; }

    public List<string> Nudged { get; } = [];

    public static CancellationToken Cancellation => Server.Cancellation;

    /// <summary>A cluster at rest.</summary>
    public static async Task<TwinServer> StartAsync(int nodes = 3, SampleWorkloads workloads = SampleWorkloads.None, string channel = "None")
    {
        var server = new Server(options: new ServedClusterOptions { Workloads = workloads });
        await server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", nodes, Imago.Domain.Rollouts.Settings.PoolMode.System)));
        return new TwinServer(server, channel);
    }

    public async Task<ITwin> TwinAsync() => (await Twins.FindAsync(Server.Key, Cancellation)).ShouldNotBeNull();

    public void Nudge(string clusterKey) => Nudged.Add(clusterKey);

    /// <summary>The process is gone; another one begins with what is stored.</summary>
    public void Kill()
    {
        Server.Kill();
        Twins = NewTwins();
    }

    public void Pass(Duration time) => Server.Clock.Now += time;

    public async Task<TwinObject> FindAsync(TwinKind kind, string key) => (await TryFindAsync(kind, key)).ShouldNotBeNull($"{kind.Resource} {key}");

    public async Task<TwinObject?> TryFindAsync(TwinKind kind, string key) => await (await TwinAsync()).FindAsync(new ObjectPlace(kind.Kind, KeyOf(kind, key)), Cancellation);

    public async Task<JsonObject> GetAsync(TwinKind kind, string key) => (await FindAsync(kind, key)).Render();

    public async Task<TwinList> ListAsync(TwinKind kind) => await (await TwinAsync()).ListAsync(kind.Kind, Cancellation);

    public async Task<TwinAnswer> CreateAsync(TwinKind kind, string json, bool dryRun = false) =>
        await (await TwinAsync()).CreateAsync(kind.Kind, JsonNode.Parse(json)!.AsObject(), dryRun, Cancellation);

    public async Task<JsonObject> CreatedAsync(TwinKind kind, string json) => Done(await CreateAsync(kind, json));

    /// <summary>Gets an object, changes its document, and puts it.</summary>
    public async Task<TwinAnswer> EditAsync(TwinKind kind, string key, Action<JsonObject> edit, bool dryRun = false)
    {
        var document = await GetAsync(kind, key);
        edit(document);
        return await (await TwinAsync()).ReplaceAsync(kind.Kind, document, null, dryRun, Cancellation);
    }

    public async Task<JsonObject> EditedAsync(TwinKind kind, string key, Action<JsonObject> edit) => Done(await EditAsync(kind, key, edit));

    /// <summary>Gets an object, changes its status, and puts that.</summary>
    public async Task<JsonObject> ReportedAsync(TwinKind kind, string key, Action<JsonObject> edit)
    {
        var document = await GetAsync(kind, key);
        edit(document);
        return Done(await (await TwinAsync()).ReplaceAsync(kind.Kind, document, "status", dryRun: false, Cancellation));
    }

    public async Task<TwinAnswer> DeleteAsync(TwinKind kind, string key, DeletionAsked? asked = null) =>
        await (await TwinAsync()).DeleteAsync(new ObjectPlace(kind.Kind, KeyOf(kind, key)), asked ?? new DeletionAsked(), Cancellation);

    public async Task<TwinAnswer> EvictAsync(string pod, DeletionAsked? asked = null) =>
        await (await TwinAsync()).EvictAsync(new ObjectPlace(TwinKind.Pods.Kind, KeyOf(TwinKind.Pods, pod)), asked ?? new DeletionAsked(), Cancellation);

    public async Task<TwinAnswer> ScaleAsync(TwinKind kind, string key, int replicas)
    {
        var at = KeyOf(kind, key);
        var document = new JsonObject { ["metadata"] = new JsonObject { ["name"] = at.Name, ["namespace"] = at.Namespace }, ["spec"] = new JsonObject { ["replicas"] = replicas } };
        return await (await TwinAsync()).ReplaceAsync(kind.Kind, document, "scale", dryRun: false, Cancellation);
    }

    /// <summary>Pods whose names begin so, by name, that are not on their way out.</summary>
    public async Task<IReadOnlyList<JsonObject>> PodsAsync(string beginning) =>
        [.. (await ListAsync(TwinKind.Pods)).Items.Where(p => p.Key.ToString().StartsWith(beginning, StringComparison.Ordinal)).Select(p => p.Render()).Where(p => p["metadata"]!["deletionTimestamp"] is null)];

    public static JsonObject Done(TwinAnswer answer)
    {
        answer.Refusal.ShouldBeNull(answer.Refusal?.Message);
        return answer.Object.ShouldNotBeNull().Render();
    }

    public static TwinRefusal Refused(TwinAnswer answer)
    {
        answer.Object.ShouldBeNull();
        return answer.Refusal.ShouldNotBeNull();
    }

    private static ObjectKey KeyOf(TwinKind kind, string key) => kind.Namespaced ? new ObjectKey(key.Split('/')[0], key.Split('/')[1]) : new ObjectKey("", key);

    private SimulatedTwins NewTwins() => new(Server.Host, Server.Store, new EngineOptions { Holder = Server.Holder }, this, Server.Clock);
}
