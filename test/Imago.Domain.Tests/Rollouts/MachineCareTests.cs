using Imago.Domain.Channels;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Machines;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public class MachineCareTests
{
    private static readonly NodeOrder Staged = new() { Id = "a/a-1/Stage/20260620T000000Z", Mode = OrderMode.Stage, Level = Machines.Level, GivenAt = Some.After(-10) };

    [Theory]
    [InlineData(NodeOsChannel.SecurityPatch, OsUpdater.Imago)]
    [InlineData(NodeOsChannel.NodeImage, OsUpdater.Imago)]
    [InlineData(NodeOsChannel.Unmanaged, OsUpdater.Distribution)]
    [InlineData(NodeOsChannel.None, null)]
    [InlineData(NodeOsChannel.Unspecified, null)]
    [Trait("Rule", "CH-17")]
    [Trait("Rule", "CH-24")]
    [Trait("Rule", "CH-10")]
    public void Updater_FollowsTheChannelAndNoneLeavesItAlone(NodeOsChannel channel, OsUpdater? expected)
    {
        var cluster = new TestCluster().Machines("a", 1).Node("a-1", n => n with { Updater = null }).Channel(channel);

        Updates(cluster).Select(u => u.Updater).ShouldBe(expected is null ? [] : [expected]);
    }

    [Fact]
    [Trait("Rule", "NM-18")]
    public void Updater_AlreadyTold_IsNotToldAgain() => Updates(new TestCluster().Machines("a", 1)).ShouldBeEmpty();

    [Fact]
    public void Care_PoolsThatAreNotPatchedInPlace_AreLeftAlone() =>
        MachineCare.Decide(new TestCluster().Pool("a", 1).Channel(NodeOsChannel.SecurityPatch).Input()).Actions.ShouldBeEmpty();

    [Fact]
    [Trait("Rule", "UP-67")]
    public void Care_StoppedCluster_GetsNothing() => Updates(Behind().With(s => s with { Running = false })).ShouldBeEmpty();

    [Fact]
    [Trait("Rule", "CH-32")]
    public void Staging_WindowClosed_OrdersToPlanAndDownloadInOneUpdateWithTheUpdater()
    {
        var update = Updates(Behind().Node("a-1", n => n with { Updater = null })).ShouldHaveSingleItem();

        update.ShouldBe(new NodeUpdate
        {
            Updater = OsUpdater.Imago,
            Order = new NodeOrder { Id = Staged.Id, Mode = OrderMode.Stage, Level = Machines.Level, Archive = Machines.ArchiveAt(Machines.Level), Epoch = 1, GivenAt = Some.Noon },
        });
    }

    [Theory]
    [InlineData("no agent")]
    [InlineData("asked")]
    [InlineData("planned")]
    [InlineData("another order under way")]
    [InlineData("at the level")]
    [InlineData("paused")]
    [InlineData("channel None")]
    [InlineData("channel Unmanaged")]
    public void Staging_NothingToGain_OrdersNothing(string situation)
    {
        var cluster = situation switch
        {
            "no agent" => Behind().Node("a-1", n => n with { Agent = null }),
            "asked" => Behind().Node("a-1", n => n with { Order = Staged }),
            "planned" => Behind().Node("a-1", n => n with { Agent = Machines.Planned(true) }),
            "another order under way" => Behind().Node("a-1", n => n with { Order = new NodeOrder { Id = "x", Mode = OrderMode.Drained, Content = OrderContent.Reboot } }),
            "at the level" => Behind().Node("a-1", n => n with { ReachedLevel = Machines.Level }),
            "paused" => Behind().With(s => s with { Pause = new Pause("ann", Some.Noon, "audit") }),
            "channel None" => Behind().Channel(NodeOsChannel.None),
            "channel Unmanaged" => Behind().Channel(NodeOsChannel.Unmanaged).Node("a-1", n => n with { Updater = OsUpdater.Distribution }),
            _ => throw new InvalidOperationException(situation),
        };

        Updates(cluster).ShouldBeEmpty();
    }

    [Fact]
    public void Staging_ManyNodes_DownloadTwentyAtATime()
    {
        var cluster = Behind(nodes: 50);

        Updates(cluster).Count().ShouldBe(20);
        for (var i = 1; i <= 15; i++)
        {
            cluster.Node($"a-{i}", n => n with { Order = Staged with { Id = $"a/{n.Name}/Stage/20260620T000000Z" } });
        }

        Updates(cluster).Count().ShouldBe(5);
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public void Staging_FixesHeld_IsAskedAgainADayLater()
    {
        var cluster = Behind().Node("a-1", n => n with
        {
            Order = Staged with { Id = "r/a-1/LivePatch", Mode = OrderMode.Live, GivenAt = Some.Noon },
            Agent = Machines.Report(AgentPhase.AppliedPartially) with { OrderId = "r/a-1/LivePatch" },
        });

        var early = MachineCare.Decide(cluster.Input(Some.After((24 * 60) - 1)));
        early.Actions.ShouldBeEmpty();
        early.WakeAt.ShouldBe(Some.After(24 * 60));
        var order = MachineCare.Decide(cluster.Input(Some.After(24 * 60))).Actions.OfType<RolloutAction.UpdateNode>().ShouldHaveSingleItem().Update.Order.ShouldNotBeNull();
        order.Mode.ShouldBe(OrderMode.Stage);
        order.Id.ShouldBe("a/a-1/Stage/20260620T000000Z/20260702t1200");
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Newcomer_BelowTheLevel_IsOrderedDrainedWhileTheWindowIsClosed()
    {
        var update = Updates(Behind().Node("a-1", n => n with { NotPatchedYet = true })).ShouldHaveSingleItem();

        update.Unschedulable.ShouldBeNull("the taint keeps work away");
        update.RemoveNotPatchedTaint.ShouldBeFalse();
        update.DesiredLevel.ShouldBe(Machines.Level);
        update.Order.ShouldNotBeNull().Mode.ShouldBe(OrderMode.Drained);
        update.Order.Image.ShouldBe(Machines.Base + "-2026.06.20");
    }

    [Theory]
    [InlineData("at the level", true)]
    [InlineData("channel None", true)]
    [InlineData("channel Unmanaged", true)]
    [InlineData("no level released", true)]
    [InlineData("fixes held", true)]
    [InlineData("ordered", false)]
    [InlineData("no agent", false)]
    [InlineData("refused", false)]
    [Trait("Rule", "CH-37")]
    public void Newcomer_IsLetInWhenNothingMoreIsToComeOfWaiting(string situation, bool letIn)
    {
        var cluster = Behind().Node("a-1", n => n with { NotPatchedYet = true });
        cluster = situation switch
        {
            "at the level" => cluster.Node("a-1", n => n with { ReachedLevel = Machines.Level }),
            "channel None" => cluster.Channel(NodeOsChannel.None),
            "channel Unmanaged" => cluster.Channel(NodeOsChannel.Unmanaged),
            "no level released" => new TestCluster().Machines("a", 1).Node("a-1", n => n with { NotPatchedYet = true }),
            "fixes held" => cluster.Node("a-1", n => n with { Agent = Machines.Report(AgentPhase.AppliedPartially) }),
            "ordered" => cluster.Node("a-1", n => n with { Order = Staged with { Id = "a/a-1/Join/20260620T000000Z", Mode = OrderMode.Drained } }),
            "no agent" => cluster.Node("a-1", n => n with { Agent = null }),
            "refused" => cluster.Node("a-1", n => n with { Agent = Machines.Report(AgentPhase.Refused) }),
            _ => throw new InvalidOperationException(situation),
        };

        Updates(cluster).Any(u => u.RemoveNotPatchedTaint).ShouldBe(letIn);
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("channel None")]
    [InlineData("channel Unmanaged")]
    [InlineData("unsupported minor")]
    [Trait("Rule", "CH-32")]
    [Trait("Rule", "CH-10")]
    public void LiveOrder_GivenUpAndNotWantedAnyMore_IsTakenBackWhateverWasChosenSince(string situation)
    {
        var live = new NodeOrder { Id = "r/a-1/LivePatch", Mode = OrderMode.Live, Level = Machines.Level, GivenAt = Some.After(-90) };
        var cluster = Behind().Node("a-1", n => n with { Order = live });
        cluster = situation switch
        {
            "paused" => cluster.With(s => s with { Pause = new Pause("ann", Some.Noon, "audit") }),
            "channel None" => cluster.Channel(NodeOsChannel.None),
            "channel Unmanaged" => cluster.Channel(NodeOsChannel.Unmanaged),
            "unsupported minor" => cluster.With(s => s with { Support = KubernetesSupport.PlatformOnly }),
            _ => throw new InvalidOperationException(situation),
        };

        var order = Updates(cluster).ShouldHaveSingleItem().Order.ShouldNotBeNull();

        order.Mode.ShouldBe(OrderMode.Stage, "no order at all would leave the level beside it, which an agent installs at once");
        order.Level.ShouldBe(Machines.Level);
        order.GivenAt.ShouldBe(live.GivenAt, "the agent owes an answer since then");
    }

    [Theory]
    [InlineData("a/a-1/Stage/20260620T000000Z")]
    [InlineData("a-20260611T120000/a-1/Reimage/TakenBack")]
    [Trait("Rule", "NM-48")]
    public void Staging_ArchiveSignedAgain_GivesTheSameOrderWithTheEditionOfNowUnlessItIsPlanned(string id)
    {
        var old = Staged with { Id = id, Archive = Machines.ArchiveAt(Some.Level(6, 1)) };
        var failing = Behind().Node("a-1", n => n with { Order = old, Agent = Machines.Report(AgentPhase.Retrying) with { OrderId = old.Id, Reason = "MirrorStale" } });
        var planned = Behind().Node("a-1", n => n with { Order = old, Agent = Machines.Planned(reboot: false) with { OrderId = old.Id } });

        Updates(failing).ShouldHaveSingleItem().Order.ShouldBe(old with { Archive = Machines.ArchiveAt(Machines.Level), Epoch = 1 });
        Updates(planned).ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    [Trait("Rule", "CH-31")]
    public void Newcomer_WhoseAgentMayStillRestartIt_IsLetInOnlyWhenTheAgentKnowsThatItMayNot()
    {
        var join = new NodeOrder { Id = "a/a-1/Join/20260620T000000Z", Mode = OrderMode.Drained, Level = Machines.Level, GivenAt = Some.After(-9) };
        var cluster = Behind().Channel(NodeOsChannel.None).Node("a-1", n => n with { NotPatchedYet = true, Order = join, Agent = Machines.Report(AgentPhase.Staging) with { OrderId = join.Id } });

        var instead = Updates(cluster).ShouldHaveSingleItem();
        instead.RemoveNotPatchedTaint.ShouldBeFalse();
        instead.Order.ShouldNotBeNull().Mode.ShouldBe(OrderMode.Stage);

        cluster.Node("a-1", n => n with { Order = instead.Order });
        Updates(cluster).ShouldBeEmpty();
        cluster.Node("a-1", n => n with { Agent = Machines.Report(AgentPhase.Staging) with { OrderId = instead.Order.Id } });
        Updates(cluster).ShouldHaveSingleItem().RemoveNotPatchedTaint.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Newcomer_WhoseAgentInstallsOrRestarts_IsWaitedFor()
    {
        var join = new NodeOrder { Id = "a/a-1/Join/20260620T000000Z", Mode = OrderMode.Drained, Level = Machines.Level, GivenAt = Some.After(-9) };
        var cluster = Behind().Channel(NodeOsChannel.None).Node("a-1", n => n with { NotPatchedYet = true, Order = join, Agent = Machines.Report(AgentPhase.Rebooting) with { OrderId = join.Id } });

        Updates(cluster).ShouldBeEmpty();
    }

    private static TestCluster Behind(int nodes = 1) =>
        new TestCluster().Machines("a", nodes).MachinesPatched(Machines.Level, reboot: false).With(s => s with { Window = Windows.Daily("20:00", 4) });

    private static IEnumerable<NodeUpdate> Updates(TestCluster cluster) => MachineCare.Decide(cluster.Input()).Actions.OfType<RolloutAction.UpdateNode>().Select(a => a.Update);
}
