using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Runs;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Kit;

/// <summary>A world with one reconciler, run until a limit.</summary>
internal sealed class Run : IReconcileObserver, ITraceSink
{
    public static readonly Instant Start = Instant.FromUtc(2026, 8, 10, 0, 0);

    private readonly Func<ClusterSpec> _spec;

    public Run(ClusterBlueprint blueprint, Func<ClusterSpec> spec, ReleaseCatalog catalog, WorldSettings? settings = null, ulong seed = 1)
    {
        _spec = spec;
        World = new SimulatedWorld(blueprint, settings ?? new WorldSettings(), new Seed(seed), Start, this);
        var options = new ReconcilerOptions { Holder = "test" };
        Host = new ReconcilerHost(World, new ClusterReconciler(World.Connect(), World.Provider, World.Clock, options, this), _spec, () => catalog, options.ChangeCoalescing);
        Host.Start();
    }

    public SimulatedWorld World { get; }

    public ReconcilerHost Host { get; }

    public List<TraceEvent> Trace { get; } = [];

    public RolloutRecord Record(string pool = "apps") => World.Records.Single(r => r.Pool == pool);

    public Run For(Duration span)
    {
        var limit = World.Time.Now + span;
        while (World.Time.Step(limit))
        {
        }

        return this;
    }

    public void Decided(ClusterInput input, ClusterPlan plan)
    {
    }

    public void Decided(ClusterInput input, RolloutPlan plan)
    {
    }

    public void Acting(RolloutAction action)
    {
    }

    public void Refused(RolloutAction action, string answer)
    {
    }

    public void Write(TraceEvent happened) => Trace.Add(happened);
}
