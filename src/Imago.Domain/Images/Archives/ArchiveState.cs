using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images.Archives;

/// <summary>What a suite of a package archive is for.</summary>
/// <remarks>Rules: NM-40, NM-41.</remarks>
public enum ArchivePocket
{
    /// <summary>The release itself with its point releases, for example <c>bookworm</c>.</summary>
    Release,

    /// <summary>Fixes that are no security fixes, for example <c>bookworm-updates</c>.</summary>
    Updates,

    /// <summary>Security fixes, for example <c>bookworm-security</c>.</summary>
    Security,
}

/// <summary>One suite of an archive at one moment: where it lies, and which edition of it.</summary>
/// <param name="Pocket">What it is for.</param>
/// <param name="Uri">Address as a source line has it, without the suite; where the archive has a snapshot service, the address of the snapshot.</param>
/// <param name="Suite">Suite by its codename, for example <c>bookworm-security</c>; names such as <c>stable</c> move and are not used (NM-41).</param>
/// <param name="Components">Components, in order, for example <c>main</c>.</param>
/// <param name="Date">The <c>Date</c> field of its <c>Release</c> file.</param>
/// <param name="Sha256">SHA-256 of its <c>InRelease</c> file in lower-case hexadecimal; empty where only the date is known.</param>
/// <remarks>Rules: NM-31, NM-41, NM-48.</remarks>
public sealed record SuiteState(ArchivePocket Pocket, string Uri, string Suite, ImmutableArray<string> Components, Instant Date, string Sha256)
{
    /// <summary>Equal by content.</summary>
    public bool Equals(SuiteState? other) => other is not null && Pocket == other.Pocket && string.Equals(Uri, other.Uri, StringComparison.Ordinal)
        && string.Equals(Suite, other.Suite, StringComparison.Ordinal) && Date == other.Date && string.Equals(Sha256, other.Sha256, StringComparison.Ordinal)
        && Components.AsSpan().SequenceEqual(other.Components.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Pocket, Uri, Suite, Date, Sha256, Components.Length);
}

/// <summary>The moment of the archives that a level or an image of archives names: each suite with the edition that a node has to find there.</summary>
/// <param name="Suites">The suites, in the order of pockets.</param>
/// <remarks>Rules: NM-31, NM-48.</remarks>
public sealed record ArchiveState(ImmutableArray<SuiteState> Suites)
{
    /// <summary>Equal by content.</summary>
    public bool Equals(ArchiveState? other) => other is not null && Suites.AsSpan().SequenceEqual(other.Suites.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => Suites.Length == 0 ? 0 : HashCode.Combine(Suites.Length, Suites[^1]);
}
