using System.Collections.Immutable;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Forecasts;
using NodaTime;

namespace Imago.Simulation.Serving;

/// <summary>Forecasts of served clusters: a copy of the world as it is goes on in virtual time, under the same planner and the same settings.</summary>
public sealed class ServedForecasts(SimulatedClusterHost host, IStore store, IIntentReader intents, ICatalogSource catalog, TimeProvider clock) : IForecasts
{
    // A horizon beyond it says nothing about nodes: their images are out of support long before.
    private static readonly Duration LongestHorizon = Duration.FromDays(366);

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
        if (Refusal(question, spec) is { } refusal)
        {
            return new ForecastAnswer(null, refusal);
        }

        var asked = new AskedTargets(question, spec, now);
        if (!asked.SomePoolTakesIt)
        {
            return new ForecastAnswer(null, $"'{question.Image}' is neither an image nor a version of a family that a node pool of cluster '{spec.Name}' runs. Write one such as 202607.02.0.");
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

    private static string? Refusal(ForecastQuestion question, ClusterSpec spec)
    {
        if (question.Horizon is { } horizon && (horizon <= Duration.Zero || horizon > LongestHorizon))
        {
            return $"The horizon is {horizon.TotalDays:0.##} days; more than 0 and at most {LongestHorizon.Days} are allowed.";
        }

        return (question, spec.Channel) switch
        {
            ({ Image: not null, PatchLevel: not null }, _) => "An image and a patch level were asked for; one run has one target. Name one of them.",
            ({ Image: not null }, NodeOsChannel.SecurityPatch) =>
                $"Cluster '{spec.Name}' is on channel SecurityPatch, which takes patch levels, not images. Name a patch level.",
            ({ PatchLevel: not null }, NodeOsChannel.NodeImage) =>
                $"Cluster '{spec.Name}' is on channel NodeImage, which takes images, not patch levels. Name an image.",
            _ => null,
        };
    }

    private sealed class Start(ServedWorld world)
    {
        public Blueprints.ClusterBlueprint Blueprint { get; } = ServedBlueprint.Of(world);

        public Worlds.WorldSettings Settings { get; } = world.World.State.Settings;

        public Seed Seed { get; } = world.World.State.Seed;
    }

    /// <summary>The question's target for each pool, and a catalogue in which it has been released.</summary>
    private sealed class AskedTargets
    {
        private readonly ImmutableArray<ImageRelease> _images;
        private readonly ImmutableArray<PatchRelease> _patches;

        public AskedTargets(ForecastQuestion question, ClusterSpec spec, Instant now)
        {
            var images = spec.Pools.ToDictionary(p => p.Name, p => ImageOf(question.Image, p), StringComparer.Ordinal);
            _images = [.. images.Values.OfType<NodeImage>().Distinct().Select(i => new ImageRelease(i, now))];
            _patches = question.PatchLevel is { } level
                ? [.. spec.Pools.Select(p => p.Family?.PatchTrack).OfType<string>().Distinct(StringComparer.Ordinal).Select(t => new PatchRelease(t, level, now, null, false))]
                : [];
            SomePoolTakesIt = question.Image is null || _images.Length > 0;
            Spec = spec with
            {
                Pools = [.. spec.Pools.Select(p => p with { RequestedTarget = Target(images[p.Name], question.PatchLevel, spec.LivePatching) ?? p.RequestedTarget })],
            };
        }

        public bool SomePoolTakesIt { get; }

        public ClusterSpec Spec { get; }

        public ReleaseCatalog With(ReleaseCatalog known) => _images.IsEmpty && _patches.IsEmpty
            ? known
            : ReleaseCatalog.Of(
                [.. known.Families.SelectMany(f => known.ImagesOf(f)), .. _images.Where(r => known.Find(r.Image) is null)],
                [.. known.Tracks.SelectMany(t => known.PatchesOf(t)), .. _patches.Where(r => !known.PatchesOf(r.Track).Any(k => k.Level == r.Level))],
                known.DataEnd);

        private static RolloutTarget? Target(NodeImage? image, PatchLevel? level, bool livePatching) =>
            image is not null ? new RolloutTarget.Image(image) : level is { } asked ? new RolloutTarget.Patch(asked, livePatching) : null;

        // A whole name is for the pools of its family; a bare version for every pool, in its own.
        private static NodeImage? ImageOf(string? text, PoolSpec pool)
        {
            if (text is null || pool.Family is not { } family)
            {
                return null;
            }

            var whole = NodeImage.Parse(text);
            var image = whole.IsKnown ? whole : NodeImage.Parse($"{family}-{text}");
            return image.IsKnown && image.Family == family ? image : null;
        }
    }
}
