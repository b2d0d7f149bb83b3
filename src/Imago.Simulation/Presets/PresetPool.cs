using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Presets;

/// <summary>A node pool to be made: nodes that look as those of AKS do.</summary>
public sealed record PresetPool
{
    public required string Name { get; init; }

    public required int Nodes { get; init; }

    public required NodeImage Image { get; init; }

    public PoolMode Mode { get; init; } = PoolMode.User;

    /// <summary>Zones the nodes are dealt to in turn; empty: the region has none.</summary>
    public ImmutableArray<string> Zones { get; init; } = ["northeurope-1", "northeurope-2", "northeurope-3"];

    /// <summary>What one node has for pods; the default is that of an 8-core machine of 32 GiB.</summary>
    public Resources Allocatable { get; init; } = Resources.None with { MilliCpu = 7820, MemoryBytes = 28L << 30, Pods = 110 };

    public string KubeletVersion { get; init; } = "v1.30.3";

    public Instant CreatedAt { get; init; }

    /// <summary>Labels beside those that every node of AKS has.</summary>
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal);

    public ImmutableArray<Taint> Taints { get; init; } = [];
}
