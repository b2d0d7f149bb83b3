using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;
using static Imago.Domain.Tests.Rollouts.Kit.Situation;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Single decisions about surge nodes, live patches, triggers and leftovers.</summary>
public sealed class RolloutPlannerTests
{
    [Theory]
    [InlineData(RolloutTrigger.Automatic, false)]
    [InlineData(RolloutTrigger.Manual, true)]
    [InlineData(RolloutTrigger.ChannelTransition, true)]
    [Trait("Rule", "MW-11")]
    [Trait("Rule", "CH-52")]
    public void Decide_WindowClosed_HoldsOnlyAutomaticWork(RolloutTrigger trigger, bool starts)
    {
        var cluster = InPlace(2).With(s => s with { Window = Windows.Daily("20:00", 4) });

        var plan = Decide(cluster, Running(cluster) with { Trigger = trigger });

        plan.Record.Active.IsEmpty.ShouldBe(!starts);
    }

    [Fact]
    [Trait("Rule", "MW-63")]
    public void Decide_WindowClosed_HoldsLivePatchesToo()
    {
        var cluster = InPlace(2).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 28), reboot: false);
        var record = Running(cluster) with { Target = new RolloutTarget.Patch(Some.Level(6, 28), LivePatching: true) };

        Decide(cluster.With(s => s with { Window = Windows.Daily("20:00", 4) }), record).Record.Active.ShouldBeEmpty();
        Decide(cluster.With(s => s with { Window = Windows.Daily("10:00", 4) }), record).Record.Active["a-1"].Work.ShouldBe(NodeWork.LivePatch);
    }

    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "UP-155")]
    public void Decide_SomebodyUncordonsANodeDuringItsLivePatch_IsNotCordonedAgain()
    {
        var cluster = InPlace(1).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 28), reboot: false).Node("a-1", n => n with { ReachedLevel = Some.Level(6, 28) });
        var record = Running(cluster) with
        {
            Target = new RolloutTarget.Patch(Some.Level(6, 28), LivePatching: true),
            Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Patching) with { Work = NodeWork.LivePatch, WasUnschedulable = true }),
        };

        var plan = Decide(cluster, record);

        plan.Actions.ShouldBeEmpty();
        plan.Record.Settled["a-1"].Result.ShouldBe(NodeResult.Upgraded);
    }

    [Theory]
    [InlineData(69, false)]
    [InlineData(70, true)]
    [Trait("Rule", "CH-35")]
    public void Decide_AgentNeverReachesTheLevel_GivesUpAfterItsLongestRun(int minute, bool failed)
    {
        var cluster = InPlace(1).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 28), reboot: false);
        var record = Running(cluster) with
        {
            Target = new RolloutTarget.Patch(Some.Level(6, 28), LivePatching: true),
            Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Patching) with { Work = NodeWork.LivePatch }),
        };

        Decide(cluster, record, Some.After(minute)).Record.Settled.ContainsKey("a-1").ShouldBe(failed);
    }

    [Theory]
    [InlineData(false, false, true, false)]
    [InlineData(true, true, true, false)]
    [InlineData(true, false, false, false)]
    [InlineData(true, false, true, true)]
    [Trait("Rule", "UP-152")]
    [Trait("Rule", "UP-4")]
    public void Decide_SurgeNodeIsMade_ServesOnceItIsHealthyAtTheTarget(bool ready, bool pressure, bool daemonReady, bool serves)
    {
        var cluster = WithSurge(n => n with { Ready = ready, UnderPressure = pressure }).Pod("kube-system/agent-1", "a-9", p => p with { Owner = new WorkloadRef("DaemonSet", "agent"), Ready = daemonReady });

        Decide(cluster, Surging(cluster, SurgeStep.Verifying)).Record.SurgeNodes["a-9"].Step.ShouldBe(serves ? SurgeStep.Serving : SurgeStep.Verifying);
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public void Decide_SurgeNodeHasNotReachedTheLevel_TakesNoWork()
    {
        var cluster = WithSurge(n => n with { Image = NodeImage.Parse(Some.Old) }).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 28), reboot: true);
        var record = Surging(cluster, SurgeStep.Verifying) with { Target = new RolloutTarget.Patch(Some.Level(6, 28), LivePatching: true) };

        Decide(cluster, record).Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Verifying);
        Decide(cluster.Node("a-9", n => n with { ReachedLevel = Some.Level(6, 28) }), record).Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Serving);
    }

    [Fact]
    public void Decide_NodeComesUpWithAnotherFamily_HasNotArrived()
    {
        var cluster = WithSurge(n => n with { Image = NodeImage.Parse("AKSUbuntu-2404gen2containerd-202606.22.0") });

        Decide(cluster, Surging(cluster, SurgeStep.Verifying)).Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Verifying);
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Decide_SurgeNodeUnhealthyWithPodsOnIt_IsDrainedBeforeItIsDeleted()
    {
        var cluster = WithSurge(n => n with { UnderPressure = true }).Deployment("shop/web", "a-9");

        var plan = Decide(cluster, Surging(cluster, SurgeStep.Verifying), Some.After(15));

        plan.Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Draining);
        plan.Record.Phase.ShouldBe(RolloutPhase.Halting);
        plan.Actions.OfType<RolloutAction.AskProvider>().ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-152")]
    public void Decide_BufferTurnsUnhealthyWhileADrainedNodeSoaks_HaltsThePool()
    {
        var cluster = WithSurge(n => n with { UnderPressure = true });
        var record = Surging(cluster, SurgeStep.Serving);
        record = record with { Settings = record.Settings with { NodeSoak = Duration.FromMinutes(5) }, Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Soaking)) };

        Decide(cluster, record).Record.Phase.ShouldBe(RolloutPhase.Halting);
    }

    [Fact]
    public void Decide_SurgeNodeCannotBeDrained_IsLeftToServeWithoutOurCordon()
    {
        var cluster = WithSurge(n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = new CordonMark("r1", "Returning", Some.Noon, WasUnschedulable: false) })
            .Node("a-1", n => n with { Image = NodeImage.Parse(Some.New) }).Deployment("shop/admin", "a-9").MinAvailable("shop/admin", 1);

        var plan = Decide(cluster, Surging(cluster, SurgeStep.Draining), Some.After(30));

        plan.Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Stranded);
        plan.Actions.ShouldHaveSingleItem().ShouldBeOfType<RolloutAction.UpdateNode>().Update
            .ShouldBe(new NodeUpdate { Unschedulable = false, RemoveMark = true, ScaleDownDisabled = false });
    }

    [Theory]
    [InlineData("QuotaExceeded", true)]
    [InlineData("SKUNotAvailable", true)]
    [InlineData("AllocationFailed", true)]
    [InlineData("OverconstrainedAllocationRequest", true)]
    [InlineData("SubnetIsFull", true)]
    [InlineData("subnetisfull", true)]
    [InlineData("InternalError", false)]
    [InlineData(null, false)]
    [Trait("Rule", "UP-35")]
    public void CapacityErrors_Code_IsRecognised(string? code, bool capacity) => CapacityErrors.Contains(code).ShouldBe(capacity);

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_CordonIsSeenOnlyAfterTheRolloutHasEnded_IsUndone()
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = new CordonMark("r1", "Upgrading", Some.Noon, WasUnschedulable: false) });
        var record = Running(cluster) with
        {
            Phase = RolloutPhase.Failed,
            EndedAt = Some.Noon,
            Settled = RolloutRecord.EmptySettled.Add("a-1", new NodeOutcome { Result = NodeResult.Blocked, Work = NodeWork.Reimage, StartedAt = Some.Noon, EndedAt = Some.Noon, From = Some.Old }),
        };

        Decide(cluster, record).Actions.ShouldHaveSingleItem().ShouldBeOfType<RolloutAction.UpdateNode>().Update
            .ShouldBe(new NodeUpdate { Unschedulable = false, RemoveMark = true, ScaleDownDisabled = false });
    }

    [Fact]
    [Trait("Rule", "UP-57")]
    public void Rollout_ForcedUnderCordon_QuarantinesNobody()
    {
        var cluster = new TestCluster()
            .Pool("a", 1, settings: s => s with { Undrainable = UndrainableNodeBehavior.Cordon, Override = new OverrideSettings(ForceUpgrade: true, Some.After(60)) })
            .Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1);

        var world = new ObedientWorld(cluster).Play();

        world.ShouldBeTidy();
        world.NodeNamed("a-1").Image.Text.ShouldBe(Some.New);
    }

    [Fact]
    [Trait("Rule", "UP-140")]
    public void ExtraNodes_FivePoolsOfFourAtHalf_AreTenInAllAndTwoAtATime()
    {
        var cluster = new TestCluster();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            cluster.Pool(name, 4, settings: s => s with { MaxSurge = IntOrPercent.Percent(50) });
        }

        cluster.Pool("current", 4, Some.New);

        ExtraNodes.For(cluster.Input()).ShouldBe(new ExtraNodes(10, 2));
    }

    [Fact]
    public void Become_MoveThatIsNotPossible_ThrowsNamingBoth()
    {
        var ended = Running(InPlace(1)).Become(RolloutPhase.Succeeded, Some.Noon);

        Should.Throw<InvalidOperationException>(() => ended.Become(RolloutPhase.Halting, Some.Noon)).Message.ShouldBe("Rollout 'r1' cannot go from Succeeded to Halting (no cause).");
    }

    private static TestCluster WithSurge(Func<Node, Node> change) => new TestCluster().Pool("a", 9, Some.New).Node("a-1", n => n with { Image = NodeImage.Parse(Some.Old) }).Node("a-9", change);
}
