using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>What holds for every rollout, played over random small pools with processes that die between any two actions. A failure names its seed.</summary>
public sealed class RolloutProperties
{
    private const int Seeds = 100;

    public static IEnumerable<TheoryDataRow<int>> AllSeeds => Enumerable.Range(1, Seeds).Select(seed => new TheoryDataRow<int>(seed));

    [Theory]
    [MemberData(nameof(AllSeeds))]
    [Trait("Rule", "UP-3")]
    [Trait("Rule", "UP-155")]
    public void Rollout_ProcessesDieBetweenActions_EndsAsIfTheyHadNot(int seed)
    {
        var random = new Random(seed);
        var cluster = RandomShop(random);
        var before = cluster.Nodes.ToDictionary(n => n.Name, StringComparer.Ordinal);
        var world = new ObedientWorld(cluster) { Crashes = random, KeepsNodeObjects = random.Next(2) == 0 };

        world.Play(48 * 60);

        var told = $"seed {seed}{Environment.NewLine}{world.Story.Tail(400)}";
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded, told);
        world.View.Nodes.Keys.ShouldBe(before.Keys, ignoreOrder: true, told);
        foreach (var node in world.View.Nodes.Values)
        {
            node.Image.Text.ShouldBe(Some.New, told);
            node.Ready.ShouldBeTrue(told);
            node.Zone.ShouldBe(before[node.Name].Zone, told);
            node.Unschedulable.ShouldBe(before[node.Name].Unschedulable, told);
            (node.Mark, node.SteeredAway, node.ScaleDownDisabled, node.Quarantined).ShouldBe((null, false, false, false), told);
        }
    }

    [Theory]
    [MemberData(nameof(AllSeeds))]
    public void Rollout_NodesBreakAndBudgetsHold_ReachesAnEndAndLeavesNothingUnexplained(int seed)
    {
        var random = new Random(seed + 1000);
        var cluster = RandomShop(random, random.Next(2) == 0 ? BarePods.Keep : BarePods.Evict);
        var pool = cluster.Spec.Pools[0];
        var world = new ObedientWorld(cluster) { Crashes = random, KeepsNodeObjects = random.Next(2) == 0, Capacity = (random.Next(4), "QuotaExceeded") };
        foreach (var node in cluster.Nodes.Where(_ => random.Next(4) == 0).Select(n => n.Name).ToList())
        {
            world.BadNodes.Add(node);
        }

        if (random.Next(2) == 0)
        {
            cluster.Deployment("shop/admin", "a-1");
            world.AddPod(cluster.Pods.Single(p => string.Equals(p.Key.Name, "admin-1", StringComparison.Ordinal)), new DisruptionBudget { Key = new("shop", "admin"), Selector = LabelSelector.OfLabels([new("app", "admin")]), MinAvailable = IntOrPercent.Of(1) });
        }

        if (random.Next(3) == 0)
        {
            world.At(random.Next(60), "somebody deletes a node", w => w.Remove("a-2"));
        }

        if (random.Next(3) == 0)
        {
            world.At(random.Next(60), "mia aborts", w =>
            {
                if (w.Record("a").Phase == RolloutPhase.Running)
                {
                    w.Abort("a", "mia");
                }
            });
        }

        world.Play(6 * 60);

        var told = $"seed {seed + 1000}, {pool.Settings}{Environment.NewLine}{world.Story.Tail(400)}";
        world.Records.ShouldAllBe(r => r.Ended, told);
        foreach (var kept in cluster.Pods.Where(p => p.Bare && pool.Settings.BarePods == BarePods.Keep && world.View.Nodes.ContainsKey(p.NodeName!)))
        {
            // UP-40: unless its node was deleted, a pod that is kept is where it was.
            world.View.Pods.Keys.ShouldContain(kept.Key, told);
        }

        foreach (var node in world.View.Nodes.Values)
        {
            node.SteeredAway.ShouldBeFalse(told);
            node.ScaleDownDisabled.ShouldBeFalse(told);
            if (node.Mark is not null)
            {
                // Invariant 6: undone or explained.
                (node.Quarantined || !node.Ready).ShouldBeTrue($"{node.Name}: {told}");
            }
        }
    }

    private static TestCluster RandomShop(Random random, BarePods barePods = BarePods.Evict)
    {
        var nodes = random.Next(1, 7);
        var surge = random.Next(3);
        var cluster = new TestCluster().Pool("a", nodes, zones: random.Next(4), settings: s => s with
        {
            MaxSurge = IntOrPercent.Of(surge),
            MaxUnavailable = IntOrPercent.Of(surge == 0 ? random.Next(1, 4) : random.Next(2)),
            Canary = random.Next(2) == 0 ? Canary.FirstNode : Canary.None,
            NodeSoak = Duration.FromMinutes(random.Next(3)),
            Undrainable = random.Next(2) == 0 ? UndrainableNodeBehavior.Cordon : UndrainableNodeBehavior.Schedule,
            BarePods = barePods,
        });

        // A pod has to have somewhere to go when there is no surge.
        cluster.Pool("spare", 1, Some.New).DaemonSet("kube-system/agent");
        var home = Enumerable.Range(1, nodes).Select(i => $"a-{i}").ToArray();
        for (var app = 0; app < random.Next(4); app++)
        {
            var replicas = random.Next(1, 4);
            cluster.Deployment($"shop/app{app}", [.. Enumerable.Range(0, replicas).Select(_ => home[random.Next(home.Length)])]);
            if (replicas > 1)
            {
                cluster.MinAvailable($"shop/app{app}", random.Next(1, replicas));
            }
        }

        if (random.Next(4) == 0)
        {
            cluster.Node("a-1", n => n with { Unschedulable = true });
        }

        return random.Next(3) == 0 ? cluster.BarePod("shop/tool-1", home[random.Next(home.Length)]) : cluster;
    }
}
