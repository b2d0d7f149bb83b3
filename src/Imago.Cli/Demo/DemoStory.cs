using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Presets;
using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>What the demo tells: a cluster, what is asked of it, and the time between which it plays. All versions and dates are real ones of the catalogue.</summary>
/// <param name="Title">What happens, in a sentence.</param>
/// <param name="Blueprint">The cluster at the beginning.</param>
/// <param name="Spec">What is asked of it.</param>
/// <param name="Start">Beginning.</param>
/// <param name="End">End, unless everything is done before.</param>
internal sealed record DemoStory(string Title, ClusterBlueprint Blueprint, ClusterSpec Spec, Instant Start, Instant End)
{
    /// <summary>Under which terms, in a sentence.</summary>
    public string Terms => $"{Blueprint.Nodes.Length} nodes in {Spec.Pools.Length} pools{(Acts ? ", window daily 01:00-05:00 UTC, surge 1, one node tries a new image first" : "")}. All times are UTC.";

    /// <summary>Whether the channel does anything by itself.</summary>
    public bool Acts => Spec.Channel is NodeOsChannel.NodeImage or NodeOsChannel.SecurityPatch;

    /// <summary>The story of a channel.</summary>
    public static DemoStory Of(NodeOsChannel channel) => channel switch
    {
        // 202608.06.1 was published on 2026-08-10: an hour before the window opens.
        NodeOsChannel.NodeImage => Tell(
            channel, "A new node image appears; the nightly window opens; nodes move to it, one surge at a time.",
            "AKSUbuntu-2204gen2containerd-202607.29.0", Instant.FromUtc(2026, 8, 9, 22, 0), Duration.FromDays(2)),

        // Level 20260720 (published 07-23) needs no reboot, 20260814 (published 08-20) does.
        NodeOsChannel.SecurityPatch => Tell(
            channel, "Two security patch levels appear: one that is applied live, and one that needs a reboot.",
            "AKSUbuntu-2204gen2containerd-202606.19.0-2026.07.06", Instant.FromUtc(2026, 7, 22, 22, 0), Duration.FromDays(31)),
        _ => Tell(
            channel, $"Channel {channel}: Imago leaves the nodes alone and says what they miss.",
            "AKSUbuntu-2204gen2containerd-202607.29.0", Instant.FromUtc(2026, 8, 9, 22, 0), Duration.FromDays(2)),
    };

    private static DemoStory Tell(NodeOsChannel channel, string title, string image, Instant start, Duration length)
    {
        var blueprint = DemoCluster.Create(NodeImage.Parse(image), start - Duration.FromDays(10));

        // The soak makes the apps pool outlast its window, so that the story shows what the end of a window means.
        var settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(1), NodeSoak = Duration.FromMinutes(20) };
        var spec = new ClusterSpec
        {
            Name = blueprint.Name,
            Channel = channel,
            Attached = true,
            Window = new MaintenanceConfiguration(
                ConfigurationKind.NodeOsUpgrade,
                new MaintenanceWindow(new Schedule.Daily(1), 4, new LocalTime(1, 0), Offset.Zero, start.InUtc().Date, [])),
            Pools = [.. PoolDiscovery.Discover(blueprint.PoolFacts).Select(p => p.Spec with { Settings = settings })],
        };
        return new DemoStory(title, blueprint, spec, start, start + length);
    }
}
