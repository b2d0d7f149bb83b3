using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images.Archives;

/// <summary>Everything that <see cref="ArchiveReleases"/> decides from.</summary>
/// <param name="Live">The archives as they are now.</param>
/// <param name="Now">Now.</param>
public sealed record ArchiveObservation(ArchiveEdition Live, Instant Now)
{
    /// <summary>The snapshot that was asked for by <see cref="ArchiveReleases.SnapshotWanted"/>; null: it was not, or does not exist yet.</summary>
    public ArchiveEdition? Snapshot { get; init; }

    /// <summary>The last level as it is published; null: there is none, or it is gone.</summary>
    public PatchRelease? LastPatch { get; init; }

    /// <summary>The last image as it is published; null: there is none, or it is gone.</summary>
    public ImageRelease? LastImage { get; init; }

    /// <summary>Images of the family that exist already, whoever published them.</summary>
    public ImmutableHashSet<NodeImage> Taken { get; init; } = [];

    /// <summary>How long a release takes from the first ring to the last.</summary>
    public Duration RingsTake { get; init; } = ReleaseRings.Default.Rings[^1].OpensAfter;
}

/// <summary>What an archive gives rise to.</summary>
/// <param name="Memory">What is remembered for the next look.</param>
public sealed record ArchiveDecision(ArchiveMemory Memory)
{
    /// <summary>The level to publish: a new one, or the last one with the editions that the mirror has now; null: none.</summary>
    public PatchRelease? Patch { get; init; }

    /// <summary>The image to publish, likewise; null: none.</summary>
    public ImageRelease? Image { get; init; }

    /// <summary>Whether the level is a new one, not the last one following its mirror.</summary>
    public bool IsNewPatch { get; init; }

    /// <summary>Whether the image is a new one, not the last one following its mirror.</summary>
    public bool IsNewImage { get; init; }

    /// <summary>Source packages with fixes in the new level, in ordinal order; empty where nothing was known before.</summary>
    public ImmutableArray<string> Changed { get; init; } = [];

    /// <summary>What is waited for, or stands in the way, as a sentence for people; null: nothing.</summary>
    public string? Waiting { get; init; }

    /// <summary>Whether <see cref="Waiting"/> needs somebody to look after it: the archive went back to an older state.</summary>
    public bool WentBack { get; init; }
}
