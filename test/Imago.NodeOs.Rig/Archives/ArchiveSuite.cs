using System.Collections.Immutable;
using Imago.Domain.Images.Archives;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>Which of the two archives of Debian: they lie on different servers, and fail one by one.</summary>
public enum ArchiveArea
{
    /// <summary>The release and its updates.</summary>
    Main,

    /// <summary>Security.</summary>
    Security,
}

/// <summary>A suite as Debian has it.</summary>
/// <param name="Pocket">What it is for.</param>
/// <param name="Codename">Its folder, and the name that does not move.</param>
/// <param name="Suite">The name that moves.</param>
/// <param name="Label">Label.</param>
/// <param name="Area">The archive that it lies in.</param>
/// <remarks>Rules: NM-41.</remarks>
public sealed record ArchiveSuite(ArchivePocket Pocket, string Codename, string Suite, string Label, ArchiveArea Area)
{
    /// <summary>The suites of Debian 12, whose names have moved to oldstable.</summary>
    public static ImmutableArray<ArchiveSuite> Bookworm { get; } =
    [
        new(ArchivePocket.Release, "bookworm", "oldstable", "Debian", ArchiveArea.Main),
        new(ArchivePocket.Updates, "bookworm-updates", "oldstable-updates", "Debian", ArchiveArea.Main),
        new(ArchivePocket.Security, "bookworm-security", "oldstable-security", "Debian-Security", ArchiveArea.Security),
    ];
}
