using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Presets;

/// <summary>How large a generated cluster is, and how hard to drain.</summary>
public sealed record ClusterShape
{
    /// <summary>Nodes; ≥ 1.</summary>
    public required int Nodes { get; init; }

    /// <summary>Pods per node besides one DaemonSet pod; 0 to 100.</summary>
    public int PodsPerNode { get; init; } = 10;

    /// <summary>Disruption budgets; each covers a Deployment of its own with two pods or more, so at most half as many as there are pods.</summary>
    public int Budgets { get; init; }

    /// <summary>Share of budgets that allow one pod at a time; the others allow 25 %. 0 to 1.</summary>
    public double TightShare { get; init; } = 0.5;

    /// <summary>Most nodes of one pool. A provider allows 1000 at most, surge included.</summary>
    public int PoolSize { get; init; } = 500;

    public int Zones { get; init; } = 3;

    /// <summary>Image of all nodes.</summary>
    public NodeImage Image { get; init; } = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.02.0");

    public Instant CreatedAt { get; init; }
}

/// <summary>Clusters of any size, for benches and tests; the same shape and seed give the same cluster.</summary>
public static class ScaledCluster
{
    // How many pods a Deployment has on average where the number of budgets does not ask for smaller ones.
    private const int UsualReplicas = 12;

    /// <summary>A cluster of the default shape in this size.</summary>
    public static ClusterBlueprint Create(int nodes, int podsPerNode, int budgets, Seed seed) =>
        Create(new ClusterShape { Nodes = nodes, PodsPerNode = podsPerNode, Budgets = budgets }, seed);

    /// <summary>A cluster of this shape; every pod has found a node.</summary>
    /// <exception cref="ArgumentException">The shape cannot be built.</exception>
    public static ClusterBlueprint Create(ClusterShape shape, Seed seed)
    {
        ArgumentNullException.ThrowIfNull(shape);
        if (shape.Nodes < 1 || shape.PodsPerNode is < 0 or > 100)
        {
            throw new ArgumentException(
                $"A cluster of {shape.Nodes} nodes with {shape.PodsPerNode} pods each: at least 1 node and 0 to 100 pods are allowed.", nameof(shape));
        }

        var pools = (shape.Nodes + shape.PoolSize - 1) / shape.PoolSize;
        var builder = new BlueprintBuilder($"scaled-{shape.Nodes}", seed);
        var zones = Enumerable.Range(1, shape.Zones).Select(z => $"northeurope-{z}").ToImmutableArray();
        for (var i = 0; i < pools; i++)
        {
            builder.AddPool(new PresetPool
            {
                Name = PoolName(i),
                Nodes = Share(shape.Nodes, pools, i),
                Image = shape.Image,
                Mode = i == 0 ? PoolMode.System : PoolMode.User,
                Zones = zones,
                Allocatable = Resources.None with { MilliCpu = 16_000, MemoryBytes = 64L << 30, Pods = 110 },
                CreatedAt = shape.CreatedAt,
            });
        }

        builder.AddDaemonSet("kube-system", "cni", Asking(100));
        for (var i = 0; i < pools; i++)
        {
            // Every pool has its share of budgets.
            AddWorkloads(builder, shape, PoolName(i), Share(shape.Nodes, pools, i) * shape.PodsPerNode, Share(shape.Budgets, pools, i), seed.Fork(PoolName(i)));
        }

        return builder.Build();
    }

    private static void AddWorkloads(BlueprintBuilder builder, ClusterShape shape, string pool, int pods, int budgets, Seed seed)
    {
        if (budgets * 2 > pods)
        {
            throw new ArgumentException($"{shape.Budgets} budgets need {shape.Budgets * 2} pods or more; there are {shape.Nodes * shape.PodsPerNode}.", nameof(shape));
        }

        var workloads = Math.Max(budgets, pods / UsualReplicas);
        if (workloads == 0)
        {
            workloads = Math.Min(1, pods);
        }

        var sizes = Sizes(pods, workloads, seed.Fork("sizes"));
        for (var i = 0; i < workloads; i++)
        {
            var own = seed.Fork(i);
            var name = $"app-{i}";
            builder.AddDeployment(pool, name, pool, sizes[i], Asking(25 * (1 + own.Below(4))));
            if (i >= budgets)
            {
                continue;
            }

            if (own.Fork("tight").Chance(shape.TightShare))
            {
                builder.AddBudget(pool, name, maxUnavailable: IntOrPercent.Of(1));
            }
            else
            {
                builder.AddBudget(pool, name, maxUnavailable: IntOrPercent.Percent(25));
            }
        }
    }

    // Two for each as long as that lasts, the rest by lot.
    private static int[] Sizes(int pods, int workloads, Seed seed)
    {
        var sizes = new int[workloads];
        var left = pods;
        for (var i = 0; i < workloads && left > 0; i++)
        {
            sizes[i] = Math.Min(2, left);
            left -= sizes[i];
        }

        for (; left > 0; left--)
        {
            seed = seed.Next;
            sizes[seed.Below(workloads)]++;
        }

        return sizes;
    }

    private static int Share(int whole, int parts, int part) => (whole / parts) + (part < whole % parts ? 1 : 0);

    private static string PoolName(int index) => $"np{index + 1}";

    private static PodTemplate Asking(long milliCpu) =>
        new() { Requests = Resources.None with { MilliCpu = milliCpu, MemoryBytes = 256L << 20, Pods = 1 } };
}
