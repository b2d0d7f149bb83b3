using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public class MachineJudgeTests
{
    private static readonly RolloutTarget Level = new RolloutTarget.Patch(Machines.Level, LivePatching: true);

    [Theory]
    [InlineData(true, false, NodeWork.LivePatch)]
    [InlineData(false, true, NodeWork.Reimage)]
    [Trait("Rule", "CH-33")]
    public void Assess_NodeHasPlanned_GoesByItsPlanAndNotByWhatIsPublished(bool published, bool planned, NodeWork expected) =>
        Need(published, n => n with { Agent = Machines.Planned(planned) }).ShouldBeOfType<NodeNeed.Work>().Kind.ShouldBe(expected);

    [Theory]
    [InlineData(true, NodeWork.Reimage)]
    [InlineData(false, NodeWork.LivePatch)]
    [Trait("Rule", "NM-15")]
    public void Assess_NodeHasNotPlanned_GoesByKernelAndCLibrary(bool published, NodeWork expected)
    {
        Need(published, n => n).ShouldBeOfType<NodeNeed.Work>().Kind.ShouldBe(expected);
        Need(published, n => n with { Agent = Machines.Planned(!published, OrderContent.Everything) }).ShouldBeOfType<NodeNeed.Work>().Kind.ShouldBe(expected, "a plan for all updates is another one");
        Need(published, n => n with { Agent = Machines.Idle with { Planned = new PlannedChange(Some.Level(6, 10), OrderContent.Security, published ? RebootVerdict.None : RebootVerdict.Reboot, 1, 0) } })
            .ShouldBeOfType<NodeNeed.Work>().Kind.ShouldBe(expected, "a plan for another level is another one");
    }

    [Fact]
    [Trait("Rule", "NM-59")]
    public void Assess_ServicesHaveToBeRestarted_IsPatchedLive() =>
        Need(true, n => n with { Agent = Machines.Planned(false) with { Planned = new PlannedChange(Machines.Level, OrderContent.Security, RebootVerdict.RestartServices, 3, 0) } })
            .ShouldBeOfType<NodeNeed.Work>().Kind.ShouldBe(NodeWork.LivePatch);

    [Fact]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "IM-5")]
    public void Assess_LiveOrderWasAnsweredWithRebootNeeded_IsDrained() =>
        Need(false, n => n with { Agent = Machines.Report(AgentPhase.RebootNeeded) }).ShouldBe(new NodeNeed.Work(NodeWork.Reimage, Machines.Base + "-2026.06.20", Machines.Level));

    [Fact]
    [Trait("Rule", "NM-34")]
    [Trait("Rule", "NM-49")]
    public void Assess_FixesHeld_IsNotTakenAndNamesThem()
    {
        var held = Machines.Report(AgentPhase.AppliedPartially) with { Held = [new HeldPackage("kubelet", "1.34.1", "1.34.2", "apt-mark hold")] };

        WhyNot(n => n with { Agent = held }).Message.ShouldContain("kubelet stays at 1.34.1 instead of 1.34.2 (apt-mark hold)");
        WhyNot(n => n with { Agent = held }).Code.ShouldBe(ReasonCode.FixesHeld);
        WhyNot(n => n with { Agent = held with { Phase = AgentPhase.Staged, Planned = new PlannedChange(Machines.Level, OrderContent.Security, RebootVerdict.None, 0, 0) } })
            .Code.ShouldBe(ReasonCode.FixesHeld, "asked again, it found nothing else to install");
        Need(false, n => n with { Agent = held with { Phase = AgentPhase.Staged, Planned = new PlannedChange(Machines.Level, OrderContent.Security, RebootVerdict.None, 1, 0) } })
            .ShouldBeOfType<NodeNeed.Work>("a hold was taken off");
        Need(false, n => n with { Agent = held with { Level = Some.Level(6, 10) } }).ShouldBeOfType<NodeNeed.Work>("that was another level");
    }

    [Fact]
    [Trait("Rule", "NM-32")]
    public void Assess_Refused_SaysWhatTheAgentSays() => WhyNot(n => n with { Agent = Machines.Report(AgentPhase.Refused) with { Reason = "UnknownSystem", Message = "No driver." } })
        .Message.ShouldStartWith("Its agent refuses level 20260620T000000Z: UnknownSystem: No driver. It is asked again");

    [Theory]
    [InlineData(Machines.Base)]
    [InlineData("")]
    public void Assess_NoAgent_IsNotStartedAndSaysWhatToDo(string image)
    {
        var why = WhyNot(n => n with { Agent = null, Image = NodeImage.Parse(image) });

        why.Code.ShouldBe(ReasonCode.AgentMissing);
        why.Message.ShouldContain("Install the agent");
    }

    [Fact]
    public void Assess_OrderNotTakenForSeventyMinutes_IsNotStarted()
    {
        static Node Ordered(Node node) => node with { Order = new NodeOrder { Id = "o", Mode = OrderMode.Stage, Level = Machines.Level, GivenAt = Some.After(-70) } };

        WhyNot(Ordered).Code.ShouldBe(ReasonCode.AgentSilent);
        Need(false, n => Ordered(n) with { Agent = Machines.Planned(false) with { OrderId = "o" } }).ShouldBeOfType<NodeNeed.Work>();
    }

    [Theory]
    [InlineData(AgentPhase.Retrying, 1, "MirrorAhead")]
    [InlineData(AgentPhase.Retrying, 2, "MirrorStale")]
    [InlineData(AgentPhase.Staging, 2, "MirrorAhead")]
    [Trait("Rule", "NM-33")]
    [Trait("Rule", "NM-31")]
    public void Assess_StagingFails_WaitsAndSaysWhyAlsoInTheMiddleOfTheNextAttempt(AgentPhase phase, int attempts, string reason)
    {
        var why = WhyNot(n => n with
        {
            Order = new NodeOrder { Id = "o", Mode = OrderMode.Stage, Level = Machines.Level },
            Agent = Machines.Report(phase) with { OrderId = "o", Reason = reason, Message = "bookworm-security is of another day.", Attempts = attempts, NextAttemptAt = Some.After(20) },
        });

        why.Code.ShouldBe(ReasonCode.AgentFailing);
        why.Message.ShouldContain($"{reason}: bookworm-security is of another day. It goes on trying");
        why.Until.ShouldBe(Some.After(20));
    }

    [Fact]
    public void Assess_FirstAttemptAtStaging_DoesNotHoldTheNode() =>
        Need(false, n => n with
        {
            Order = new NodeOrder { Id = "o", Mode = OrderMode.Stage, Level = Machines.Level },
            Agent = Machines.Report(AgentPhase.Staging) with { OrderId = "o", Attempts = 1 },
        }).ShouldBeOfType<NodeNeed.Work>();

    [Fact]
    [Trait("Rule", "CH-50")]
    public void Assess_ChannelTransition_ReimagesNoMachine()
    {
        var cluster = new TestCluster().Machines("a", 1);

        TargetJudge.Assess(cluster.View().Nodes["a-1"], new RolloutTarget.Reimage(NodeImage.Parse(Machines.Base), Some.Noon), cluster.Catalog).ShouldBe(NodeNeed.Nothing.Instance);
    }

    [Fact]
    [Trait("Rule", "CH-91")]
    public void Assess_PatchedBeyondTheMomentOfAnImage_WaitsForALaterOne()
    {
        var cluster = new TestCluster().Machines("a", 1).Node("a-1", n => n with { ReachedLevel = Some.Level(6, 25) });

        TargetJudge.Assess(cluster.View().Nodes["a-1"], new RolloutTarget.Image(NodeImage.Parse("ImagoDebian-12-202606.22.0")), cluster.Catalog)
            .ShouldBeOfType<NodeNeed.NotTaken>().Why.Code.ShouldBe(ReasonCode.NewerThanTarget);
        TargetJudge.Assess(cluster.View().Nodes["a-1"], new RolloutTarget.Image(NodeImage.Parse("ImagoDebian-12-202606.29.0")), cluster.Catalog)
            .ShouldBe(new NodeNeed.Work(NodeWork.Reimage, "ImagoDebian-12-202606.29.0", null));
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Assess_Newcomer_IsNoCandidate() => WhyNot(n => n with { NotPatchedYet = true }).Code.ShouldBe(ReasonCode.NotPatchedYet);

    [Fact]
    public void Decide_NoAgentAnywhere_StartsNothingAndExplains()
    {
        var cluster = Cluster(false, n => n with { Agent = null });
        var input = cluster.Input();
        var plan = ClusterPlanner.Decide(input);

        plan.Start.ShouldBeNull();
        var told = Explainer.Explain(input, plan, underWay: null)["a-1"];
        told.Status.ShouldBe(NodeStatus.Blocked);
        told.Reasons[0].Code.ShouldBe(ReasonCode.AgentMissing);
    }

    [Fact]
    [Trait("Rule", "CH-33")]
    public void Explain_StagedAndWaitingForTheWindow_SaysHowItWillBePatched()
    {
        var input = Cluster(false, n => n with { Agent = Machines.Planned(true) }).With(s => s with { Window = Windows.Daily("20:00", 4) }).Input();

        Explainer.Explain(input, ClusterPlanner.Decide(input), underWay: null)["a-1"].Reasons.ShouldContain(
            r => r.Code == ReasonCode.Staged && r.Message == "Its agent has staged level 20260620T000000Z: 26 packages, after which it has to restart; so it is drained.");
    }

    private static TestCluster Cluster(bool published, Func<Node, Node> change) =>
        new TestCluster().Machines("a", 1).MachinesPatched(Machines.Level, published).Node("a-1", change);

    private static NodeNeed Need(bool published, Func<Node, Node> change)
    {
        var cluster = Cluster(published, change);
        return TargetJudge.Assess(cluster.View().Nodes["a-1"], Level, cluster.Catalog, cluster.PoolNamed("a"), Some.Noon);
    }

    private static Reason WhyNot(Func<Node, Node> change) => Need(false, change).ShouldBeOfType<NodeNeed.NotTaken>().Why;
}
