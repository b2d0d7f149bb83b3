using System.Collections.Immutable;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Rig.Packages;

namespace Imago.NodeOs.Rig.Archives;

/// <summary>Which packages the pockets of an archive hold. A pocket has one version of a package: the last that was put into it.</summary>
public sealed class ArchiveContent
{
    private readonly Dictionary<ArchivePocket, ImmutableSortedDictionary<string, BuiltPackage>> _pockets;

    internal ArchiveContent(IReadOnlyDictionary<ArchivePocket, ImmutableSortedDictionary<string, BuiltPackage>> before) => _pockets = new(before);

    internal IReadOnlyDictionary<ArchivePocket, ImmutableSortedDictionary<string, BuiltPackage>> Pockets => _pockets;

    /// <summary>Puts packages into a pocket.</summary>
    public ArchiveContent Put(ArchivePocket pocket, params ReadOnlySpan<BuiltPackage> packages)
    {
        foreach (var package in packages)
        {
            _pockets[pocket] = _pockets[pocket].SetItem(package.Name, package);
        }

        return this;
    }

    /// <summary>Takes everything out of a pocket, so that its index has no byte, as a real one is for a while after a point release.</summary>
    public ArchiveContent Empty(ArchivePocket pocket)
    {
        _pockets[pocket] = _pockets[pocket].Clear();
        return this;
    }

    /// <summary>The release itself.</summary>
    public ArchiveContent Release(params ReadOnlySpan<BuiltPackage> packages) => Put(ArchivePocket.Release, packages);

    /// <summary>Fixes that are no security fixes.</summary>
    public ArchiveContent Updates(params ReadOnlySpan<BuiltPackage> packages) => Put(ArchivePocket.Updates, packages);

    /// <summary>Security fixes.</summary>
    public ArchiveContent Security(params ReadOnlySpan<BuiltPackage> packages) => Put(ArchivePocket.Security, packages);
}
