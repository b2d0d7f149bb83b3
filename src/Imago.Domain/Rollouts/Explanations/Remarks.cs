using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Rollouts.Explanations;

/// <summary>What is worth knowing about a node besides what decides: drift, reboots, age, withdrawals.</summary>
internal static class Remarks
{
    // IM-40: a pool on an image older than 90 days is out of support.
    private const int DaysOfSupport = 90;

    /// <summary>Whether something newer than the node's image has been published anywhere; shown where the channel does not act on it.</summary>
    /// <remarks>CH-10, CH-11: drift is shown although nobody acts.</remarks>
    public static Reason? Drift(ClusterInput input, Node node)
    {
        if (!node.Image.IsKnown || input.Catalog.NewestAnywhere(node.Image.Family, input.Now) is not { } newest
            || NodeImage.Compare(node.Image, newest.Image) != ImageOrder.Older)
        {
            return null;
        }

        var lag = Period.DaysBetween(node.Image.Version.Date, newest.Image.Version.Date) switch
        {
            0 => "a later build of the same day",
            1 => "1 day newer",
            var days => $"{days} days newer",
        };
        return new Reason(ReasonCode.Drift, $"It runs '{node.Image.Text}'; '{newest.Image.Text}' is {lag}. Upgrade the node image by hand, or choose a channel that does.");
    }

    /// <summary>The remarks that follow the reasons of any node.</summary>
    public static IEnumerable<Reason> Of(ClusterInput input, PoolSpec pool, Node node, bool atTarget)
    {
        // IM-37: nodes stay on a withdrawn image until a newer one exists.
        if (input.Catalog.IsWithdrawn(node.Image, input.Now))
        {
            yield return new Reason(
                ReasonCode.ImageWithdrawn, $"Image '{node.Image.Text}' has been withdrawn. The node stays on it until a newer one exists; going back is a rollback by hand.",
                Event: "a newer image is released");
        }

        // A machine that is patched in place keeps the image that it was installed from; its age says nothing about its packages (IM-5).
        if (node.Image is { IsKnown: true, Family: not { IsOfMachines: true } } && Period.DaysBetween(node.Image.PatchedLevel, input.Now.InUtc().Date) is var age && age > DaysOfSupport)
        {
            yield return new Reason(ReasonCode.ImageOutOfSupport, $"Its image is {age} days old; images are supported for {DaysOfSupport} days.");
            if (atTarget)
            {
                // IM-43: the last image of a retired family stays the latest.
                yield return new Reason(
                    ReasonCode.NoReleaseAvailable, $"Nothing newer is published for family '{node.Image.Family}'. Move the pool to another OS SKU if the family is retired.",
                    Event: "a newer image is released");
            }
        }

        // CH-13: the marker is shown whatever the channel; under Unmanaged nobody of ours reboots.
        if (PendingReboots.Of(input, pool, node) is { } pending)
        {
            yield return pending;
        }

        if (atTarget && NotHereYet(input, pool, node) is { } coming)
        {
            yield return coming;
        }
    }

    // IM-32: published somewhere, not here yet.
    private static Reason? NotHereYet(ClusterInput input, PoolSpec pool, Node node)
    {
        if (input.Spec.Channel != Channels.NodeOsChannel.NodeImage || pool.Family is not { } family || pool.RequestedTarget is not null
            || input.Catalog.NewestAnywhere(family, input.Now) is not { } newest || NodeImage.Compare(node.Image, newest.Image) != ImageOrder.Older)
        {
            return null;
        }

        var opens = ReleaseCatalog.Opens(newest.PublishedAt, input.Spec.Ring);
        return opens > input.Now
            ? new Reason(ReasonCode.NotYetReleasedHere, $"'{newest.Image.Text}' has been released and reaches this region at {InstantPattern.General.Format(opens)}.", opens)
            : null;
    }
}
