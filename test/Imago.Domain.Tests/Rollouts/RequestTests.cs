using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>What people ask for: upgrades by hand, reimages of a channel change, aborts.</summary>
public sealed class RequestTests
{
    private static readonly PoolRequest ByHand = new() { OperationId = "op-1", Trigger = RolloutTrigger.Manual, AskedAt = Some.Noon };

    [Theory]
    [InlineData(NodeOsChannel.None)]
    [InlineData(NodeOsChannel.Unmanaged)]
    [InlineData(NodeOsChannel.SecurityPatch)]
    [InlineData(NodeOsChannel.NodeImage)]
    [Trait("Rule", "MW-11")]
    public void Decide_UpgradeByHandOutsideTheWindow_StartsUnderAnyChannel(NodeOsChannel channel)
    {
        var start = ClusterPlanner.Decide(Asked(ByHand).Channel(channel).With(Closed).Input()).Start.ShouldNotBeNull();

        start.Target.ShouldBe(new RolloutTarget.Image(NodeImage.Parse(Some.New)));
        (start.Trigger, start.OperationId, start.WindowStart).ShouldBe((RolloutTrigger.Manual, "op-1", null));
    }

    [Theory]
    [InlineData(KubernetesSupport.PlatformOnly, true)]
    [InlineData(KubernetesSupport.Unsupported, false)]
    [Trait("Rule", "CH-87")]
    public void Decide_UpgradeByHandOnAnUnsupportedMinor_StartsAtNMinus3Only(KubernetesSupport support, bool starts)
    {
        var input = Asked(ByHand).With(s => s with { Support = support }).Input();

        (ClusterPlanner.Decide(input).Start is not null).ShouldBe(starts);
        Requests.Answers(input).Select(a => a.Refusal?.Code).ShouldBe(starts ? [] : [ReasonCode.KubernetesVersionUnsupported]);
    }

    [Fact]
    [Trait("Rule", "MW-11")]
    public void Decide_UpgradeByHandAfterAFailure_IsNotHeldByTheEarlierRun()
    {
        var cluster = Asked(ByHand);
        var fault = new RolloutFault(nameof(ReasonCode.Undrainable), "It could not be drained.", "a-1", Some.Noon);
        var failed = Situation.Running(cluster) with { Phase = RolloutPhase.Failed, EndedAt = Some.Noon, Fault = fault, Attempt = 2 };

        ClusterPlanner.Decide(cluster.Input(Some.After(1), failed)).Start.ShouldNotBeNull().Attempt.ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "AZ-21")]
    [Trait("Rule", "UP-62")]
    public void Decide_SeveralPoolsAsked_TakesThemOneAfterAnotherInTheOrderOfAsking()
    {
        var cluster = new TestCluster()
            .Pool("a", 1, spec: p => p with { Request = ByHand with { OperationId = "second", AskedAt = Some.Noon } })
            .Pool("b", 1)
            .Pool("c", 1, spec: p => p with { Request = ByHand with { OperationId = "first", AskedAt = Some.After(-1) } });

        var first = ClusterPlanner.Decide(cluster.Input());
        first.Start.ShouldNotBeNull().OperationId.ShouldBe("first");
        first.Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.WaitingForPool);

        var done = first.Start.Become(RolloutPhase.Succeeded, Some.After(5));
        cluster.Node("c-1", n => n with { Image = NodeImage.Parse(Some.New) });
        ClusterPlanner.Decide(cluster.Input(Some.After(5), done)).Start.ShouldNotBeNull().OperationId.ShouldBe("second");
    }

    [Fact]
    public void Decide_RequestThatARolloutHasTaken_IsNotTakenAgain()
    {
        var cluster = Asked(ByHand).Channel(NodeOsChannel.None);
        var failed = Situation.Running(cluster) with { OperationId = "op-1", Phase = RolloutPhase.Failed, EndedAt = Some.Noon };

        ClusterPlanner.Decide(cluster.Input(Some.After(1), failed)).Start.ShouldBeNull();
        Requests.Answers(cluster.Input(Some.After(1), failed)).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-153")]
    public void Decide_UpgradeByHandWhilePaused_Waits()
    {
        var input = Asked(ByHand).With(s => s with { Pause = new Pause("anna", Some.Noon, "freeze") }).Input();

        ClusterPlanner.Decide(input).Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.Paused);
        Requests.Answers(input).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-67")]
    public void Decide_UpgradeByHandOfAStoppedCluster_Waits() =>
        ClusterPlanner.Decide(Asked(ByHand).With(s => s with { Running = false }).Input()).Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.ClusterStopped);

    [Fact]
    [Trait("Rule", "UP-9")]
    public void Answers_EveryNodeAtTheNewestImage_NothingToDo() =>
        Requests.Answers(new TestCluster().Pool("a", 2, Some.New, spec: p => p with { Request = ByHand }).Input()).ShouldBe([new RequestAnswer("a", "op-1", null)]);

    [Fact]
    [Trait("Rule", "UP-23")]
    public void Answers_SettingsLeaveNoRoom_SaysWhy()
    {
        var input = Asked(ByHand, s => s with { MaxSurge = IntOrPercent.Of(0) }).Input();

        Requests.Answers(input).ShouldHaveSingleItem().Refusal.ShouldNotBeNull().Code.ShouldBe(ReasonCode.SettingsRefused);
        ClusterPlanner.Decide(input).Start.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "MW-11")]
    [Trait("Rule", "UP-62")]
    public void Decide_AutomaticRolloutWaitsForItsWindow_GivesWayToTheRequest()
    {
        var cluster = new TestCluster().Pool("a", 2).Pool("b", 1, spec: p => p with { Request = ByHand }).With(Closed);
        var waiting = Situation.Running(cluster);

        var plan = RolloutPlanner.Decide(cluster.Input(null, waiting), cluster.PoolNamed("a"), waiting);

        (plan.Record.Phase, plan.Record.Fault?.Code).ShouldBe((RolloutPhase.Canceled, TargetChooser.SupersededCode));
        ClusterPlanner.Decide(cluster.Input(null, plan.Record)).Start.ShouldNotBeNull().Pool.ShouldBe("b");
    }

    [Fact]
    [Trait("Rule", "UP-62")]
    public void Decide_AutomaticRolloutHasNodesUnderWay_FinishesThemFirst()
    {
        var cluster = Situation.InPlace(2).Pool("b", 1, spec: p => p with { Request = ByHand });
        var record = Situation.DrainingRecord(cluster);

        RolloutPlanner.Decide(cluster.Input(null, record), cluster.PoolNamed("a"), record).Record.Phase.ShouldBe(RolloutPhase.Running);
    }

    [Fact]
    public void Decide_RequestThatHasToWaitItself_DoesNotStopAnAutomaticRollout()
    {
        var cluster = new TestCluster().Pool("a", 2).Pool("b", 1, spec: p => p with { Request = ByHand, Pause = new Pause("anna", Some.Noon, "freeze") }).With(Closed);
        var waiting = Situation.Running(cluster);

        RolloutPlanner.Decide(cluster.Input(null, waiting), cluster.PoolNamed("a"), waiting).Record.Phase.ShouldBe(RolloutPhase.Running);
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    [Trait("Rule", "CH-52")]
    public void Decide_ChannelTransition_ReimagesCurrentNodesThatAreOlderThanIt()
    {
        var cluster = new TestCluster().Pool("a", 3, Some.New, spec: p => p with { Request = Transition(Some.New) }).Channel(NodeOsChannel.Unmanaged).With(Closed)
            .Node("a-2", n => n with { CreatedAt = Some.Noon });

        var start = ClusterPlanner.Decide(cluster.Input()).Start.ShouldNotBeNull();

        start.Trigger.ShouldBe(RolloutTrigger.ChannelTransition);
        ProvisioningStates.After(start).ShouldBe(ProvisioningState.Updating);
        Candidates(cluster, start).ShouldBe(["a-1", "a-3"]);
    }

    [Theory]
    [InlineData(Some.Old, Some.New)]
    [InlineData(Some.New, Some.New)]
    [InlineData(Some.Newest, Some.Newest)]
    [InlineData(Some.New + "-2026.06.25", Some.New + "-2026.06.25")]
    [InlineData("another distribution", "another distribution")]
    [Trait("Rule", "CH-50")]
    [Trait("Rule", "CH-91")]
    public void Assess_Reimage_NeverGoesBack(string runs, string gets)
    {
        var cluster = new TestCluster().Pool("a", 1, runs);
        var target = new RolloutTarget.Reimage(NodeImage.Parse(Some.New), Some.Noon);

        TargetJudge.Assess(cluster.View().Nodes["a-1"], target, cluster.Catalog).ShouldBe(new NodeNeed.Work(NodeWork.Reimage, gets, null));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Rule", "CH-50")]
    [Trait("Rule", "CH-51")]
    public void Rollout_ChannelTransition_ReimagesEveryNodeOnceAndLeavesItsImage(bool keepsNodeObjects)
    {
        var cluster = new TestCluster().Pool("a", 3, Some.New, spec: p => p with { Request = Transition(Some.New) }).Channel(NodeOsChannel.Unmanaged)
            .Deployment("shop/web", "a-1", "a-2", "a-3").MinAvailable("shop/web", 2);
        var world = new ObedientWorld(cluster) { KeepsNodeObjects = keepsNodeObjects };

        world.Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Record("a").Settled.Select(s => (s.Key, s.Value.Result)).ShouldBe([("a-1", NodeResult.Upgraded), ("a-2", NodeResult.Upgraded), ("a-3", NodeResult.Upgraded)]);
        world.View.Nodes.Values.ShouldAllBe(n => n.Image.Text == Some.New && n.Ready);
        world.Story.Tail(500).Split("ask provider: Reimage").Length.ShouldBe(4);
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    public void Rollout_ReimagedNodeStaysUnhealthy_FailsAndHealsWhenItDoes()
    {
        var cluster = new TestCluster().Pool("a", 1, Some.New, settings: s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) }, spec: p => p with { Request = Transition(Some.New) })
            .Channel(NodeOsChannel.Unmanaged);
        var world = new ObedientWorld(cluster) { KeepsNodeObjects = true };
        world.BadNodes.Add("a-1");

        world.Play(60);
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.NotReady);

        world.At(70, "the node recovers", w => w.Change("a-1", n => n with { Ready = true })).Play(90);
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.Upgraded);
        world.NodeNamed("a-1").Unschedulable.ShouldBeFalse();
    }

    [Theory]
    [InlineData(RolloutTrigger.Automatic)]
    [InlineData(RolloutTrigger.Manual)]
    [InlineData(RolloutTrigger.ChannelTransition)]
    [Trait("Rule", "UP-66")]
    public void Decide_Abort_FinishesWhatIsInFlightAndStartsNothing(RolloutTrigger trigger)
    {
        var cluster = Situation.InPlace(3);
        var record = Situation.DrainingRecord(cluster) with { Trigger = trigger, MaxUnavailable = 2 };
        var pool = cluster.PoolNamed("a") with { Abort = new AbortRequest("r1", "anna", Some.Noon) };

        var plan = RolloutPlanner.Decide(cluster.Input(null, record), pool, record);

        plan.Record.Phase.ShouldBe(RolloutPhase.Canceling);
        plan.Record.Active.Keys.ShouldBe(["a-1"]);
        plan.Record.Fault.ShouldNotBeNull().Message.ShouldContain("anna");

        var finished = plan.Record with { Active = RolloutRecord.EmptyActive };
        RolloutPlanner.Decide(cluster.Input(null, finished), pool, finished).Record.Phase.ShouldBe(RolloutPhase.Canceled);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public void Decide_AbortOfAnotherRollout_IsNotMeant()
    {
        var cluster = Situation.InPlace(3);
        var record = Situation.DrainingRecord(cluster);

        RolloutPlanner.Decide(cluster.Input(null, record), cluster.PoolNamed("a") with { Abort = new AbortRequest("r0", "anna", Some.Noon) }, record).Record.Phase.ShouldBe(RolloutPhase.Running);
    }

    [Fact]
    public void Decide_SecondRolloutInTheSameSecond_HasAnotherId()
    {
        var cluster = Asked(ByHand);
        var first = Situation.Running(cluster) with { Id = "a-20260701t120000", Phase = RolloutPhase.Succeeded, EndedAt = Some.Noon };

        ClusterPlanner.Decide(cluster.Input(null, first)).Start.ShouldNotBeNull().Id.ShouldBe("a-20260701t120000-2");
        ClusterPlanner.Decide(cluster.Input(null, first with { Id = "a-20260701t120000-2" })).Start.ShouldNotBeNull().Id.ShouldBe("a-20260701t120000-3");
    }

    [Fact]
    [Trait("Rule", "CH-50")]
    public void Explain_NodeReimagedByATransition_IsUpgradedAlthoughItsObjectIsOld()
    {
        var cluster = new TestCluster().Pool("a", 2, Some.New, spec: p => p with { Request = Transition(Some.New) });
        var record = Situation.Running(cluster) with
        {
            OperationId = "op-1",
            Trigger = RolloutTrigger.ChannelTransition,
            Target = new RolloutTarget.Reimage(NodeImage.Parse(Some.New), Some.Noon),
            Settled = RolloutRecord.EmptySettled.Add("a-1", Situation.Outcome(NodeResult.Upgraded)),
        };
        var input = cluster.Input(null, record);

        Explainer.Explain(input, ClusterPlanner.Decide(input), RolloutPlanner.Decide(input, cluster.PoolNamed("a"), record))["a-1"].Status.ShouldBe(NodeStatus.Upgraded);
    }

    private static TestCluster Asked(PoolRequest request, Func<UpgradeSettings, UpgradeSettings>? settings = null) =>
        new TestCluster().Pool("a", 2, settings: settings, spec: p => p with { Request = request });

    private static PoolRequest Transition(string image) => new() { OperationId = "op-1", Trigger = RolloutTrigger.ChannelTransition, AskedAt = Some.Noon, Image = NodeImage.Parse(image) };

    private static ClusterSpec Closed(ClusterSpec spec) => spec with { Window = Windows.Daily("20:00", 4) };

    private static IEnumerable<string> Candidates(TestCluster cluster, RolloutRecord record) =>
        cluster.View().Nodes.Values.Where(n => TargetJudge.Assess(n, record.Target, cluster.Catalog) is NodeNeed.Work).Select(n => n.Name).Order(StringComparer.Ordinal);
}
