using Imago.Domain.Channels;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Rollouts;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;
using static Imago.Domain.Tests.Rollouts.Kit.Situation;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Surge nodes: how many, from what, and when they are given up.</summary>
public sealed class SurgeNodeTests
{
    [Theory]
    [InlineData(true, false, SurgeStep.Draining)]
    [InlineData(false, false, SurgeStep.Kept)]
    [InlineData(true, true, SurgeStep.Kept)]
    [Trait("Rule", "UP-153")]
    [Trait("Rule", "UP-67")]
    public void Decide_LostNodeIsBack_ReturnsItsReplacementNeitherPausedNorStopped(bool running, bool paused, SurgeStep step)
    {
        var cluster = WithSurge(n => n).Node("a-1", n => n with { Image = NodeImage.Parse(Some.New) })
            .With(s => s with { Running = running, Pause = paused ? new Pause("ops", Some.Noon, "holidays") : null });
        var record = Surging(cluster, SurgeStep.Kept);
        record = record with
        {
            Phase = RolloutPhase.Failed,
            EndedAt = Some.Noon,
            SurgeNodes = record.SurgeNodes.SetItem("a-9", record.SurgeNodes["a-9"] with { ReplacementFor = "a-1" }),
            Settled = RolloutRecord.EmptySettled.Add("a-1", Outcome(NodeResult.Upgraded)),
        };

        Decide(cluster, record).Record.SurgeNodes["a-9"].Step.ShouldBe(step);
    }

    [Fact]
    [Trait("Rule", "UP-2")]
    public void Decide_MoreSurgeNodesAdoptedThanTheSurge_StartsNoMoreThanTheSurge()
    {
        var cluster = new TestCluster().Pool("a", 9, Some.New);
        for (var i = 1; i <= 5; i++)
        {
            cluster.Node($"a-{i}", n => n with { Image = NodeImage.Parse(Some.Old) });
        }

        var record = Surging(cluster, SurgeStep.Serving);
        var surge = record.SurgeNodes["a-9"];
        record = record with { SurgeNodes = record.SurgeNodes.Add("a-7", surge).Add("a-8", surge) };

        var after = Decide(cluster, record).Record;

        after.Active.Count.ShouldBe(1);
        after.SurgeNodes.Values.Count(s => s.Step == SurgeStep.Serving).ShouldBe(1);
    }

    [Theory]
    [InlineData(SurgeStep.Draining)]
    [InlineData(SurgeStep.Deleting)]
    [Trait("Rule", "UP-22")]
    [Trait("Rule", "UP-25")]
    public void Decide_SurgeNodeIsOnItsWayOut_MakesNoOtherBeforeItIsGone(SurgeStep step)
    {
        var cluster = WithSurge(n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours }).Pod("shop/web-1", "a-9");

        Decide(cluster, Surging(cluster, step)).Record.SurgeNodes.Keys.ShouldBe(["a-9"]);
    }

    [Fact]
    [Trait("Rule", "UP-4")]
    public void Decide_SurgeUnderSecurityPatch_TakesTheNewestImageOfThePoolItself()
    {
        var cluster = new TestCluster().Pool("a", 4).Node("a-2", n => n with { Image = NodeImage.Parse(Some.FamilyName + "-202606.05.0") })
            .AddNode(new TestCluster().Pool("a", 9, Some.FamilyName + "-202606.08.0").Nodes.Single(n => n.Name == "a-9")).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 20), reboot: true);
        var record = Surging(cluster, SurgeStep.Serving) with { Surge = 2, Target = new RolloutTarget.Patch(Some.Level(6, 20), LivePatching: true) };

        Decide(cluster, record).Record.SurgeNodes.Values.ShouldContain(s => s.Image == Some.FamilyName + "-202606.05.0-2026.06.20");
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Decide_CanaryIsASurgeNode_WakesWhenItsSoakEnds()
    {
        var cluster = WithSurge(n => n);
        var record = Surging(cluster, SurgeStep.Verifying);
        record = record with
        {
            CanaryPassedAt = null,
            Settings = record.Settings with { Canary = Canary.FirstNode },
            SurgeNodes = record.SurgeNodes.SetItem("a-9", record.SurgeNodes["a-9"] with { IsCanary = true }),
        };

        var plan = Decide(cluster, record);

        plan.Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Watching);
        plan.WakeAt.ShouldBe(Some.After(2));
    }

    [Theory]
    [InlineData(NodeStep.Soaking, RolloutPhase.Halting)]
    [InlineData(NodeStep.Replacing, RolloutPhase.Running)]
    [Trait("Rule", "UP-152")]
    public void Decide_BufferTurnsUnhealthy_HaltsOnlyDuringASoak(NodeStep step, RolloutPhase phase)
    {
        var cluster = WithSurge(n => n with { UnderPressure = true });
        var record = Surging(cluster, SurgeStep.Serving);
        record = record with { Settings = record.Settings with { NodeSoak = Duration.FromMinutes(5) }, Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", step)) };

        Decide(cluster, record).Record.Phase.ShouldBe(phase);
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Decide_BufferIsNotReady_WakesWhenItsTimeToComeBackIsOver()
    {
        var cluster = WithSurge(n => n with { Ready = false });

        var plan = Decide(cluster, Surging(cluster, SurgeStep.Serving));

        plan.Record.SurgeNodes["a-9"].Step.ShouldBe(SurgeStep.Verifying);
        plan.WakeAt.ShouldBe(Some.After(15));
    }

    [Fact]
    [Trait("Rule", "UP-3")]
    public void Decide_SurgeNodeReportedDeletedButStillSeen_IsNotForgotten()
    {
        var cluster = WithSurge(n => n);

        Decide(cluster, Surging(cluster, SurgeStep.Deleting), null, Done("r1/a-9/Delete")).Record.SurgeNodes.Keys.ShouldContain("a-9");
    }

    [Fact]
    [Trait("Rule", "UP-1")]
    [Trait("Rule", "UP-2")]
    public void Decide_SurgeNodeIsStillCordoned_StartsNoNodeForIt()
    {
        var cordoned = WithSurge(n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours });

        Decide(cordoned, Surging(cordoned, SurgeStep.Serving)).Record.Active.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "MW-52")]
    public void Decide_ReplacementIsToBeReturnedOutsideTheWindow_WakesWhenItOpens()
    {
        var cluster = WithSurge(n => n).Node("a-1", n => n with { Image = NodeImage.Parse(Some.New) }).With(s => s with { Window = Windows.Daily("20:00", 4) });
        var record = Ended(cluster) with
        {
            SurgeNodes = RolloutRecord.EmptySurge.Add("a-9", new SurgeNode { Step = SurgeStep.Kept, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New, ReplacementFor = "a-1" }),
            Settled = RolloutRecord.EmptySettled.Add("a-1", Outcome(NodeResult.Upgraded)),
        };

        Decide(cluster, record).WakeAt.ShouldBe(Instant.FromUtc(2026, 7, 1, 20, 0));
    }
}
