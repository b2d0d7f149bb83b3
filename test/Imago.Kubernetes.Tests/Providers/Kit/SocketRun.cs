using System.Collections.Immutable;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>A pool of three nodes upgraded in virtual time by the production reconciler, whose provider is on the other side of a socket.</summary>
internal sealed class SocketRun : IReconcileObserver, IAsyncDisposable
{
    public const string Old = "AKSUbuntu-2204gen2containerd-202606.19.0";

    private static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(Served.Image), Served.Now - Duration.FromDays(3))], []);

    private readonly ClusterReconciler _reconciler;
    private readonly ClusterSpec _spec;
    private readonly Served _served;

    private SocketRun(SimulatedWorld world, Served served, TimeProvider clock, ClusterSpec spec)
    {
        (World, _served, _spec) = (world, served, spec);
        _reconciler = new ClusterReconciler(world.Connect(), served.Client, clock, new ReconcilerOptions { Holder = "test" }, this);
    }

    public SimulatedWorld World { get; }

    /// <summary>What was asked of the provider, in order.</summary>
    public List<ProviderRequest> Asked { get; } = [];

    public RolloutRecord Record => World.Records.Single();

    public static async Task<SocketRun> StartAsync(UpgradeSettings settings, WorldSettings? world = null, string kubernetes = "1.35.0", Func<Microsoft.AspNetCore.Http.HttpContext, Func<Task>, Task>? around = null)
    {
        var blueprint = new ClusterBlueprint { Name = "shop", Nodes = [Node("n1"), Node("n2"), Node("n3")], Pods = [] };
        var simulated = new SimulatedWorld(blueprint, (world ?? new WorldSettings()) with { Timing = new TimingModel { Spread = 0 } }, new Seed(1), Served.Now);
        var clock = new WorldClock(() => simulated.Time.Now);
        KubernetesVersion? version = KubernetesVersion.TryParse(kubernetes, out var read) ? read : null;
        var spec = new ClusterSpec
        {
            Name = "shop",
            Pools = [new PoolSpec { Name = "apps", Family = NodeImage.Parse(Served.Image).Family, Kubernetes = version, Settings = settings }],
        };
        return new SocketRun(simulated, await Served.StartAsync(simulated.Provider, around, clock), clock, spec);
    }

    /// <summary>One pass.</summary>
    public ValueTask<Instant?> PassAsync() => _reconciler.ReconcileAsync(_spec, Catalog, CancellationToken.None);

    /// <summary>Passes until the rollout has ended and nothing of it is left to do.</summary>
    public async Task<RolloutRecord> ToEndAsync()
    {
        for (var passes = 0; passes < 5000; passes++)
        {
            var wake = await PassAsync();
            if (World.Records.SingleOrDefault() is { Ended: true } record && record.SurgeNodes.Values.All(s => !s.Counts))
            {
                return record;
            }

            var limit = Instant.Min(wake ?? Instant.MaxValue, World.Time.Now + Duration.FromSeconds(20));
            while (World.Time.Step(limit))
            {
            }
        }

        throw new InvalidOperationException($"The rollout does not end: {Record}");
    }

    public IEnumerable<string> Images() => World.Look().Nodes.Values.OrderBy(n => n.Name, StringComparer.Ordinal).Select(n => n.Image.Text);

    public void Decided(ClusterInput input, ClusterPlan plan)
    {
    }

    public void Decided(ClusterInput input, RolloutPlan plan)
    {
    }

    public void Acting(RolloutAction action)
    {
        if (action is RolloutAction.AskProvider ask)
        {
            Asked.Add(ask.Request);
        }
    }

    public void Refused(RolloutAction action, string answer)
    {
    }

    public ValueTask DisposeAsync() => _served.DisposeAsync();

    private static NodeBlueprint Node(string name) => new()
    {
        Name = name,
        Uid = $"uid-{name}",
        Pool = "apps",
        Zone = "z1",
        Image = Old,
        KubeletVersion = "v1.35.0",
        Labels = new Dictionary<string, string>(StringComparer.Ordinal) { ["agentpool"] = "apps", ["kubernetes.io/hostname"] = name }.ToImmutableSortedDictionary(StringComparer.Ordinal),
        Allocatable = Resources.None with { MilliCpu = 4000, MemoryBytes = 16L << 30, Pods = 30 },
    };
}
