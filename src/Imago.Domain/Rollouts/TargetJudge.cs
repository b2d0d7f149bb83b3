using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Records;

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
    /// <remarks>Rules: UP-9, CH-30, CH-31, CH-33, CH-91, IM-8, IM-9, IM-10, CH-50, CH-13.</remarks>
    public static NodeNeed Assess(Node node, RolloutTarget target, ReleaseCatalog catalog)
    {
        // CH-89: auto-provisioned nodes follow their own drift logic; they are reported, not rolled.
        if (node.AutoProvisioned)
        {
            return new NodeNeed.NotTaken(new Reason(
                ReasonCode.AutoProvisioned, $"Node '{node.Name}' is managed by a node auto-provisioner, which replaces it by its own drift logic."));
        }

        return target switch
        {
            // Current means equal where the catalogue knows nothing about the images.
            RolloutTarget.Opaque(var text) => string.Equals(node.Image.Text, text, StringComparison.Ordinal)
                ? NodeNeed.Nothing.Instance
                : new NodeNeed.Work(NodeWork.Reimage, text, null),
            RolloutTarget.Image(var image) => ForImage(node, image),
            RolloutTarget.Reimage reimage => ForReimage(node, reimage),
            RolloutTarget.Patch patch => ForPatch(node, patch, catalog),

            // CH-13: whatever image it runs, it keeps it.
            RolloutTarget.Reboot => node.RebootDue ? new NodeNeed.Work(NodeWork.Reimage, node.Image.Text, null) : NodeNeed.Nothing.Instance,
            _ => throw new InvalidOperationException($"Target {target.GetType().Name} is not known."),
        };
    }

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
