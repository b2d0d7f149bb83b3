using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Planning;

/// <summary>What a pool's nodes should run now, by its channel and what has been released.</summary>
public static class TargetChooser
{
    /// <summary>Fault code of a rollout that gave way to a newer target between two windows.</summary>
    public const string SupersededCode = "Superseded";

    /// <summary>The target, or why there is none.</summary>
    /// <remarks>Rules: CH-10, CH-11, CH-13, CH-16, CH-19, CH-21, IM-32, IM-41, IM-43.</remarks>
    public static (RolloutTarget? Target, Reason? Why) For(ClusterInput input, PoolSpec pool)
    {
        var channel = input.Spec.Channel;

        // MW-11, CH-87: what a person asked for does not depend on what the channel does.
        if (Requests.Waiting(input, pool) is { } request)
        {
            return Requests.TargetOf(input, pool, request);
        }

        // IM-41: snapshot pools are left alone by automatic channels.
        if (pool.PinnedBySnapshot)
        {
            return (null, new Reason(ReasonCode.PinnedBySnapshot, $"Node pool '{pool.Name}' is pinned to a snapshot. Upgrade its node image without a snapshot to follow the channel again."));
        }

        if (channel is NodeOsChannel.None or NodeOsChannel.Unspecified)
        {
            return (null, new Reason(ReasonCode.ChannelNone, "Node OS upgrade channel None: neither the OS nor Imago updates the nodes. Choose SecurityPatch or NodeImage, or upgrade by hand."));
        }

        var (level, why) = ChannelSupport.For(channel, pool.Os);
        if (level != SupportLevel.Supported)
        {
            return (null, new Reason(ReasonCode.ChannelNotSupportedForPool, $"Node OS upgrade channel {channel} does nothing for node pool '{pool.Name}' ({pool.Os}): {why}."));
        }

        // CH-11: content and time of patches are not ours; only reboots may be.
        if (channel == NodeOsChannel.Unmanaged)
        {
            return Reboots.AreDue(input, pool) ? (new RolloutTarget.Reboot(), null) : (null, Reboots.Unmanaged(pool));
        }

        if (pool.RequestedTarget is { } asked)
        {
            return Checked(input, pool, asked);
        }

        return channel == NodeOsChannel.NodeImage ? NewestImage(input, pool) : NewestPatch(input, pool);
    }

    /// <summary>Whether the channel has moved on to something newer than the rollout's target.</summary>
    internal static bool Superseded(RolloutPass pass)
    {
        if (pass.Record.Trigger != RolloutTrigger.Automatic)
        {
            return false;
        }

        var (target, _) = For(pass.Input, pass.Pool);
        return (pass.Record.Target, target) switch
        {
            (RolloutTarget.Image(var before), RolloutTarget.Image(var after)) => NodeImage.Compare(before, after) == ImageOrder.Older,
            (RolloutTarget.Patch before, RolloutTarget.Patch after) => before.Level < after.Level,
            (_, null) => false,
            var (before, after) => before != after,
        };
    }

    // UP-81: the image exists, is not withdrawn, and matches the pool's family.
    private static (RolloutTarget? Target, Reason? Why) Checked(ClusterInput input, PoolSpec pool, RolloutTarget asked)
    {
        if (asked is RolloutTarget.Patch(var level, _) && pool.Family?.PatchTrack is { } track
            && !input.Catalog.PatchesOf(track).Any(r => r.Level == level && r.PublishedAt <= input.Now))
        {
            return (null, new Reason(ReasonCode.NotInCatalogue, $"Target '{level}' is no patch level of track '{track}' that has been released. `imago images --family {pool.Family}` lists those that have."));
        }

        if (asked is not RolloutTarget.Image(var image))
        {
            return (asked, null);
        }

        if (pool.Family is { } family && image.Family != family)
        {
            return (null, new Reason(ReasonCode.ImageFamilyDiffers, $"Target '{image}' is not of family '{family}', which node pool '{pool.Name}' runs. Name a version of that family."));
        }

        if (input.Catalog.Find(image) is not { } release)
        {
            return (null, new Reason(ReasonCode.NotInCatalogue, $"Target '{image}' is not in the catalogue. `imago images --family {image.Family}` lists what is."));
        }

        return release.WithdrawnAt is { } at && at <= input.Now
            ? (null, new Reason(ReasonCode.ImageWithdrawn, $"Target '{image}' was withdrawn on {InstantPattern.General.Format(at)}. Name another version."))
            : (asked, null);
    }

    internal static (RolloutTarget? Target, Reason? Why) NewestImage(ClusterInput input, PoolSpec pool)
    {
        if (pool.Family is not { } family || !input.Catalog.Knows(family))
        {
            return (null, new Reason(ReasonCode.NotInCatalogue, $"The images of node pool '{pool.Name}'{(pool.Family is null ? "" : $" (family '{pool.Family}')")} are not in the catalogue. Name a target."));
        }

        if (input.Catalog.LatestImage(family, input.Spec.Ring, input.Now) is { } latest)
        {
            return (new RolloutTarget.Image(latest.Image), null);
        }

        // IM-32: nothing is done before a version is published here.
        var opens = input.Catalog.NextChange(family, input.Spec.Ring, input.Now);
        return (null, new Reason(ReasonCode.NotYetReleasedHere, $"No image of family '{family}' has been released here by now.", opens));
    }

    private static (RolloutTarget? Target, Reason? Why) NewestPatch(ClusterInput input, PoolSpec pool)
    {
        if (pool.Family?.PatchTrack is not { } track || input.Catalog.PatchesOf(track).IsEmpty)
        {
            return (null, new Reason(ReasonCode.NotInCatalogue, $"No security patch track covers node pool '{pool.Name}'{(pool.Family is null ? "" : $" (family '{pool.Family}')")}. Use channel NodeImage, or name a target."));
        }

        if (input.Catalog.LatestPatch(track, input.Spec.Ring, input.Now) is { } latest)
        {
            return (new RolloutTarget.Patch(latest.Level, input.Spec.LivePatching), null);
        }

        var opens = input.Catalog.NextChange(pool.Family, input.Spec.Ring, input.Now);
        return (null, new Reason(ReasonCode.NotYetReleasedHere, $"No security patch of track '{track}' has been released here by now.", opens));
    }
}
