using Imago.Domain.Images;

namespace Imago.Domain.Rollouts;

/// <summary>Where a rollout takes the nodes of a pool.</summary>
public abstract record RolloutTarget
{
    private RolloutTarget()
    {
    }

    /// <summary>The target in one word: an image version, a patch level, or an opaque text. Part of rollout and operation ids.</summary>
    public abstract string Name { get; }

    /// <summary>A node image of the catalogue; channel <c>NodeImage</c>.</summary>
    public sealed record Image(NodeImage Value) : RolloutTarget
    {
        /// <inheritdoc />
        public override string Name => Value.Text;
    }

    /// <summary>A security patch level; channel <c>SecurityPatch</c>.</summary>
    /// <param name="Level">The level to reach.</param>
    /// <param name="LivePatching">False: every node is reimaged, as in the channel's first years.</param>
    public sealed record Patch(PatchLevel Level, bool LivePatching) : RolloutTarget
    {
        /// <inheritdoc />
        public override string Name => Level.ToString();
    }

    /// <summary>Every node made before an instant is reimaged, although its image may be current; what a channel change does (CH-50).</summary>
    /// <param name="To">The image. A node that runs a newer one, or one that cannot be compared with it, keeps its own (CH-91).</param>
    /// <param name="Before">Nodes made at this instant or later are as they should be.</param>
    public sealed record Reimage(NodeImage To, NodaTime.Instant Before) : RolloutTarget
    {
        /// <inheritdoc />
        public override string Name => To.Text;
    }

    /// <summary>No other image: every node that waits for a reboot gets it; channel <c>Unmanaged</c> with <see cref="Settings.RebootPolicy.Coordinated"/>.</summary>
    /// <remarks>
    /// Rules: CH-13, NM-59. It names no moment: a node whose OS asks for a reboot while others are rebooted joins them, and an earlier rollout that failed counts as an
    /// earlier try at the same.
    /// </remarks>
    public sealed record Reboot : RolloutTarget
    {
        /// <inheritdoc />
        public override string Name => "reboot";
    }

    /// <summary>An image known only by its text; a node is current when its text is equal.</summary>
    public sealed record Opaque(string Text) : RolloutTarget
    {
        /// <inheritdoc />
        public override string Name => Text;
    }
}
