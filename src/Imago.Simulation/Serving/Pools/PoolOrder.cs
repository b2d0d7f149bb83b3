using System.Collections.Immutable;
using Imago.Application.Engine;
using Imago.Domain.Rollouts.Settings;

namespace Imago.Simulation.Serving.Pools;

/// <summary>One pool as it is asked for: what decides about number and looks of its machines.</summary>
internal sealed record PoolOrder
{
    public required string Name { get; init; }

    public required int Count { get; init; }

    public required string Image { get; init; }

    public required string KubernetesVersion { get; init; }

    public PoolMode Mode { get; init; }

    public ImmutableArray<string> Zones { get; init; } = [];

    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableArray<string> Taints { get; init; } = [];

    public string OsSku { get; init; } = "";

    public string VmSize { get; init; } = "";

    public static PoolOrder Of(PoolShape shape) => new()
    {
        Name = shape.Name,
        Count = shape.Count,
        Image = shape.Image,
        KubernetesVersion = shape.KubernetesVersion,
        Mode = shape.Intent.Spec.Mode,
        Zones = shape.Intent.Zones.IsDefault ? [] : shape.Intent.Zones,
        Labels = shape.Intent.Labels.WithComparers(StringComparer.Ordinal),
        Taints = shape.Intent.Taints.IsDefault ? [] : shape.Intent.Taints,
        OsSku = shape.Intent.OsSku,
        VmSize = shape.Intent.VmSize,
    };
}

/// <summary>All pools as they are asked for, and whether their machines are to run.</summary>
internal sealed record ShapeOrder(ImmutableArray<PoolOrder> Pools, bool Running)
{
    public static ShapeOrder Of(ClusterShape shape) =>
        new([.. shape.Pools.Select(PoolOrder.Of).OrderBy(p => p.Name, StringComparer.Ordinal)], shape.Running);
}
