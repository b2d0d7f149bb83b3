using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Domain.Rollouts;

/// <summary>What a node needs to be at a target.</summary>
public abstract record NodeNeed
{
    private NodeNeed()
    {
    }

    /// <summary>Nothing: it is there.</summary>
    public sealed record Nothing : NodeNeed
    {
        /// <summary>The one instance.</summary>
        public static Nothing Instance { get; } = new();
    }

    /// <summary>Work.</summary>
    /// <param name="Kind">Live patch or reimage.</param>
    /// <param name="Image">Image the node is to run afterwards; unchanged for a live patch.</param>
    /// <param name="Level">Patch level to reach; null outside SecurityPatch.</param>
    public sealed record Work(NodeWork Kind, string Image, PatchLevel? Level) : NodeNeed;

    /// <summary>The node is not taken to this target.</summary>
    public sealed record NotTaken(Reason Why) : NodeNeed;
}

/// <summary>Compares one node with a target. Total: unknown images are never "current by default".</summary>
public static class TargetJudge
{
    /// <summary>What the node needs.</summary>
    /// <param name="node">The node.</param>
    /// <param name="target">Where it is to go.</param>
    /// <param name="catalog">What has been released.</param>
    /// <param name="pool">The node's pool; null: whether the node is patched in place follows from its image alone.</param>
    /// <param name="now">When it is asked; null: whether an agent is silent is not judged.</param>
    /// <remarks>Rules: UP-9, CH-30, CH-31, CH-33, CH-37, CH-91, IM-8, IM-9, IM-10, CH-50, NM-34.</remarks>
    public static NodeNeed Assess(Node node, RolloutTarget target, ReleaseCatalog catalog, PoolSpec? pool = null, Instant? now = null)
    {
        // CH-89: auto-provisioned nodes follow their own drift logic; they are reported, not rolled.
        if (node.AutoProvisioned)
        {
            return new NodeNeed.NotTaken(new Reason(
                ReasonCode.AutoProvisioned, $"Node '{node.Name}' is managed by a node auto-provisioner, which replaces it by its own drift logic."));
        }

        // CH-13: whatever image it runs, it keeps it, and whatever its agent thinks of levels.
        if (target is RolloutTarget.Reboot)
        {
            return !node.RebootDue ? NodeNeed.Nothing.Instance
                : pool is { Provider.InPlace: true } && MachineJudge.Absence(node, now) is { } absence ? new NodeNeed.NotTaken(absence)
                : new NodeNeed.Work(NodeWork.Reimage, node.Image.Text, null);
        }

        return MachineJudge.IsMachine(node, pool) ? ForMachine(node, target, catalog, now) : ByImage(node, target, catalog);
    }

    /// <summary>What the node needs by its image and level alone, whoever would do it.</summary>
    internal static NodeNeed ByImage(Node node, RolloutTarget target, ReleaseCatalog catalog) => target switch
    {
        // Current means equal where the catalogue knows nothing about the images.
        RolloutTarget.Opaque(var text) => string.Equals(node.Image.Text, text, StringComparison.Ordinal)
            ? NodeNeed.Nothing.Instance
            : new NodeNeed.Work(NodeWork.Reimage, text, null),
        RolloutTarget.Image(var image) => ForImage(node, image),
        RolloutTarget.Reimage reimage => ForReimage(node, reimage),
        RolloutTarget.Patch patch => ForPatch(node, patch, catalog),
        _ => throw new InvalidOperationException($"Target {target.GetType().Name} is not known."),
    };

    private static NodeNeed ForMachine(Node node, RolloutTarget target, ReleaseCatalog catalog, Instant? now)
    {
        // CH-50: a channel change switches the updater of a machine that is patched in place, and that is all it has to do.
        if (target is RolloutTarget.Reimage)
        {
            return NodeNeed.Nothing.Instance;
        }

        var (need, level) = (ByImage(node, target, catalog), LevelOf(target, catalog));
        if (need is not NodeNeed.Work work)
        {
            // A machine gets its first image label from its agent: without one the missing agent is what has to be told.
            return node is { Agent: null, Image.IsKnown: false } && level is { } wanted && MachineJudge.Obstacle(node, wanted, now) is { } missing ? new NodeNeed.NotTaken(missing) : need;
        }

        // CH-91, IM-11: packages never go back, so a machine that is patched beyond the moment of an image waits for a later one.
        if (target is RolloutTarget.Image && node.ReachedLevel is { } reached && reached > level)
        {
            return new NodeNeed.NotTaken(new Reason(
                ReasonCode.NewerThanTarget, $"Node '{node.Name}' is patched to level {reached}, which is later than '{work.Image}' (level {level}). Packages never go back; the next image takes it along."));
        }

        // CH-37: its agent is told at once, outside rollouts.
        return node.NotPatchedYet
            ? new NodeNeed.NotTaken(MachineJudge.Obstacle(node, level ?? default, now) is { Code: not ReasonCode.FixesHeld } obstacle ? obstacle : new Reason(
                ReasonCode.NotPatchedYet, $"Node '{node.Name}' has joined, and takes no work before its agent has brought it to '{target.Name}'.", Event: "its agent reports the level"))
            : MachineJudge.Refine(node, work, level, target is RolloutTarget.Patch { LivePatching: true }, now);
    }

    /// <summary>The level that a machine has at a target; null where a target names no moment.</summary>
    internal static PatchLevel? LevelOf(RolloutTarget target, ReleaseCatalog catalog) => target switch
    {
        RolloutTarget.Patch patch => patch.Level,
        RolloutTarget.Image(var image) => InPlaceOperations.LevelOf(image, catalog.Find(image)?.Archive),
        RolloutTarget.Opaque(var text) => InPlaceOperations.LevelOf(NodeImage.Parse(text), null),
        _ => null,
    };

    private static NodeNeed ForImage(Node node, NodeImage target)
    {
        // IM-8: a value without a readable version is never up to date by default and may move to the target.
        if (!node.Image.IsKnown)
        {
            return new NodeNeed.Work(NodeWork.Reimage, target.Text, null);
        }

        // UP-9: a node already at the target is not touched. IM-9: compared within one family only.
        return NodeImage.Compare(node.Image, target) switch
        {
            ImageOrder.Equal => NodeNeed.Nothing.Instance,
            ImageOrder.Older => new NodeNeed.Work(NodeWork.Reimage, target.Text, null),

            // CH-91, IM-10: a channel never goes back. A patched base image that is newer than the target's base counts as newer.
            ImageOrder.Newer => new NodeNeed.NotTaken(new Reason(
                ReasonCode.NewerThanTarget, $"Node '{node.Name}' runs '{node.Image.Text}', which is newer than '{target.Text}'. Channels never go back.")),
            _ => new NodeNeed.NotTaken(new Reason(
                ReasonCode.ImageFamilyDiffers,
                $"Node '{node.Name}' runs '{node.Image.Text}', which is of another family than '{target.Text}' and cannot be compared with it. Change the pool's OS SKU, or name a target of its family.")),
        };
    }

    // CH-50: whatever it runs, if it was made before. CH-51: with the image it has, unless the pool's is newer; CH-91: never back.
    private static NodeNeed ForReimage(Node node, RolloutTarget.Reimage target) => node.CreatedAt >= target.Before
        ? NodeNeed.Nothing.Instance
        : new NodeNeed.Work(NodeWork.Reimage, NodeImage.Compare(node.Image, target.To) == ImageOrder.Older ? target.To.Text : node.Image.Text, null);

    private static NodeNeed ForPatch(Node node, RolloutTarget.Patch target, ReleaseCatalog catalog)
    {
        if (!node.Image.IsKnown)
        {
            return new NodeNeed.NotTaken(new Reason(
                ReasonCode.ImageVersionUnknown, $"Node '{node.Name}' states the image '{node.Image.Text}', which carries no version: its patch level is unknown. Channel NodeImage would move it to a known image."));
        }

        var level = PatchedLevel(node);
        if (level >= target.Level)
        {
            return NodeNeed.Nothing.Instance;
        }

        // CH-33: decided per node, from its own level to the target: a reboot is needed if any level passed on the way needs one.
        var live = target.LivePatching && catalog.RebootNeeded(node.Image, level, target.Level) == false;

        // CH-30: no reboot, so applied in place. CH-31: else by a rolling reimage to the patched image, whose name says so (IM-5).
        return live
            ? new NodeNeed.Work(NodeWork.LivePatch, node.Image.Text, target.Level)
            : new NodeNeed.Work(NodeWork.Reimage, node.Image.WithPatch(target.Level.Date).Text, target.Level);
    }

    /// <summary>The patch level a node has: what its agent reports, or what its image includes, whichever is later.</summary>
    /// <remarks>Rules: IM-11, CH-34.</remarks>
    public static PatchLevel PatchedLevel(Node node)
    {
        var ofImage = PatchLevel.OfDate(node.Image.PatchedLevel);
        return node.ReachedLevel is { } reached && reached > ofImage ? reached : ofImage;
    }
}
