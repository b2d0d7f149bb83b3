using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>What a forecast is asked: whether it can be answered, its target for each pool, and a catalogue in which it has been released.</summary>
internal sealed class AskedTargets
{
    // A horizon beyond it says nothing about nodes: their images are out of support long before.
    private static readonly Duration LongestHorizon = Duration.FromDays(366);

    private readonly ImmutableArray<ImageRelease> _images;
    private readonly ImmutableArray<PatchRelease> _patches;

    public AskedTargets(ForecastQuestion question, ClusterSpec spec, Instant now)
    {
        var images = spec.Pools.ToDictionary(p => p.Name, p => ImageOf(question.Image, p), StringComparer.Ordinal);
        _images = [.. images.Values.OfType<NodeImage>().Distinct().Select(i => new ImageRelease(i, now))];
        _patches = question.PatchLevel is { } level
            ? [.. spec.Pools.Select(p => p.Family?.PatchTrack).OfType<string>().Distinct(StringComparer.Ordinal).Select(t => new PatchRelease(t, level, now, null, false))]
            : [];
        Refusal = RefusalOf(question, spec) ?? (question.Image is null || _images.Length > 0
            ? null
            : $"'{question.Image}' is neither an image nor a version of a family that a node pool of cluster '{spec.Name}' runs. Write one such as 202607.02.0.");
        Spec = spec with
        {
            Pools = [.. spec.Pools.Select(p => p with { RequestedTarget = Target(images[p.Name], question.PatchLevel, spec.LivePatching) ?? p.RequestedTarget })],
        };
    }

    /// <summary>Why there is no forecast; null: there is one.</summary>
    public string? Refusal { get; }

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

    private static string? RefusalOf(ForecastQuestion question, ClusterSpec spec)
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
}
