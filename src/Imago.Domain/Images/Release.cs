using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>One published image.</summary>
/// <param name="Image">The image, without a patch part.</param>
/// <param name="PublishedAt">From when it may be a target in the first ring (IM-32); inclusive.</param>
/// <param name="WithdrawnAt">From when it is no target any more (IM-37); null if never withdrawn.</param>
public sealed record ImageRelease(NodeImage Image, Instant PublishedAt, Instant? WithdrawnAt = null)
{
    /// <summary>The moment of the package archives that makes the image on a running machine; null: it is a disk image.</summary>
    public ArchiveState? Archive { get; init; }

    /// <summary>Whether the image was withdrawn before anybody could get it: it is known, so that nodes on it can be told so, and is a target at no instant.</summary>
    public bool NeverReleased => WithdrawnAt <= PublishedAt;
}

/// <summary>What the notes of a patch level say about going there from a base image.</summary>
/// <param name="Base">Version of the base image.</param>
/// <param name="RebootRequired">The published verdict; null if none was published.</param>
/// <remarks>Rules: IM-38.</remarks>
public sealed record BaseImageVerdict(ImageVersion Base, bool? RebootRequired);

/// <summary>One published security patch level of a track.</summary>
/// <param name="Track">The track, for example <c>ubuntu2204</c>.</param>
/// <param name="Level">The level.</param>
/// <param name="PublishedAt">From when it may be a target in the first ring; inclusive.</param>
/// <param name="RebootRequired">The published verdict against the previous level; null if none was published.</param>
/// <param name="TouchesKernelOrLibc">Whether it brings a kernel or a C library; decides where no verdict is published (NM-15).</param>
/// <remarks>Rules: IM-6, IM-38.</remarks>
public sealed record PatchRelease(string Track, PatchLevel Level, Instant PublishedAt, bool? RebootRequired, bool TouchesKernelOrLibc)
{
    /// <summary>The level that the verdict compares with; null where the notes do not say, then the one before in the track.</summary>
    public PatchLevel? Previous { get; init; }

    /// <summary>IM-38: the second verdict, against a base image; null if none was published.</summary>
    public BaseImageVerdict? SinceImage { get; init; }

    /// <summary>The moment of the package archives that the level names; null: agents find it by the level alone.</summary>
    public ArchiveState? Archive { get; init; }

    /// <summary>CH-33: the published verdict, else NM-15: a kernel or C library needs a reboot.</summary>
    public bool NeedsReboot => RebootRequired ?? TouchesKernelOrLibc;
}
