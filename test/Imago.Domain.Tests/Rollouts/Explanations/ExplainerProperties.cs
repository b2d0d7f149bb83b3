using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts.Explanations;

/// <summary>Invariant 10: for every node that is not current there is a reason, always. A failure names its seed.</summary>
public sealed class ExplainerProperties
{
    [Fact]
    public void Explain_RandomClustersSettingsAndInstants_GivesEveryNodeItsReasons()
    {
        for (var seed = 1; seed <= 150; seed++)
        {
            var random = new Random(seed);
            var world = new ObedientWorld(RandomCluster(random)) { Capacity = (random.Next(5), "QuotaExceeded") };
            if (random.Next(3) == 0)
            {
                world.BadNodes.Add("a-1");
            }

            for (var minute = 0; minute < 240; minute += random.Next(1, 40))
            {
                world.Play(minute);
                Check(world, seed);
            }
        }
    }

    private static void Check(ObedientWorld world, int seed)
    {
        var input = world.Input();
        var running = world.Records.FirstOrDefault(r => !r.Ended);
        var plan = running is null ? null : RolloutPlanner.Decide(input, world.Spec.Pools.Single(p => string.Equals(p.Name, running.Pool, StringComparison.Ordinal)), running);
        var explained = Explainer.Explain(input, ClusterPlanner.Decide(input), plan);
        var temporary = world.Records.SelectMany(r => r.SurgeNodes.Where(s => s.Value.Counts).Select(s => s.Key));

        explained.Keys.ShouldBe(world.View.Nodes.Keys.Except(temporary, StringComparer.Ordinal), ignoreOrder: true, $"seed {seed}");
        foreach (var node in explained.Values)
        {
            var what = $"seed {seed}, {input.Now}, {node}";
            node.Reasons.ShouldNotBeEmpty(what);
            foreach (var reason in node.Reasons)
            {
                reason.Message.ShouldNotBeNullOrWhiteSpace(what);
                (reason.Until is not { } until || until > input.Now).ShouldBeTrue($"{what}: {reason}");
            }

            // What the node runs decides, independently of how the explainer came to its answer.
            var behind = NodeImage.Compare(NodeImage.Parse(node.Image), NodeImage.Parse(Some.New)) == ImageOrder.Older;
            if (behind && world.Spec.Channel == NodeOsChannel.NodeImage)
            {
                node.Status.ShouldNotBe(NodeStatus.Current, what);
                node.Reasons[0].Code.ShouldNotBe(ReasonCode.AlreadyCurrent, what);
            }
        }
    }

    private static TestCluster RandomCluster(Random random)
    {
        var channel = new[] { NodeOsChannel.NodeImage, NodeOsChannel.NodeImage, NodeOsChannel.SecurityPatch, NodeOsChannel.None, NodeOsChannel.Unmanaged, NodeOsChannel.Unspecified }[random.Next(6)];
        var cluster = new TestCluster()
            .Pool("a", random.Next(1, 5), settings: s => s with
            {
                MaxSurge = IntOrPercent.Of(random.Next(3)),
                MaxUnavailable = IntOrPercent.Of(random.Next(2)),
                Canary = random.Next(2) == 0 ? Canary.FirstNode : Canary.None,
                Undrainable = random.Next(2) == 0 ? UndrainableNodeBehavior.Cordon : UndrainableNodeBehavior.Schedule,
                DrainTimeout = Duration.FromMinutes(random.Next(5, 40)),
            })
            .Pool("b", random.Next(1, 3), random.Next(2) == 0 ? Some.New : Some.Old, spec: p => p with { PinnedBySnapshot = random.Next(4) == 0 })
            .Channel(channel)
            .Patched(Some.Level(6, 10), reboot: random.Next(2) == 0).Patched(Some.Level(6, 28), reboot: random.Next(2) == 0);
        cluster.Deployment("shop/web", "a-1", "b-1").MinAvailable("shop/web", random.Next(1, 3));
        if (random.Next(2) == 0)
        {
            var start = 8 + random.Next(8);
            cluster.With(s => s with { Window = Windows.Daily($"{start:00}:00", 4) });
        }

        if (random.Next(5) == 0)
        {
            cluster.Node("a-1", n => n with { AutoProvisioned = true });
        }

        if (random.Next(5) == 0)
        {
            cluster.Node("b-1", n => n with { Image = NodeImage.Parse("custom"), RebootPending = true });
        }

        return random.Next(6) == 0 ? cluster.With(s => s with { Pause = new Pause("mia", Some.Noon, "release day") }) : cluster;
    }
}
