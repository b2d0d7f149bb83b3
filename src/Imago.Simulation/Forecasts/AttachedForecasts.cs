using Imago.Application.Attachments;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Dumps;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>
/// Forecasts of attached clusters: a picture of the cluster is taken, read as a dump would be, and goes on in virtual time under the same planner and the cluster's own
/// settings. A rollout that is under way is forecast as if it began now.
/// </summary>
public sealed class AttachedForecasts(IAttachments attachments, IClusterDump dumps, IClusterViewer viewer, IStore store, IIntentReader intents, ICatalogSource catalog, TimeProvider clock) : IForecasts
{
    // What makes durations and the scheduler's choices differ is the same each time, so that two forecasts differ only if the cluster did.
    private static readonly Seed Seed = new(1);

    /// <inheritdoc />
    public async ValueTask<ForecastAnswer?> ForecastAsync(string clusterKey, ForecastQuestion question, CancellationToken cancellation)
    {
        var resources = await store.ClusterAsync(clusterKey, cancellation);
        if (resources.IsEmpty || await attachments.FindAsync(clusterKey, cancellation) is not { } attachment || await viewer.LookAsync(clusterKey, cancellation) is not { } picture)
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

        await using var stream = await dumps.DumpAsync(attachment, cancellation);
        ClusterBlueprint blueprint;
        try
        {
            blueprint = DumpReader.Read(stream, new DumpOptions { Name = spec.Name }, cancellation).Cluster;
        }
        catch (DumpException)
        {
            // The cluster has no nodes.
            return null;
        }

        var request = new ForecastRequest { Blueprint = InItsPools(blueprint, picture), Spec = asked.Spec, Catalog = asked.With(catalog.Current), Seed = Seed, From = now };
        request = question.Horizon is { } horizon ? request with { Horizon = horizon } : request;
        return new ForecastAnswer(ForecastText.Write(Forecaster.Run(request, cancellation)), null);
    }

    // Pools may have been chosen by selectors, which a dump knows nothing of: what the engine sees counts.
    private static ClusterBlueprint InItsPools(ClusterBlueprint blueprint, ClusterPicture picture) => blueprint with
    {
        Nodes = [.. blueprint.Nodes.Select(n => picture.View.Nodes.TryGetValue(n.Name, out var seen) ? n with { Pool = seen.Pool } : n)],
    };
}
