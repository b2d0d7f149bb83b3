using NodaTime;

namespace Imago.Domain.Images.Archives;

/// <summary>What is remembered of an archive from one look to the next, by all replicas together.</summary>
/// <remarks>Without it (an empty store) the next look publishes the present moment as the first level: what had changed before it is not known then.</remarks>
public sealed record ArchiveMemory
{
    /// <summary>Nothing has been published.</summary>
    public static ArchiveMemory None { get; } = new();

    /// <summary>The last level that was published; null: none.</summary>
    public PatchLevel? Level { get; init; }

    /// <summary>When its train left, of a mirror: from when rings count, see <see cref="ArchiveReleases"/>; null: none has left.</summary>
    public Instant? TrainSince { get; init; }

    /// <summary><see cref="SuiteEdition.Index"/> of the security suite at the last level.</summary>
    public string SecurityIndex { get; init; } = "";

    /// <summary>Date of the security suite at the last level, or of the last time that it was signed again; null: none.</summary>
    public Instant? SecurityDate { get; init; }

    /// <summary>What the security suite held at the last level.</summary>
    public SuiteVersions Versions { get; init; } = SuiteVersions.Empty;

    /// <summary>Date of the first edition of the security suite that differs from the last level and waits for its snapshot; null: none waits.</summary>
    public Instant? PendingSince { get; init; }

    /// <summary>The last image that was published; null: none.</summary>
    public ImageVersion? Image { get; init; }

    /// <summary><see cref="ArchiveEdition.Index"/> of the last image.</summary>
    public string ImageIndex { get; init; } = "";
}
