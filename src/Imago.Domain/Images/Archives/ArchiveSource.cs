using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images.Archives;

/// <summary>One suite that is watched, and how to recognise it.</summary>
/// <param name="Pocket">What it is for.</param>
/// <param name="Uri">Address as a source line has it, without the suite.</param>
/// <param name="Suite">Suite by its codename, for example <c>bookworm-security</c> (NM-41).</param>
/// <param name="Components">Components, in order; at least one.</param>
/// <remarks>Rules: NM-40, NM-41, NM-48.</remarks>
public sealed record SuiteSource(ArchivePocket Pocket, string Uri, string Suite, ImmutableArray<string> Components)
{
    /// <summary>What stands in place of the moment in <see cref="Snapshots"/>.</summary>
    public const string LevelMark = "{level}";

    /// <summary>NM-41: the <c>Label</c> of its <c>Release</c> file; null: any.</summary>
    public string? Label { get; init; }

    /// <summary>Address of the snapshot of a moment, with <see cref="LevelMark"/> where the moment goes; null: the archive has no snapshot service.</summary>
    public string? Snapshots { get; init; }

    /// <summary>Address of the snapshot of a level; null: the archive has no snapshot service.</summary>
    public string? SnapshotAt(PatchLevel level) => Snapshots?.Replace(LevelMark, level.ToString(), StringComparison.Ordinal);
}

/// <summary>A set of package archives that is watched for new levels and images.</summary>
/// <remarks>Rules: IM-30, NM-40, NM-41.</remarks>
public sealed record ArchiveSource
{
    /// <summary>Name by which settings, logs and tables call it.</summary>
    public required string Name { get; init; }

    /// <summary>The family of machines that it serves, see <see cref="ImageFamily.OfMachine"/>.</summary>
    public required ImageFamily Family { get; init; }

    /// <summary>The suites, in the order of pockets; a release and a security pocket at least.</summary>
    public required ImmutableArray<SuiteSource> Suites { get; init; }

    /// <summary>Architecture whose packages are compared, as the package system names it, for example <c>amd64</c>.</summary>
    public string Architecture { get; init; } = "amd64";

    /// <summary>Day of the week, in UTC, whose moment becomes the image of the week; null: no images are made.</summary>
    public IsoDayOfWeek? ImageDay { get; init; } = IsoDayOfWeek.Monday;

    /// <summary>Whether every suite has a snapshot service: then a level is a moment that can be had again later, else the state of a mirror.</summary>
    public bool HasSnapshots => Suites.All(s => s.Snapshots is not null);

    /// <summary>The patch track of its levels.</summary>
    public string Track => Family.PatchTrack ?? Family.Name.ToLowerInvariant();
}
