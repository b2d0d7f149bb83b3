using Imago.Domain.Channels;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts.Explanations;

/// <summary>What a node that waits for a reboot says under channel Unmanaged.</summary>
public sealed class PendingRebootTests
{
    [Theory]
    [InlineData(RebootPolicy.None, true, "", "The OS waits for a reboot. Nobody is known to reboot it: reboot it by hand, run kured, or set rebootPolicy of node pool 'a' to Coordinated.")]
    [InlineData(RebootPolicy.None, false, "", "The OS waits for a reboot. Nobody is known to reboot it: reboot it by hand, or run kured.")]
    [InlineData(RebootPolicy.None, true, "annotation", "The OS waits for a reboot. kured runs on the node and reboots it when its own settings allow; Imago leaves it alone.")]
    [InlineData(RebootPolicy.None, false, "pod", "The OS waits for a reboot. kured runs on the node and reboots it when its own settings allow; Imago leaves it alone.")]
    [InlineData(RebootPolicy.Coordinated, true, "", "The OS waits for a reboot. Imago drains and reboots it in the maintenance window (rebootPolicy Coordinated).")]
    [InlineData(RebootPolicy.Coordinated, true, "pod", "The OS waits for a reboot. Imago drains and reboots it in the maintenance window (rebootPolicy Coordinated), but kured runs on the node as well, and two would reboot it: remove kured, or set rebootPolicy of node pool 'a' to None.")]
    [InlineData(RebootPolicy.Coordinated, false, "", "The OS waits for a reboot. Node pool 'a' asks for coordinated reboots, but its provider cannot reboot nodes: reboot the node by hand, or run kured.")]
    [InlineData(RebootPolicy.Coordinated, false, "pod", "The OS waits for a reboot. Node pool 'a' asks for coordinated reboots, but its provider cannot reboot nodes; kured runs on the node and reboots it when its own settings allow.")]
    [Trait("Rule", "CH-13")]
    [Trait("Rule", "NM-20")]
    public void Explain_RebootPendingUnderUnmanaged_SaysWhoBringsItAbout(RebootPolicy policy, bool provider, string kured, string message)
    {
        var cluster = Cluster(policy, provider).Node("a-1", n => n with { KuredMarked = kured == "annotation" });
        if (kured == "pod")
        {
            cluster.DaemonSet("kube-system/kured");
        }

        var node = Explain(cluster);

        node.Reasons.Single(r => r.Code == ReasonCode.RebootPending).Message.ShouldBe(message);
        node.Status.ShouldBe(policy == RebootPolicy.Coordinated && provider ? NodeStatus.Pending : NodeStatus.NotSupported);
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Explain_SinceWhenIsKnown_IsSaid() =>
        Explain(Cluster(RebootPolicy.None, provider: false).Node("a-1", n => n with { RebootPendingSince = Some.Noon }))
            .Reasons.Single(r => r.Code == ReasonCode.RebootPending).Message.ShouldStartWith("The OS waits for a reboot since 2026-07-01T12:00:00Z. ");

    [Fact]
    [Trait("Rule", "NM-56")]
    public void Explain_OnlyTheAgentKnows_IsPendingAllTheSame() =>
        Explain(Cluster(RebootPolicy.None, provider: true).Node("a-1", n => n with { RebootPending = false, Agent = new AgentReport { Verdict = RebootVerdict.Reboot } }))
            .Codes().ShouldContain("RebootPending");

    [Fact]
    [Trait("Rule", "CH-11")]
    public void Explain_OtherNodesOfACoordinatedPool_AreLeftToTheirOs()
    {
        var cluster = Cluster(RebootPolicy.Coordinated, provider: true, nodes: 2).Node("a-2", n => n with { RebootPending = false });
        var input = cluster.Input();

        var node = Explainer.Explain(input, ClusterPlanner.Decide(input), null)["a-2"];

        node.Codes().ShouldBe(["ChannelUnmanaged", "Drift"]);
        node.Target.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-13")]
    public void Explain_NodeUnderWay_SaysThatItIsRebooted()
    {
        var world = new ObedientWorld(Cluster(RebootPolicy.Coordinated, provider: true)).Play(0.1);
        var input = world.Input();
        var record = world.Record("a");
        var replacing = record with { Active = record.Active.SetItem("a-1", record.Active["a-1"].Enter(Domain.Rollouts.Records.NodeStep.Replacing, world.Now)) };
        input = input with { Records = input.Records.SetItem("a", replacing) };

        Explainer.Explain(input, ClusterPlanner.Decide(input), new Domain.Rollouts.RolloutPlan(replacing, [], [], null))["a-1"]
            .Reasons[0].Message.ShouldStartWith("Its provider reboots it since ");
    }

    private static TestCluster Cluster(RebootPolicy policy, bool provider, int nodes = 1)
    {
        var cluster = new TestCluster().Pool("a", nodes, settings: s => s with { RebootPolicy = policy }, spec: p => p with { Provider = p.Provider with { Reboots = provider } })
            .Channel(NodeOsChannel.Unmanaged);
        for (var i = 1; i <= nodes; i++)
        {
            cluster.Node($"a-{i}", n => n with { RebootPending = true });
        }

        return cluster;
    }

    private static NodeExplanation Explain(TestCluster cluster)
    {
        var input = cluster.Input();
        return Explainer.Explain(input, ClusterPlanner.Decide(input), null)["a-1"];
    }
}
