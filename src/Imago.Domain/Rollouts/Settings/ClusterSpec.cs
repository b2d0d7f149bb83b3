using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Domain.Rollouts.Settings;

/// <summary>Everything asked of one cluster: intent, not observation.</summary>
public sealed record ClusterSpec
{
    /// <summary>Name of the cluster.</summary>
    public required string Name { get; init; }

    /// <summary>The node OS channel (CH-1).</summary>
    public NodeOsChannel Channel { get; init; } = NodeOsChannel.NodeImage;

    /// <summary>False: SecurityPatch reimages every node instead of patching live.</summary>
    public bool LivePatching { get; init; } = true;

    /// <summary>The node OS maintenance configuration (MW-7); null: automatic work may start at any time (MW-12).</summary>
    public MaintenanceConfiguration? Window { get; init; }

    /// <summary>The release ring of the cluster's region (IM-35); null: releases count from their publication.</summary>
    public ReleaseRing? Ring { get; init; }

    /// <summary>Whether the Kubernetes minor is supported (CH-86).</summary>
    public KubernetesSupport Support { get; init; } = KubernetesSupport.Supported;

    /// <summary>Attached clusters and dumps: an unsupported minor is a warning only (CH-86).</summary>
    public bool Attached { get; init; }

    /// <summary>Whether the cluster runs; a stopped one gets nothing (UP-67, MW-58).</summary>
    public bool Running { get; init; } = true;

    /// <summary>UP-153: a pause of the whole cluster; null: not paused.</summary>
    public Pause? Pause { get; init; }

    /// <summary>MW-13: until when an operator lets automatic work ignore windows; exclusive. Null: windows hold.</summary>
    public Instant? WindowOverrideUntil { get; init; }

    /// <summary>The pools, in any order.</summary>
    public ImmutableArray<PoolSpec> Pools { get; init; } = [];
}
