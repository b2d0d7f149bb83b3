using System.Collections.Immutable;
using System.Net;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;

namespace Imago.NodeOs;

/// <summary>Where a machine is to be taken.</summary>
/// <param name="Level">The level.</param>
/// <param name="Content">Security fixes only, or everything.</param>
public sealed record PatchGoal(PatchLevel Level, OrderContent Content)
{
    /// <summary>The moment of the archives that the level names, as ordered; null: found by the level and the machine's settings.</summary>
    public ArchiveState? Archive { get; init; }

    /// <summary>CH-36: address of the package repository for machines without internet; null: none.</summary>
    public IPAddress? RepoService { get; init; }

    /// <summary>NM-49: packages that the level names, so that they are not kept back although the machine's settings keep them, in order.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Equal by content.</summary>
    public bool Equals(PatchGoal? other) => other is not null && Level == other.Level && Content == other.Content && Equals(Archive, other.Archive)
        && Equals(RepoService, other.RepoService) && Names.AsSpan().SequenceEqual(other.Names.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Level, Content, Archive, RepoService, Names.Length);
}

/// <summary>One package that a plan installs or upgrades.</summary>
/// <param name="Name">Name.</param>
/// <param name="Architecture">Architecture, for example <c>amd64</c> or <c>all</c>.</param>
/// <param name="From">Installed version; null: it is not installed.</param>
/// <param name="To">Version to install.</param>
/// <param name="Pocket">The pocket that the version comes from.</param>
public sealed record PackageChange(string Name, string Architecture, string? From, string To, ArchivePocket Pocket);

/// <summary>What going to a level changes on a machine: a value that can be printed, kept, compared and carried out.</summary>
/// <remarks>Rules: NM-34, NM-40, NM-61.</remarks>
public sealed record PatchPlan
{
    /// <summary>Where it leads.</summary>
    public required PatchGoal Goal { get; init; }

    /// <summary>The editions of the suites that it was made from, as they were verified.</summary>
    public required ArchiveState Archive { get; init; }

    /// <summary>What is installed or upgraded, ordered by name and architecture.</summary>
    public ImmutableArray<PackageChange> Changes { get; init; } = [];

    /// <summary>What has a fix and is kept back, ordered by name (NM-34, NM-49).</summary>
    public ImmutableArray<HeldPackage> Held { get; init; } = [];

    /// <summary>Bytes still to be downloaded.</summary>
    public long DownloadBytes { get; init; }

    /// <summary>What would have to happen afterwards, as far as can be told before (NM-15, NM-55).</summary>
    public RebootVerdict Verdict { get; init; }

    /// <summary>Whether nothing has to be installed.</summary>
    public bool IsEmpty => Changes.IsEmpty;

    /// <summary>Equal by content.</summary>
    public bool Equals(PatchPlan? other) => other is not null && Goal == other.Goal && Archive == other.Archive && DownloadBytes == other.DownloadBytes
        && Verdict == other.Verdict && Changes.AsSpan().SequenceEqual(other.Changes.AsSpan()) && Held.AsSpan().SequenceEqual(other.Held.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Goal, Archive, Changes.Length, Held.Length, DownloadBytes, Verdict);
}

/// <summary>What a machine is and has.</summary>
/// <param name="Id"><c>ID</c> of <c>os-release</c>.</param>
/// <param name="Version"><c>VERSION_ID</c> of <c>os-release</c>.</param>
/// <param name="Codename"><c>VERSION_CODENAME</c> of <c>os-release</c>.</param>
/// <param name="Architecture">Architecture as the package system names it.</param>
public sealed record MachineProbe(string Id, string Version, string Codename, string Architecture)
{
    /// <summary>Installed packages, ordered by name and architecture.</summary>
    public ImmutableArray<InstalledPackage> Packages { get; init; } = [];

    /// <summary>Packages that somebody holds, by name (NM-49).</summary>
    public ImmutableHashSet<string> Holds { get; init; } = [];

    /// <summary>Release of the running kernel, read from <c>/proc/sys/kernel/osrelease</c>.</summary>
    public required string Kernel { get; init; }

    /// <summary>Identity of the boot, read from <c>/proc/sys/kernel/random/boot_id</c>.</summary>
    public required string BootId { get; init; }

    /// <summary>Hash of packages and versions in lower-case hexadecimal (NM-30).</summary>
    public required string Inventory { get; init; }
}

/// <summary>One installed package.</summary>
/// <param name="Name">Name.</param>
/// <param name="Architecture">Architecture.</param>
/// <param name="Version">Version.</param>
/// <param name="Complete">Whether it is installed and configured, not half of it.</param>
public sealed record InstalledPackage(string Name, string Architecture, string Version, bool Complete);

/// <summary>What the machine has, compared with a plan.</summary>
/// <remarks>Rules: NM-34, NM-47.</remarks>
public sealed record Verification
{
    /// <summary>Packages of the plan that are not at the planned version, with what they are at, for people.</summary>
    public ImmutableArray<string> Missing { get; init; } = [];

    /// <summary>Packages that changed although the plan does not name them, for people.</summary>
    public ImmutableArray<string> Unplanned { get; init; } = [];

    /// <summary>What is kept back.</summary>
    public ImmutableArray<HeldPackage> Held { get; init; } = [];

    /// <summary>Hash of packages and versions afterwards.</summary>
    public string Inventory { get; init; } = "";

    /// <summary>NM-34: everything planned is there and nothing is left.</summary>
    public bool Complete => Missing.IsEmpty && Held.IsEmpty;
}

/// <summary>The verdict with what it rests on.</summary>
/// <param name="Verdict">The verdict.</param>
/// <param name="Because">Why, for people, in order.</param>
/// <param name="Services">Services to restart, for <see cref="RebootVerdict.RestartServices"/>.</param>
/// <remarks>Rules: NM-55, NM-59.</remarks>
public sealed record VerdictFindings(RebootVerdict Verdict, ImmutableArray<string> Because, ImmutableArray<string> Services);
