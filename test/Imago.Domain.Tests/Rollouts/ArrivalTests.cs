using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using System.Collections.Immutable;
using Xunit;
using static Imago.Domain.Tests.Rollouts.Kit.Situation;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>When a node counts as arrived, and how long it has.</summary>
public sealed class ArrivalTests
{
    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    [Trait("Rule", "UP-150")]
    public void Decide_ProviderReportedDone_ReadinessIsTimedFromItsReport(int minute, bool failed)
    {
        var cluster = WithSurge(n => n with { Ready = false });
        var made = Surging(cluster, SurgeStep.Creating);
        var nodes = InPlace(2).Node("a-1", n => n with { Ready = false, Image = NodeImage.Parse(Some.New) });
        var reimaged = Running(nodes) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Replacing)) };

        Decide(cluster, made, Some.After(minute), Done("r1/a-9/Create")).Record.Phase.ShouldBe(failed ? RolloutPhase.Halting : RolloutPhase.Running);
        Decide(nodes, reimaged, Some.After(minute), Done("r1/a-1/Reimage")).Record.Settled.ContainsKey("a-1").ShouldBe(failed);
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Decide_LostNodeIsHealthyButNotAtTheTarget_StaysWhereItIs()
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Unschedulable = true, Mark = Ours });

        var plan = Decide(cluster, Ended(cluster) with { Settled = RolloutRecord.EmptySettled.Add("a-1", Outcome(NodeResult.NotReady)) });

        plan.Actions.ShouldBeEmpty();
        plan.Record.Settled["a-1"].Result.ShouldBe(NodeResult.NotReady);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(20, false)]
    [InlineData(25, false)]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "CH-35")]
    public void Decide_NodeHasAnOrderAlready_ItIsRaisedAndNeverLowered(int day, bool raised)
    {
        var cluster = InPlace(1).Node("a-1", n => n with { DesiredLevel = Some.Level(6, day) }).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 20), reboot: false);

        var plan = Decide(cluster, Patching(cluster));

        plan.Actions.OfType<RolloutAction.UpdateNode>().Any(u => u.Update.DesiredLevel is not null).ShouldBe(raised);
        plan.WakeAt.ShouldBe(Some.After(70));
    }

    [Theory]
    [InlineData(14.9)]
    [InlineData(15)]
    [Trait("Rule", "UP-150")]
    public void Decide_ReimagedNodeIsHealthyButNotAtTheTarget_HasNotArrived(double minute)
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Unschedulable = true, Mark = Ours });
        var record = Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Verifying)) };

        var after = Decide(cluster, record, Some.After(minute)).Record;

        after.Active.ContainsKey("a-1").ShouldBe(minute < 15);
        after.Settled.GetValueOrDefault("a-1")?.Result.ShouldBe(NodeResult.NotReady);
    }

    [Theory]
    [InlineData(14, false)]
    [InlineData(15, true)]
    [Trait("Rule", "UP-11")]
    [Trait("Rule", "UP-150")]
    public void Decide_ReimagedNodeIsStillAway_HasItsTimeToComeBack(int minute, bool lost)
    {
        var cluster = InPlace(1);
        var record = Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("b-1", Progress("b-1", NodeStep.Verifying)) };

        var after = Decide(cluster, record, Some.After(minute)).Record;

        after.Active.ContainsKey("b-1").ShouldBe(!lost);
        after.Settled.GetValueOrDefault("b-1")?.Result.ShouldBe(NodeResult.NotReady);
    }
}
