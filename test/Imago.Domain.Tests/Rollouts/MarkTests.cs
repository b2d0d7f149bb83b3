using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;
using static Imago.Domain.Tests.Rollouts.Kit.Situation;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Cordons, marks and taints: whose they are, and that ours come off.</summary>
public sealed class MarkTests
{
    [Theory]
    [InlineData(null, false, false)]
    [InlineData(null, true, true)]
    [InlineData(false, true, false)]
    [InlineData(true, true, true)]
    [Trait("Rule", "UP-155")]
    public void Decide_NodeIsStarted_RemembersWhoseCordonItCarries(bool? markSays, bool unschedulable, bool theirs)
    {
        var mark = markSays is { } before ? new CordonMark("earlier", "Upgrading", Some.After(-60), before) : null;
        var cluster = InPlace(1).Node("a-1", n => n with { Unschedulable = unschedulable, Mark = mark });

        Decide(cluster, Running(cluster)).Record.Active["a-1"].WasUnschedulable.ShouldBe(theirs);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_AdoptedSurgeNodeHadAForeignCordon_KeepsIt()
    {
        var cluster = WithSurge(n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours with { WasUnschedulable = true } });

        UpdateOf(Decide(cluster, Surging(cluster, SurgeStep.Serving)), "a-9").ShouldBe(new NodeUpdate { Unschedulable = true, RemoveMark = true, ScaleDownDisabled = false });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "UP-155")]
    public void Decide_SomebodyCordonedTheNodeThatIsReleased_LeavesTheirCordon(bool guarded)
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Image = NodeImage.Parse(Some.New), Unschedulable = true, ScaleDownDisabled = guarded });
        var record = Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Releasing)) };

        var plan = Decide(cluster, record);

        plan.Actions.OfType<RolloutAction.UpdateNode>().Select(u => u.Update).ShouldBe(guarded ? [new NodeUpdate { ScaleDownDisabled = false }] : []);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_NodeCarriesTheMarkOfAnotherRollout_IsMarkedAnewBeforeAnyEviction()
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours with { Rollout = "r0" } }).Pod("shop/web-1", "a-1");
        var record = Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining)) };

        var plan = Decide(cluster, record);

        plan.Actions.ShouldHaveSingleItem();
        UpdateOf(plan, "a-1").Mark!.Rollout.ShouldBe("r1");
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    [Trait("Rule", "UP-155")]
    public void Decide_NodeIsLostWhileTheRolloutIsCanceled_FailsAndRemembersTheForeignCordon()
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Ready = false, Unschedulable = true, Image = NodeImage.Parse(Some.New) });
        var record = Running(cluster) with
        {
            Phase = RolloutPhase.Canceling,
            Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Verifying) with { WasUnschedulable = true }),
        };

        var after = Decide(cluster.Node("a-1", n => n with { Mark = Ours with { WasUnschedulable = true } }), record, Some.After(15)).Record;

        after.Phase.ShouldBe(RolloutPhase.Failed);
        after.Settled["a-1"].WasUnschedulable.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(true, true)]
    [InlineData(false, false)]
    [Trait("Rule", "UP-155")]
    public void Decide_MarkThatNothingHolds_ComesOffAHealthyNodeAsItWasBefore(bool ready, bool wasUnschedulable)
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Ready = ready, Unschedulable = true, Mark = Ours with { WasUnschedulable = wasUnschedulable } });

        Decide(cluster, Ended(cluster)).Actions.OfType<RolloutAction.UpdateNode>().Select(u => u.Update)
            .ShouldBe(ready ? [new NodeUpdate { Unschedulable = wasUnschedulable, RemoveMark = true }] : []);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    [Trait("Rule", "UP-155")]
    public void Decide_SurgeNodeIsReturned_ItsMarkSaysWhetherItWasCordonedBefore(bool cordoned)
    {
        var cluster = WithSurge(n => n with { Unschedulable = cordoned }).Pod("shop/web-1", "a-9");

        UpdateOf(Decide(cluster, Surging(cluster, SurgeStep.Draining)), "a-9").Mark!.WasUnschedulable.ShouldBe(cordoned);
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    public void Decide_NoNodeCanBeStartedNow_SteersAwayFromThoseThatWaitAllTheSame()
    {
        var cluster = InPlace(2);
        var record = Running(cluster) with { Steering = true, Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Replacing)) };

        UpdateOf(Decide(cluster, record), "a-2").ShouldBe(new NodeUpdate { SteeredAway = true });
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    [Trait("Rule", "CH-30")]
    public void Decide_NodesWaitForALivePatch_SteersNothingAwayFromThem()
    {
        var cluster = InPlace(3).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 20), reboot: false);

        Decide(cluster, Patching(cluster)).Actions.OfType<RolloutAction.UpdateNode>().ShouldAllBe(u => u.Update.SteeredAway == null);
    }
}
