using Imago.Domain.Channels;
using Imago.Domain.Clusters.Pools;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Presets;
using Imago.Simulation.Tests.Dumps;
using NodaTime;

namespace Imago.Simulation.Tests.Presets;

public class PresetTests
{
    private static readonly NodeImage Image = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.02.0");

    [Fact]
    public void Demo_Created_HasThreeSettledPools()
    {
        var cluster = DemoCluster.Create(Image, Instant.FromUtc(2026, 7, 3, 0, 0));
        Settled.Check(cluster);
        PoolDiscovery.Discover(cluster.PoolFacts).Select(p => (p.Spec.Name, p.Nodes, p.Spec.Mode, p.Spec.Os, p.Spec.Family?.Name)).ShouldBe(
        [
            ("apps", 6, PoolMode.User, PoolOs.Ubuntu, "AKSUbuntu-2204gen2containerd"),
            ("batch", 3, PoolMode.User, PoolOs.Ubuntu, "AKSUbuntu-2204gen2containerd"),
            ("system", 3, PoolMode.System, PoolOs.Ubuntu, "AKSUbuntu-2204gen2containerd"),
        ]);
        cluster.Nodes.ShouldAllBe(n => n.Image == "AKSUbuntu-2204gen2containerd-202607.02.0" && n.CreatedAt == Instant.FromUtc(2026, 7, 3, 0, 0));
        cluster.Nodes.Where(n => n.Pool == "apps").GroupBy(n => n.Zone).Select(g => g.Count()).ShouldBe([2, 2, 2]);
    }

    [Fact]
    public void Demo_Budgets_CanBeSatisfiedAndCartIsTight()
    {
        var cluster = DemoCluster.Create(Image);
        cluster.Budgets.ToDictionary(b => b.Key.ToString(), b => Settled.Allowed(cluster, b)).ShouldBe(
            new Dictionary<string, int>
            {
                ["kube-system/coredns"] = 1, ["kube-system/metrics-server"] = 1, ["shop/web"] = 3, ["shop/cart"] = 1, ["shop/checkout"] = 1, ["shop/orders-db"] = 1,
            },
            ignoreOrder: true);
        cluster.Workloads.Single(w => w.Ref.ToString() == "Deployment/cart").Template.StartupTime.ShouldBe(Duration.FromMinutes(6));
        cluster.Pods.Where(p => p.Owner?.Name == "orders-db").Select(p => p.Template.VolumeZones.Single())
            .ShouldBe(["northeurope-1", "northeurope-2", "northeurope-3"], ignoreOrder: true);
        // Two pods on some node: a drain of that node has to wait until the first one is back elsewhere.
        cluster.Pods.Where(p => p.Template.Labels["app"] == "cart").GroupBy(p => p.NodeName).Max(g => g.Count()).ShouldBe(2);
    }

    [Fact]
    public void Demo_CreatedTwice_IsTheSame() => BlueprintText.Of(DemoCluster.Create(Image)).ShouldBe(BlueprintText.Of(DemoCluster.Create(Image)));

    [Theory]
    [InlineData(1, 0, 0)]
    [InlineData(10, 10, 5)]
    [InlineData(37, 7, 100)]
    [InlineData(100, 100, 20)]
    [InlineData(1001, 4, 60)]
    public void Scaled_AnySize_IsSettledAndAsLargeAsAsked(int nodes, int podsPerNode, int budgets)
    {
        var cluster = ScaledCluster.Create(nodes, podsPerNode, budgets, new Seed(3));
        Settled.Check(cluster);
        cluster.Nodes.Length.ShouldBe(nodes);
        cluster.Pods.Length.ShouldBe((nodes * podsPerNode) + nodes);
        cluster.Budgets.Length.ShouldBe(budgets);
        cluster.Budgets.ShouldAllBe(b => Settled.Allowed(cluster, b) >= 1);
        cluster.Nodes.GroupBy(n => n.Pool).ShouldAllBe(p => p.Count() <= 500);
    }

    [Theory]
    [InlineData(0.0, 0)]
    [InlineData(1.0, 40)]
    public void Scaled_TightShare_DecidesHowManyBudgetsAllowOnePod(double share, int tight) =>
        ScaledCluster.Create(new ClusterShape { Nodes = 60, Budgets = 40, TightShare = share }, new Seed(1))
            .Budgets.Count(b => b.MaxUnavailable is { IsPercent: false, Value: 1 }).ShouldBe(tight);

    [Fact]
    public void Scaled_SameSeed_IsTheSameAndAnotherSeedIsNot()
    {
        static string Text(ulong seed) => BlueprintText.Of(ScaledCluster.Create(30, 8, 6, new Seed(seed)));
        Text(1).ShouldBe(Text(1));
        Text(1).ShouldNotBe(Text(2));
    }

    [Theory]
    [InlineData(0, 10, 0, "A cluster of 0 nodes")]
    [InlineData(5, 101, 0, "with 101 pods each")]
    [InlineData(5, 2, 6, "6 budgets need 12 pods or more; there are 10.")]
    public void Scaled_Impossible_IsRefused(int nodes, int podsPerNode, int budgets, string message) =>
        Should.Throw<ArgumentException>(() => ScaledCluster.Create(nodes, podsPerNode, budgets, new Seed(1))).Message.ShouldContain(message);

    [Fact]
    public void Scaled_TenThousandNodes_IsMade()
    {
        var cluster = ScaledCluster.Create(10_000, 10, 500, new Seed(1));
        cluster.Nodes.Length.ShouldBe(10_000);
        cluster.Pods.Length.ShouldBe(110_000);
        cluster.Pods.Count(p => p.NodeName is null).ShouldBe(0);
    }
}
