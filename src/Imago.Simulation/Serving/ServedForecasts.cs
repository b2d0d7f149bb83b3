using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Simulation.Serving;

/// <summary>Forecasts of served clusters: a copy of the world as it is goes on in virtual time, under the same planner and the same settings.</summary>
public sealed class ServedForecasts(SimulatedClusterHost host, IStore store, IIntentReader intents, ICatalogSource catalog, TimeProvider clock) : IForecasts
{
    public async ValueTask<ForecastAnswer?> ForecastAsync(string clusterKey, ForecastQuestion question, CancellationToken cancellation)
    {
        var world = await host.ReadAsync(clusterKey, w => w is null || w.World.State.Nodes.Count == 0 ? null : new Start(w), cancellation);
        var resources = await store.ClusterAsync(clusterKey, cancellation);
        if (world is null || resources.IsEmpty)
        {
            return null;
        }

        var now = Instant.FromDateTimeOffset(clock.GetUtcNow());
        var spec = intents.Read(resources, now).Spec;
        var asked = new AskedTargets(question, spec, now);
        if (asked.Refusal is { } refusal)
        {
            return new ForecastAnswer(null, refusal);
        }

        var request = new ForecastRequest
        {
            Blueprint = world.Blueprint,
            Spec = asked.Spec,
            Catalog = asked.With(catalog.Current),
            World = world.Settings,
            Seed = world.Seed,
            From = now,
        };
        request = question.Horizon is { } horizon ? request with { Horizon = horizon } : request;
        return new ForecastAnswer(ForecastText.Write(Forecaster.Run(request, cancellation)), null);
    }

    private sealed class Start(ServedWorld world)
    {
        public Blueprints.ClusterBlueprint Blueprint { get; } = ServedBlueprint.Of(world);

        public Worlds.WorldSettings Settings { get; } = world.World.State.Settings;

        public Seed Seed { get; } = world.World.State.Seed;
    }
}
