using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images.Archives;

/// <summary>The versions that a suite holds, for comparing two editions of it.</summary>
/// <param name="Sources">Source package → its versions. Several versions of one source stand in one text, in order.</param>
/// <param name="Core">Kernel and C library packages by their binary names → version (NM-15).</param>
/// <remarks>Rules: NM-15.</remarks>
public sealed record SuiteVersions(ImmutableSortedDictionary<string, string> Sources, ImmutableSortedDictionary<string, string> Core)
{
    /// <summary>No packages.</summary>
    public static SuiteVersions Empty { get; } = new(Sorted, Sorted);

    private static ImmutableSortedDictionary<string, string> Sorted => ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    /// <summary>Source packages that are new or have another version than before, in ordinal order. What is gone does not count: it changes no machine.</summary>
    public ImmutableArray<string> ChangedSince(SuiteVersions before) => [.. Newer(Sources, before.Sources)];

    /// <summary>NM-15: whether a kernel or the C library is new or has another version than before.</summary>
    public bool CoreChangedSince(SuiteVersions before) => Newer(Core, before.Core).Any();

    private static IEnumerable<string> Newer(ImmutableSortedDictionary<string, string> now, ImmutableSortedDictionary<string, string> before) =>
        now.Where(p => !string.Equals(before.GetValueOrDefault(p.Key), p.Value, StringComparison.Ordinal)).Select(p => p.Key);
}

/// <summary>One edition of a suite, as it was read and verified.</summary>
/// <param name="State">Where it lies, its date and the hash of its <c>InRelease</c>.</param>
/// <param name="Index">SHA-256 over the hashes of its package indexes of one architecture: a suite that is merely signed again keeps it.</param>
/// <remarks>Rules: NM-31, NM-41.</remarks>
public sealed record SuiteEdition(SuiteState State, string Index)
{
    /// <summary>Until when its signature counts; null: without end.</summary>
    public Instant? ValidUntil { get; init; }

    /// <summary>What it holds; null: its package index was not read.</summary>
    public SuiteVersions? Versions { get; init; }
}

/// <summary>The suites of an archive as they were read together.</summary>
/// <param name="Suites">The suites, in the order of pockets.</param>
public sealed record ArchiveEdition(ImmutableArray<SuiteEdition> Suites)
{
    /// <summary>The suite with security fixes.</summary>
    public SuiteEdition Security => Suites.First(s => s.State.Pocket == ArchivePocket.Security);

    /// <summary>Date of the newest suite.</summary>
    public Instant Date => Suites.Max(s => s.State.Date);

    /// <summary>What all package indexes hash to together: the same means that an image of it would be the same.</summary>
    public string Index => string.Join(' ', Suites.Select(s => s.Index));

    /// <summary>NM-40: what a level names: the release itself and its security fixes, nothing else.</summary>
    public ArchiveState ForLevel => new([.. Suites.Where(s => s.State.Pocket != ArchivePocket.Updates).Select(s => s.State)]);

    /// <summary>What an image names: every suite.</summary>
    public ArchiveState ForImage => new([.. Suites.Select(s => s.State)]);
}
