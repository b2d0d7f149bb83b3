using System.Collections.Immutable;
using Imago.Application.Resources;
using Imago.Domain.Channels;

namespace Imago.Api.Admission;

/// <summary>A write of a cluster that is fine: everything that is to be stored. Nothing has been stored yet.</summary>
public sealed record AdmittedCluster
{
    /// <summary>Whether the cluster is made by the write.</summary>
    public required bool IsNew { get; init; }

    /// <summary>The document to store.</summary>
    public required string Document { get; init; }

    /// <summary>Whether the document differs from the stored one.</summary>
    public required bool DocumentChanged { get; init; }

    /// <summary>The status to store: Creating or Updating, without the error of an earlier operation.</summary>
    public required ClusterStatus Status { get; init; }

    /// <summary>The pools that are made or changed; those that stay as they are are not among them.</summary>
    public ImmutableArray<AdmittedPool> Pools { get; init; } = [];

    /// <summary>Names of the pools that the write leaves out and that are to be deleted.</summary>
    public ImmutableArray<string> RemovedPools { get; init; } = [];

    /// <summary>The change of the node OS channel; null if it stays.</summary>
    public ChannelChange? Channel { get; init; }

    /// <summary>Whether anything is to be done at all.</summary>
    public bool Changes => IsNew || DocumentChanged || !Pools.IsEmpty || !RemovedPools.IsEmpty;
}

/// <summary>A write of a pool that is fine.</summary>
/// <param name="Name">Name of the pool.</param>
/// <param name="IsNew">Whether the pool is made by the write.</param>
/// <param name="Document">The document to store.</param>
/// <param name="DocumentChanged">Whether the document differs from the stored one.</param>
/// <param name="Status">The status to store: Creating, Scaling or Updating.</param>
public sealed record AdmittedPool(string Name, bool IsNew, string Document, bool DocumentChanged, PoolStatus Status);

/// <summary>A change of the node OS channel.</summary>
/// <param name="From">Before.</param>
/// <param name="To">After.</param>
/// <param name="ReimagedPools">Pools whose nodes are reimaged because of it, at once (CH-50, CH-52); empty when it does not reimage (CH-51).</param>
public sealed record ChannelChange(NodeOsChannel From, NodeOsChannel To, ImmutableArray<string> ReimagedPools);

/// <summary>A write of a maintenance configuration that is fine.</summary>
/// <param name="Name">The name in canonical case (MW-3).</param>
/// <param name="IsNew">Whether it is made by the write.</param>
/// <param name="Document">The document to store.</param>
/// <param name="DocumentChanged">Whether the document differs from the stored one.</param>
public sealed record AdmittedConfiguration(string Name, bool IsNew, string Document, bool DocumentChanged);
