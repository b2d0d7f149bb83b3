using Imago.Domain.Clusters.Pools;

namespace Imago.Simulation.Dumps;

/// <summary>How to read a dump.</summary>
public sealed record DumpOptions
{
    /// <summary>Name of the cluster; null: what the nodes' labels say, else <c>cluster</c>.</summary>
    public string? Name { get; init; }

    /// <summary>The node label whose value is the pool; null: the usual labels, see <see cref="PoolRules"/>.</summary>
    public string? PoolLabel { get; init; }

    /// <summary>Most bytes one item may have. A Kubernetes object has at most a few; the limit keeps a hostile file from filling the memory.</summary>
    public int ItemLimit { get; init; } = 64 * 1024 * 1024;
}
