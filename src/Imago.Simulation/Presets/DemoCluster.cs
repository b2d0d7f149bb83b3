using System.Collections.Immutable;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using NodaTime;

namespace Imago.Simulation.Presets;

/// <summary>
/// The cluster of <c>imago demo</c>: a small shop on three pools. Most of it can be drained at any time; <c>cart</c> may lose one pod at a time and is
/// slow to start, so it holds one node for a while; <c>orders-db</c> is bound to its zones.
/// </summary>
public static class DemoCluster
{
    /// <summary>The cluster with all its pods running.</summary>
    /// <param name="image">The image all nodes run.</param>
    /// <param name="createdAt">When the nodes joined.</param>
    /// <param name="kubeletVersion">Kubernetes version of the nodes.</param>
    public static ClusterBlueprint Create(NodeImage image, Instant createdAt = default, string kubeletVersion = "v1.30.3")
    {
        ArgumentNullException.ThrowIfNull(image);
        var builder = new BlueprintBuilder("demo", new Seed(2026));
        builder
            .AddPool(Pool("system", 3) with { Mode = PoolMode.System, Allocatable = Amounts(3860, 13) with { Pods = 110 } })
            .AddPool(Pool("apps", 6))
            .AddPool(Pool("batch", 3) with { Labels = BatchLabel, Taints = [new Taint("workload", "batch", TaintEffect.NoSchedule)] });
        builder
            .AddDaemonSet("kube-system", "cni", Asking(50, 0.125))
            .AddDaemonSet("monitoring", "node-exporter", Asking(100, 0.125));
        builder
            .AddDeployment("kube-system", "coredns", "system", 3, SpreadOver("coredns", Asking(100, 0.125), hard: true) with { Priority = 2_000_000_000 })
            .AddBudget("kube-system", "coredns", minAvailable: IntOrPercent.Of(2))
            .AddDeployment("kube-system", "metrics-server", "system", 2, SpreadOver("metrics-server", Asking(150, 0.25), hard: false))
            .AddBudget("kube-system", "metrics-server", maxUnavailable: IntOrPercent.Of(1));
        builder
            .AddDeployment("shop", "web", "apps", 12, SpreadOver("web", Asking(500, 0.5), hard: false))
            .AddBudget("shop", "web", maxUnavailable: IntOrPercent.Percent(25))
            .AddDeployment(
                "shop", "cart", "apps", 8,
                SpreadOver("cart", Asking(1000, 2), hard: false) with { StartupTime = Duration.FromMinutes(6), GracePeriod = Duration.FromSeconds(60) })
            .AddBudget("shop", "cart", minAvailable: IntOrPercent.Of(7))
            .AddDeployment("shop", "checkout", "apps", 4, SpreadOver("checkout", Asking(500, 0.5), hard: false))
            .AddBudget("shop", "checkout", maxUnavailable: IntOrPercent.Of(1))
            .AddDeployment("shop", "search", "apps", 5, Asking(750, 1))
            .AddDeployment("shop", "mail", "apps", 1, Asking(100, 0.25))
            .AddStatefulSet(
                "shop", "orders-db", "apps", 3, Asking(1000, 4) with { GracePeriod = Duration.FromMinutes(2), StartupTime = Duration.FromSeconds(90) },
                zonalVolumes: true)
            .AddBudget("shop", "orders-db", maxUnavailable: IntOrPercent.Of(1));
        builder
            .AddDeployment("batch", "worker", "batch", 6, Tolerating(Asking(1500, 2)))
            .AddJob("batch", "nightly-report", "batch", 2, Tolerating(Asking(1000, 1)))
            .AddBarePod("batch", "debug-shell", "batch", Tolerating(Asking(100, 0.25)));
        return builder.Build();

        PresetPool Pool(string name, int nodes) =>
            new() { Name = name, Nodes = nodes, Image = image, CreatedAt = createdAt, KubeletVersion = kubeletVersion };
    }

    private static ImmutableSortedDictionary<string, string> BatchLabel { get; } =
        ImmutableSortedDictionary.Create<string, string>(StringComparer.Ordinal).Add("workload", "batch");

    private static Resources Amounts(long milliCpu, double gibibytes) =>
        Resources.None with { MilliCpu = milliCpu, MemoryBytes = (long)(gibibytes * (1L << 30)) };

    private static PodTemplate Asking(long milliCpu, double gibibytes) => new() { Requests = Amounts(milliCpu, gibibytes) with { Pods = 1 } };

    private static PodTemplate Tolerating(PodTemplate template) =>
        template with { Tolerations = [new Toleration("workload", Exists: false, "batch", TaintEffect.NoSchedule)] };

    private static PodTemplate SpreadOver(string app, PodTemplate template, bool hard)
    {
        var selector = LabelSelector.OfLabels([KeyValuePair.Create("app", app)]);
        return template with
        {
            Spread =
            [
                new SpreadConstraint(1, "topology.kubernetes.io/zone", hard, selector, MinDomains: null),
                new SpreadConstraint(1, "kubernetes.io/hostname", Hard: false, selector, MinDomains: null),
            ],
        };
    }
}
