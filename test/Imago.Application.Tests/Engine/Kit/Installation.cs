using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Serving;
using Imago.Simulation.Worlds;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Application.Tests.Engine.Kit;

/// <summary>
/// A server without its doors: an engine over a store and served simulated clusters, one cluster in it, a clock that the test moves. What an API would write, the test
/// writes.
/// </summary>
internal sealed class Installation : IIntentReader, ICatalogSource
{
    public const string ClusterId = "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg-shop/providers/Microsoft.ContainerService/managedClusters/shop-prod";
    public const string Old = "AKSUbuntu-2204gen2containerd-202606.19.0";
    public const string New = "AKSUbuntu-2204gen2containerd-202608.06.1";

    public static readonly string Key = ClusterId.ToLowerInvariant();
    public static readonly Instant Start = Instant.FromUtc(2026, 8, 10, 0, 0);

    private readonly List<ImageRelease> _releases = [new(NodeImage.Parse(Old), Start - Duration.FromDays(40))];
    private int _operations;

    public Installation(MemoryStore? store = null)
    {
        Store = store ?? new MemoryStore();
        Boot();
    }

    public MemoryStore Store { get; }

    public TimedClock Clock { get; } = new(Start);

    public SimulatedClusterHost Host { get; private set; } = null!;

    public ClusterEngine Engine { get; private set; } = null!;

    public EngineMetrics Metrics { get; private set; } = null!;

    public EngineOptions Options { get; private set; } = new() { Holder = "test" };

    /// <summary>How often the process was started.</summary>
    public int Boots { get; private set; }

    public Func<ClusterSpec, ClusterSpec> Spec { get; set; } = s => s;

    public Func<PoolSpec, PoolSpec> Pool { get; set; } = p => p;

    /// <summary>What stands between the engine and the clusters; takes effect with the next <see cref="Boot"/>.</summary>
    public Func<SimulatedClusterHost, IClusterHost> Between { get; set; } = h => h;

    public ReleaseCatalog Current => ReleaseCatalog.Of(_releases, []);

    public ValueTask RefreshAsync(CancellationToken cancellation) => ValueTask.CompletedTask;

    public ClusterStatus Cluster => StatusText.ReadCluster(Store[Key].Status);

    public static string PoolKey(string pool) => $"{Key}/agentpools/{pool}";

    public PoolStatus PoolStatus(string pool) => StatusText.ReadPool(Store[PoolKey(pool)].Status);

    /// <summary>The process is gone; another one begins with what is stored.</summary>
    public void Boot()
    {
        Options = Options with { Holder = $"test-{++Boots}" };
        Host = new SimulatedClusterHost(Store, Clock, new ServedClusterOptions { World = new WorldSettings { Timing = new TimingModel { Spread = 0 } }, Workloads = SampleWorkloads.None });
        Metrics?.Dispose();
        Metrics = new EngineMetrics();
        Engine = new ClusterEngine(Store, this, Between(Host), this, Clock, Options, Metrics, NullLogger<ClusterEngine>.Instance);
    }

    public void Release(string image) => _releases.Add(new ImageRelease(NodeImage.Parse(image), Clock.Now));

    /// <summary>What a PUT of a cluster with these pools writes.</summary>
    public async Task<string> CreateAsync(params (string Name, int Count)[] pools)
    {
        var id = await WriteAsync(OperationKind.CreateCluster, null, [
            Create(ClusterId, ResourceTypes.ManagedCluster, StatusText.Write(new ClusterStatus { KubernetesVersion = "1.35.6" }), "{}"),
            .. pools.Select(p => Create($"{ClusterId}/agentPools/{p.Name}", ResourceTypes.AgentPool, StatusText.Write(new PoolStatus { KubernetesVersion = "1.35.6" }), $"{p.Count}")),
        ]);
        return id;
    }

    /// <summary>What a request writes that begins an operation: its writes, the operation, the nudge.</summary>
    public async Task<string> WriteAsync(OperationKind kind, string? pool, ImmutableArray<ResourceWrite> writes, string? target = null)
    {
        var id = $"00000000-0000-4000-8000-{++_operations:d12}";
        var operation = new StoredOperation
        {
            Id = id, Kind = kind, Status = OperationStatus.InProgress, ResourceId = pool is null ? ClusterId : $"{ClusterId}/agentPools/{pool}", ClusterKey = Key, Pool = pool,
            SubscriptionId = "11111111-2222-3333-4444-555555555555", Location = "north-1", StartedAt = Clock.Now, CorrelationId = $"corr-{id}", Caller = "anna", TargetOperationId = target, Version = 1,
        };
        var outcome = await Store.CommitAsync(new StoreBatch { Resources = writes, Operations = [new OperationWrite(operation)], Nudges = [(Key, Clock.Now)] }, CancellationToken.None);
        return outcome.Committed ? id : throw new InvalidOperationException(outcome.Conflict);
    }

    public Task<string> AskAsync(OperationKind kind, string? pool = null, string? target = null) => WriteAsync(kind, pool, [], target);

    public StoredOperation Operation(string id) => Store.Operations.Single(o => o.Id == id);

    /// <summary>Somebody changed something that no operation tells of.</summary>
    public async Task NudgeAsync() => await Store.CommitAsync(new StoreBatch { Nudges = [(Key, Clock.Now)] }, CancellationToken.None);

    /// <summary>Passes whenever a wake is due, until an instant, or until a condition holds; moves the clock from wake to wake.</summary>
    public async Task RunAsync(Duration span, Func<bool>? until = null)
    {
        var end = Clock.Now + span;
        while (until is null || !until())
        {
            var wake = Store.Wake(Key);
            if (wake?.At is not { } at || at > end)
            {
                Clock.MoveTo(end);
                return;
            }

            Clock.MoveTo(at);
            if (await PassAsync(wake) is { Outcome: PassOutcome.HeldElsewhere, WakeAt: { } later })
            {
                Clock.MoveTo(later);
            }

            if (Store.Wake(Key)?.At <= Clock.Now)
            {
                Clock.MoveTo(Clock.Now + Duration.FromMilliseconds(1));
            }
        }
    }

    /// <summary>A pass that may find the process dead.</summary>
    private async Task<PassResult?> PassAsync(ClusterWake wake)
    {
        try
        {
            return await Engine.PassAsync(wake, CancellationToken.None);
        }
        catch (Exception failure) when (Killed)
        {
            Killed = false;
            Deaths.Add(failure.Message);
            Boot();
            return null;
        }
    }

    /// <summary>Set when the process has died; whatever its pass throws then is thrown by nobody.</summary>
    public bool Killed { get; set; }

    public List<string> Deaths { get; } = [];

    public ClusterIntent Read(ImmutableArray<StoredResource> resources, Instant now)
    {
        var status = StatusText.ReadCluster(resources.Single(r => r.Type == ResourceTypes.ManagedCluster).Status);
        var limits = resources.FirstOrDefault(r => r.Type == ResourceTypes.Attachment) is { } attachment ? StatusText.ReadAttachment(attachment.Status).Provider : null;
        var pools = resources.Where(r => r.Type == ResourceTypes.AgentPool).Select(p => Intent(p, limits)).ToImmutableArray();
        var spec = Spec(new ClusterSpec
        {
            Name = "shop-prod",
            Channel = NodeOsChannel.NodeImage,
            Running = status.Running,
            WindowOverrideUntil = status.WindowOverrideUntil,
            Pause = status.Pause is { } pause ? new Pause(pause.By, pause.Since, pause.Why) : null,
        });
        return new ClusterIntent(spec with { Pools = [.. pools.Select(p => p.Spec)] }, pools, "north-1");
    }

    private PoolIntent Intent(StoredResource stored, ProviderLimits? limits)
    {
        var spec = Pool(new PoolSpec
        {
            Name = stored.Id[(stored.Id.LastIndexOf('/') + 1)..],
            Family = NodeImage.Parse(Old).Family,
            Kubernetes = new KubernetesVersion(1, 35, 6),
            Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(1), Canary = Canary.None },
        });
        spec = limits is null ? spec : spec with { Provider = limits.For(spec.Name) };
        return new PoolIntent(spec, CountOf(stored.Document), [], ImmutableSortedDictionary<string, string>.Empty, [], "Ubuntu2204", "Standard_D4ds_v5");
    }

    // Pools of attached clusters have documents of their own.
    private static int CountOf(string document) => document.StartsWith('{') ? (int)JsonNode.Parse(document)!["properties"]!["count"]! : int.Parse(document);

    private ResourceWrite.Create Create(string id, string type, string status, string document)
    {
        var key = id.ToLowerInvariant();
        return new ResourceWrite.Create(new StoredResource
        {
            Key = key, Id = id, Type = type, ParentKey = key[..key.LastIndexOf('/')], ClusterKey = Key, Document = document, Status = status, CreatedAt = Clock.Now, ChangedAt = Clock.Now,
        }) { Key = key };
    }
}
