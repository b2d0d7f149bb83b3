using Imago.Domain.Clusters;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Events;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Whole rollouts of machines that are patched in place, played in the obedient world.</summary>
public sealed class MachineRolloutTests
{
    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "UP-151")]
    public void Rollout_NoRebootNeeded_PatchesLiveCanaryFirst()
    {
        var world = new ObedientWorld(Shop(4, reboot: false, s => s with { MaxUnavailable = IntOrPercent.Of(2), Canary = Canary.FirstNode })).Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Orders.Where(o => o.Order.Mode != OrderMode.Stage).ShouldAllBe(o => o.Order.Mode == OrderMode.Live);
        world.Story.Lines.ShouldNotContain(l => l.Contains("cordon", StringComparison.Ordinal) || l.Contains("evict", StringComparison.Ordinal));
        world.Story.ShouldMatch("machines-live");
    }

    [Fact]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "UP-31")]
    [Trait("Rule", "IM-5")]
    public void Rollout_RebootNeeded_DrainsMaxUnavailableAtATimeAndSaysSoInTheLabel()
    {
        var world = new ObedientWorld(Shop(4, reboot: true, s => s with { MaxUnavailable = IntOrPercent.Of(2), Canary = Canary.FirstNode }));
        world.Restarting.UnionWith(["a-1", "a-2", "a-3", "a-4"]);

        world.Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.NodeNamed("a-3").Image.Text.ShouldBe(Machines.Base + "-2026.06.20");
        world.Orders.Where(o => o.Order.Mode != OrderMode.Stage).ShouldAllBe(o => o.Order.Mode == OrderMode.Drained && o.Order.Archive == Machines.ArchiveAt(Machines.Level));
        world.Story.ShouldMatch("machines-drained");
    }

    [Fact]
    [Trait("Rule", "CH-33")]
    [Trait("Rule", "NM-59")]
    public void Rollout_AgentFindsThatARebootWouldFollow_DrainsThatNodeWithinTheSlots()
    {
        var world = new ObedientWorld(Shop(3, reboot: false));
        world.Restarting.UnionWith(["a-1", "a-2", "a-3"]);

        world.Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Orders.Where(o => o.Node == "a-1" && o.Order.Mode != OrderMode.Stage).Select(o => o.Order.Mode).ShouldBe([OrderMode.Live, OrderMode.Drained]);
        world.Story.ShouldMatch("machines-escalate");
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public void Rollout_FixesHeldOnANode_SettlesItPartialAndGoesOn()
    {
        var world = new ObedientWorld(Shop(3, reboot: false, s => s with { Canary = Canary.FirstNode }));
        world.Holding.Add("a-1");

        world.Play(6 * 60);

        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.Partial);
        world.Record("a").Settled["a-1"].Fault.ShouldNotBeNull().Message.ShouldContain("kubelet stays at 1.34.1 instead of 1.34.2 (apt-mark hold)");
        world.Record("a").Settled["a-3"].Result.ShouldBe(NodeResult.Upgraded);
        Told(world, "a-1").Status.ShouldBe(NodeStatus.Blocked);
        Told(world, "a-1").Reasons[0].Code.ShouldBe(ReasonCode.FixesHeld);
        world.Orders.Count(o => o.Node == "a-1" && o.Order.Mode == OrderMode.Live).ShouldBe(1, "it is not tried again in the same window");
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public void Rollout_FixesHeldOnADrainedNode_PutsItBackToWork()
    {
        var world = new ObedientWorld(Shop(2, reboot: true));
        world.Restarting.UnionWith(["a-1", "a-2"]);
        world.Holding.Add("a-1");

        world.Play(6 * 60);

        world.ShouldBeTidy();
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.Partial);
        world.Record("a").Settled["a-2"].Result.ShouldBe(NodeResult.Upgraded);
        world.NodeNamed("a-1").Unschedulable.ShouldBeFalse();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "NM-32")]
    public void Rollout_AgentRefuses_HandsTheNodeBackAsItWasAndGoesOn(bool drained)
    {
        var world = new ObedientWorld(Shop(2, reboot: drained));
        world.Refusing.Add("a-1");

        world.Play(6 * 60);

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.Partial);
        world.Record("a").Settled["a-2"].Result.ShouldBe(NodeResult.Upgraded);
        world.NodeNamed("a-1").Unschedulable.ShouldBeFalse();
        Told(world, "a-1").Reasons[0].Message.ShouldContain("UnknownSystem: No driver for this system");
    }

    [Fact]
    [Trait("Rule", "CH-35")]
    [Trait("Rule", "CH-32")]
    public void Rollout_SilentAgent_HaltsAfterSeventyMinutesAndTakesTheLiveOrderBack()
    {
        var world = new ObedientWorld(Shop(2, reboot: false));
        world.Silent.Add("a-1");

        world.Play(75);

        world.Record("a").Phase.ShouldBe(RolloutPhase.Failed);
        world.Record("a").Fault.ShouldNotBeNull().Message.ShouldContain("has not reached patch level 20260620T000000Z in 70 minutes; it has not taken the order");
        world.NodeNamed("a-1").Order.ShouldNotBeNull().Mode.ShouldBe(OrderMode.Stage, "the agent may come to itself at any odd hour");

        world.Play(6 * 60);

        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded, "the retry does without it");
        world.Record("a").Settled.Keys.ShouldBe(["a-2"]);
        Told(world, "a-1").Reasons[0].Code.ShouldBe(ReasonCode.AgentSilent);
    }

    [Fact]
    [Trait("Rule", "CH-32")]
    [Trait("Rule", "CH-33")]
    public void Rollout_OutsideTheWindow_StagesOnlyAndGoesByWhatTheNodesFound()
    {
        // The catalogue says live; the plans of two nodes say otherwise.
        var world = new ObedientWorld(Shop(3, reboot: false).With(s => s with { Window = Windows.Daily("20:00", 4) }));
        world.Restarting.UnionWith(["a-1", "a-2"]);

        world.Play(24 * 60);

        world.ShouldBeTidy();
        var opens = Some.After(8 * 60);
        world.Orders.Where(o => o.At < opens).Select(o => (o.Node, o.Order.Mode)).ShouldBe([("a-1", OrderMode.Stage), ("a-2", OrderMode.Stage), ("a-3", OrderMode.Stage)]);
        world.Orders.Where(o => o.At >= opens).Select(o => (o.Node, o.Order.Mode)).ShouldBe(
            [("a-1", OrderMode.Drained), ("a-3", OrderMode.Live), ("a-2", OrderMode.Drained)], ignoreOrder: true);
        world.Orders.ShouldAllBe(o => o.At < opens || o.At < opens + Duration.FromHours(4));
    }

    [Fact]
    [Trait("Rule", "UP-133")]
    public void Events_OfADrainedMachine_SayThatItIsPatchedInPlace()
    {
        var world = new ObedientWorld(Shop(1, reboot: true)).Play();

        var record = world.Record("a");
        RolloutEvents.Between(record with { Settled = RolloutRecord.EmptySettled }, record).Select(e => e.Message).ShouldBe(
            ["Draining node: a-1", "Patching node a-1 in place", "Successfully patched node: a-1", "Successfully upgraded node: a-1"]);
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Newcomer_IsPatchedAtOnceOutsideTheWindowAndThenLetIn()
    {
        var cluster = Shop(2, reboot: true).With(s => s with { Window = Windows.Daily("20:00", 4) }).Node("a-2", n => n with { NotPatchedYet = true });
        var world = new ObedientWorld(cluster);
        world.Restarting.Add("a-2");

        world.Play(60);

        world.Orders.Where(o => o.Node == "a-2").ShouldHaveSingleItem().Order.Mode.ShouldBe(OrderMode.Drained);
        world.NodeNamed("a-2").NotPatchedYet.ShouldBeFalse();
        world.NodeNamed("a-2").ReachedLevel.ShouldBe(Machines.Level);
        world.NodeNamed("a-2").Unschedulable.ShouldBeFalse();
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    [Trait("Rule", "CH-32")]
    public void Rollout_MirrorHasMovedPastADrainedNodesLevel_TakesTheOrderBackAndTheNodeGoesBackToWork()
    {
        var world = new ObedientWorld(Shop(3, reboot: true)) { MirrorIsElsewhere = (_, order) => order.Mode != OrderMode.Stage || order.Id.EndsWith("TakenBack", StringComparison.Ordinal) };
        world.Restarting.UnionWith(["a-1", "a-2", "a-3"]);

        // A little later the other nodes get their try.
        world.Play(83);

        world.ShouldBeTidy();
        var record = world.Record("a");
        record.Phase.ShouldBe(RolloutPhase.Failed);
        var (name, outcome) = record.Settled.ShouldHaveSingleItem();
        outcome.Result.ShouldBe(NodeResult.Partial);
        outcome.Fault.ShouldNotBeNull().Code.ShouldBe(nameof(ReasonCode.AgentFailing));
        outcome.Fault.Message.ShouldContain("MirrorAhead: The mirror is at a newer edition; it was tried 8 times in 70 minutes. Nothing was changed, and the node goes back to work.");
        world.NodeNamed(name).Unschedulable.ShouldBeFalse();
        world.NodeNamed(name).Order.ShouldNotBeNull().Mode.ShouldBe(OrderMode.Stage, "an agent that still had the drained one could restart the node with pods on it");
        world.Orders.Count(o => o.Order.Mode == OrderMode.Drained).ShouldBe(1, "no further node is drained for nothing");
    }

    [Fact]
    [Trait("Rule", "NM-31")]
    public void Rollout_AgentOfADrainedNodeDoesNotTakeNoteThatItsOrderIsTakenBack_KeepsTheNodeDrained()
    {
        var world = new ObedientWorld(Shop(1, reboot: true)) { MirrorIsElsewhere = (_, order) => order.Mode == OrderMode.Drained };
        world.At(60, "the agent dies", w => w.Silent.Add("a-1"));

        world.Play(4 * 60);

        world.NodeNamed("a-1").Unschedulable.ShouldBeTrue();
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.ProviderFailed);
        world.Record("a").Settled["a-1"].Fault.ShouldNotBeNull().Message.ShouldContain("Its agent does not take note of it");

        // The agent runs again, and reads what it is told now.
        world.Silent.Clear();
        world.MirrorIsElsewhere = (_, _) => false;
        world.Change("a-1", n => n with { Agent = Machines.Report(AgentPhase.Staging) with { OrderId = n.Order!.Id } });
        world.Play(8 * 60);
        world.ShouldBeTidy();
        world.NodeNamed("a-1").Unschedulable.ShouldBeFalse();
        world.NodeNamed("a-1").ReachedLevel.ShouldBe(Machines.Level);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "NM-48")]
    public void Rollout_ArchiveIsSignedAgainMeanwhile_GivesTheSameOrderWithTheEditionOfNow(bool drained)
    {
        var again = Machines.ArchiveAt(Machines.Level) with { Suites = [Machines.ArchiveAt(Machines.Level).Suites[0] with { Sha256 = "ab" }] };
        var world = new ObedientWorld(Shop(2, reboot: drained)) { MirrorIsElsewhere = (_, order) => order.Mode != OrderMode.Stage && order.Archive != again };
        world.At(30, "the archive is signed again", w => w.Release(w.Cluster.MachinesArchived(Machines.Level, again)));

        world.Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Record("a").Settled.Values.ShouldAllBe(s => s.Result == NodeResult.Upgraded);
        var first = world.Orders.First(o => o.Order.Mode != OrderMode.Stage);
        var orders = world.Orders.Where(o => o.Node == first.Node && o.Order.Mode != OrderMode.Stage).Select(o => o.Order).ToList();
        orders.Count.ShouldBe(2);
        orders[1].ShouldBe(orders[0] with { Archive = again }, "the same order, whose time counts from when it was first given");
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "MW-53")]
    [Trait("Rule", "CH-32")]
    public void Rollout_AgentDoesNotBeginBeforeTheWindowCloses_NodeServesUntilTheNextOne(bool drained)
    {
        var end = Some.After(30);
        var cluster = Shop(2, reboot: drained).With(s => s with { Window = Windows.Daily("08:30", 4) });
        var world = new ObedientWorld(cluster) { MirrorIsElsewhere = (_, order) => order.NotAfter == end };
        world.Restarting.UnionWith(drained ? ["a-1", "a-2"] : []);

        world.Play(3 * 60);

        var first = world.Orders.First(o => o.Order.Mode != OrderMode.Stage);
        first.Order.Mode.ShouldBe(drained ? OrderMode.Drained : OrderMode.Live);
        first.Order.NotAfter.ShouldBe(end);
        world.View.Nodes.Values.ShouldAllBe(n => !n.Unschedulable && n.Mark == null && n.ReachedLevel != Machines.Level);
        world.View.Nodes.Values.ShouldAllBe(n => n.Order == null || (n.Order.Mode == OrderMode.Stage && n.Order.NotAfter == null));

        world.Play(48 * 60);

        world.ShouldBeTidy();
        world.View.Nodes.Values.ShouldAllBe(n => n.ReachedLevel == Machines.Level);
        world.Orders.Where(o => o.Order.Mode != OrderMode.Stage).ShouldAllBe(o => o.At < o.Order.NotAfter && (o.Order.NotAfter == end || o.At >= end + Duration.FromHours(20)));
    }

    [Theory]
    [InlineData(WindowClose.FinishPool, true)]
    [InlineData(WindowClose.FinishNode, false)]
    [Trait("Rule", "MW-12")]
    [Trait("Rule", "MW-54")]
    public void Rollout_NothingIsHeldByAClosedWindow_OrdersHaveNoLimit(WindowClose close, bool windowed)
    {
        var world = new ObedientWorld(Shop(2, reboot: false, s => s with { WindowClose = close }).With(s => s with { Window = windowed ? Windows.Daily("08:30", 4) : null })).Play();

        world.Orders.ShouldNotBeEmpty();
        world.Orders.ShouldAllBe(o => o.Order.NotAfter == null);
    }

    [Fact]
    [Trait("Rule", "UP-11")]
    public void Rollout_MachineVanishesWhileItsAgentWorks_IsNotWaitedFor()
    {
        var world = new ObedientWorld(Shop(2, reboot: true));
        world.Restarting.UnionWith(["a-1", "a-2"]);
        world.At(5, "somebody deletes the node", w => w.Remove("a-1"));

        world.Play();

        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.Gone);
        world.Record("a").Settled["a-2"].Result.ShouldBe(NodeResult.Upgraded);
    }

    [Theory]
    [InlineData(AgentPhase.Applying, false, false)]
    [InlineData(AgentPhase.Retrying, true, false)]
    [InlineData(AgentPhase.Applied, false, true)]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "UP-155")]
    public void Mark_OfAnEarlierRollout_StaysWhileTheAgentMayStillRestartTheMachine(AgentPhase phase, bool takesBack, bool releases)
    {
        var order = new NodeOrder { Id = "a-0/a-1/Reimage", Mode = OrderMode.Drained, Level = Machines.Level, GivenAt = Some.After(-200) };
        var cluster = Shop(2, reboot: true).Node("a-1", n => n with
        {
            Unschedulable = true, Mark = new CordonMark("a-0", "patched", Some.After(-200), false), ScaleDownDisabled = true, Order = order, Agent = Machines.Report(phase) with { OrderId = order.Id },
        });
        var record = new RolloutRecord
        {
            Id = "a-9", Pool = "a", Target = new RolloutTarget.Patch(Machines.Level, true), Phase = RolloutPhase.Succeeded, StartedAt = Some.After(-9), EndedAt = Some.After(-1), Settings = cluster.PoolNamed("a").Settings,
        };

        var updates = RolloutPlanner.Decide(cluster.Input(null, record), cluster.PoolNamed("a"), record).Actions.OfType<RolloutAction.UpdateNode>().Where(a => a.Node == "a-1").Select(a => a.Update).ToList();

        updates.Any(u => u.Order?.Id == $"{order.Id}/TakenBack").ShouldBe(takesBack);
        updates.Any(u => u.Unschedulable == false).ShouldBe(releases);
    }

    private static TestCluster Shop(int nodes, bool reboot, Func<UpgradeSettings, UpgradeSettings>? settings = null) => new TestCluster()
        .Machines("a", nodes, settings)
        .MachinesPatched(Machines.Level, reboot)
        .Deployment("shop/web", [.. Enumerable.Range(1, nodes).Select(n => $"a-{n}")]);

    private static NodeExplanation Told(ObedientWorld world, string node)
    {
        var input = world.Input();
        return Explainer.Explain(input, ClusterPlanner.Decide(input), underWay: null)[node];
    }
}
