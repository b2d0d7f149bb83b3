using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Kit;

/// <summary>A world without a reconciler: the test does what a client would do. Durations are exact unless settings say otherwise.</summary>
internal sealed class TestWorld : ITraceSink
{
    public static readonly WorldSettings Exact = new() { Timing = new TimingModel { Spread = 0 } };

    private readonly IClusterConnection _client;

    public TestWorld(ClusterBlueprint blueprint, WorldSettings? settings = null, ulong seed = 1)
    {
        World = new SimulatedWorld(blueprint, settings ?? Exact, new Seed(seed), Run.Start, this);
        _client = World.Connect();
    }

    public SimulatedWorld World { get; }

    public List<TraceEvent> Trace { get; } = [];

    /// <summary>Seconds since the start.</summary>
    public double Seconds => (World.Time.Now - Run.Start).TotalSeconds;

    public TestWorld For(double seconds)
    {
        var limit = World.Time.Now + Duration.FromSeconds(seconds);
        while (World.Time.Step(limit))
        {
        }

        return this;
    }

    public Pod? Pod(string name) => World.Look().Pods.TryGetValue(Blue.Key(name), out var entry) ? entry.Pod : null;

    public Node? Node(string name) => World.Look().Nodes.GetValueOrDefault(name);

    public DisruptionBudget Budget(string name) => World.Look().Budgets[Blue.Key(name)];

    public List<Pod> PodsOf(string app) =>
        [.. World.Look().Pods.Values.Select(e => e.Pod).Where(p => p.Labels.GetValueOrDefault("app") == app).OrderBy(p => p.Key)];

    public EvictionOutcome Evict(string pod, string? uid = null) =>
        Now(_client.EvictAsync(new RolloutAction.EvictPod(Blue.Key(pod), uid ?? Pod(pod)?.Uid ?? "uid", "node"), CancellationToken.None));

    public EvictionOutcome Delete(string pod, string? uid = null) =>
        Now(_client.DeletePodAsync(new RolloutAction.DeletePod(Blue.Key(pod), uid ?? Pod(pod)?.Uid ?? "uid", "node"), CancellationToken.None));

    public PatchOutcome Update(string node, NodeUpdate update, string? version = null) =>
        Now(_client.UpdateNodeAsync(new RolloutAction.UpdateNode(node, version ?? Node(node)!.ResourceVersion, update), CancellationToken.None));

    public ProviderOperation Ask(string id, ProviderVerb verb, string node, string? image = Blue.NewImage, PatchLevel? level = null, long epoch = 1, string pool = "apps") =>
        Now(World.Provider.BeginAsync(new ProviderRequest(id, verb, pool, node, image, level, epoch), CancellationToken.None));

    public void Write(TraceEvent happened) => Trace.Add(happened);

    // Everything in the simulated world completes at once.
    private static T Now<T>(ValueTask<T> task)
    {
        task.IsCompletedSuccessfully.ShouldBeTrue();
        return task.GetAwaiter().GetResult();
    }
}
