using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using NodaTime;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>A published state of all suites.</summary>
public sealed class ArchiveMoment
{
    private readonly Func<ArchiveArea, string> _address;

    internal ArchiveMoment(Instant at, ImmutableArray<SuiteEdition> editions, Func<ArchiveArea, string> address) => (At, Editions, _address) = (at, editions, address);

    public Instant At { get; }

    /// <summary>The level that it is.</summary>
    public PatchLevel Level => new(At);

    /// <summary>Its suites where the mirror serves them, which is another moment's state as soon as one is published.</summary>
    public ArchiveState Live => State(area => LocalArchive.LivePath(area));

    /// <summary>Its suites where the snapshot service keeps them.</summary>
    public ArchiveState Snapshot => State(area => LocalArchive.SnapshotPath(area, Level));

    internal ImmutableArray<SuiteEdition> Editions { get; }

    private ArchiveState State(Func<ArchiveArea, string> path) =>
        new([.. Editions.Select(e => new SuiteState(e.Suite.Pocket, _address(e.Suite.Area) + path(e.Suite.Area), e.Suite.Codename, ["main"], e.Date, e.Hash))]);
}
