using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Situations that the fault-injection search came upon, each made by hand and decided once.</summary>
public sealed class FoundBySearchTests
{
    [Fact]
    [Trait("Rule", "UP-5")]
    public void Decide_MoreSurgeOnItsWayThanNeeded_KeepsTheOneThatStandsInForANode()
    {
        var cluster = Cluster(2).Node("a-2", n => n with { Image = NodeImage.Parse(Some.New) })
            .Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours }).Pod("shop/web-1", "a-1");
        cluster.Pool("s", 1, Some.New).Node("s-1", n => n with { Pool = "a" });
        var record = Record() with
        {
            Surge = 3,
            Active = Active(NodeStep.Draining),
            SurgeNodes = RolloutRecord.EmptySurge.Add("s-1", Surge(SurgeStep.Serving)).Add("s-2", Surge(SurgeStep.Creating)).Add("s-3", Surge(SurgeStep.Creating)),
        };

        Decide(cluster, record).Record.SurgeNodes["s-1"].Step.ShouldBe(SurgeStep.Serving);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_SomebodyCordonsTheNodeJustChosen_RemembersThatTheCordonIsTheirs()
    {
        var cluster = Cluster(1).Node("a-1", n => n with { Unschedulable = true });

        var plan = Decide(cluster, Record() with { Active = Active(NodeStep.Draining) });

        plan.Record.Active["a-1"].WasUnschedulable.ShouldBeTrue();
        UpdateOf(plan, "a-1").Mark!.WasUnschedulable.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_LostNodeHadAForeignCordon_PutsItBackBeforeTheNodeIsHealthy()
    {
        var cluster = Cluster(1).Node("a-1", n => n with { Ready = false, Unschedulable = false });
        var record = Lost(wasUnschedulable: true);

        UpdateOf(Decide(cluster, record), "a-1").Unschedulable.ShouldBe(true);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_ForeignCordonIsBackOnALostNode_LeavesTheRestToItsOwner()
    {
        var cordoned = Cluster(1).Node("a-1", n => n with { Ready = false, Unschedulable = true });
        var back = Decide(cordoned, Lost(wasUnschedulable: true)).Record;
        back.Settled["a-1"].WasUnschedulable.ShouldBeFalse();

        var uncordoned = Cluster(1).Node("a-1", n => n with { Ready = false, Unschedulable = false });
        Decide(uncordoned, back).Actions.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_AdoptedSurgeNodeStillCordonedByUs_IsGivenBackToServe()
    {
        var cluster = Cluster(1);
        cluster.Pool("s", 1, Some.New).Node("s-1", n => n with { Pool = "a", Unschedulable = true, ScaleDownDisabled = true, Mark = Ours, UnderPressure = true });

        var update = UpdateOf(Decide(cluster, Record() with { SurgeNodes = RolloutRecord.EmptySurge.Add("s-1", Surge(SurgeStep.Serving)) }), "s-1");

        update.Unschedulable.ShouldBe(false);
        update.RemoveMark.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Decide_SomebodyUncordonsANodeThatWasCordonedBeforeUs_DoesNotCordonItAgain()
    {
        var cluster = Cluster(1).Node("a-1", n => n with { Unschedulable = false, Mark = Ours with { WasUnschedulable = true } });

        var update = UpdateOf(Decide(cluster, Record() with { Phase = RolloutPhase.Failed, EndedAt = Some.Noon }), "a-1");

        update.RemoveMark.ShouldBeTrue();
        update.Unschedulable.ShouldNotBe(true);
    }

    [Fact]
    [Trait("Rule", "UP-22")]
    public void Decide_MoreSurgeNodesAdoptedThanTheSurge_StartsNoMoreNodesThanTheSurge()
    {
        var cluster = Cluster(6);
        cluster.Pool("s", 4, Some.New);
        var surge = RolloutRecord.EmptySurge;
        foreach (var name in new[] { "s-1", "s-2", "s-3", "s-4" })
        {
            cluster.Node(name, n => n with { Pool = "a" });
            surge = surge.Add(name, Surge(SurgeStep.Serving));
        }

        Decide(cluster, Record() with { Surge = 2, SurgeNodes = surge }).Record.Active.Count.ShouldBe(2);
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Decide_CanaryUnderWayLosesItsBuffer_TriesTheTargetOnNoOtherNode()
    {
        var cluster = new TestCluster().Pool("a", 3, settings: s => s with { Canary = Canary.FirstNode })
            .Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours }).Pod("shop/web-1", "a-1");
        var canary = Active(NodeStep.Draining);
        var record = Record() with
        {
            Surge = 1, CanaryPassedAt = null, Settings = cluster.PoolNamed("a").Settings, Active = canary.SetItem("a-1", canary["a-1"] with { IsCanary = true }),
        };

        Decide(cluster, record).Record.SurgeNodes.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-5")]
    public void Decide_SurgeNodeToBeDeletedHasGotPodsMeanwhile_IsDrainedFirst()
    {
        var cluster = Cluster(1);
        cluster.Pool("s", 1, Some.New).Node("s-1", n => n with { Pool = "a" }).Pod("shop/web-1", "s-1");

        var plan = Decide(cluster, Record() with { SurgeNodes = RolloutRecord.EmptySurge.Add("s-1", Surge(SurgeStep.Deleting)) });

        plan.Record.SurgeNodes["s-1"].Step.ShouldBe(SurgeStep.Draining);
        plan.Actions.OfType<RolloutAction.AskProvider>().ShouldNotContain(a => a.Request.Verb == ProviderVerb.Delete);
    }

    [Fact]
    [Trait("Rule", "UP-156")]
    public void Decide_TaintSeenAfterTheRolloutEnded_TakesItOff()
    {
        var cluster = Cluster(1).Node("a-1", n => n with { SteeredAway = true });
        var record = Record() with { Phase = RolloutPhase.Failed, EndedAt = Some.Noon };

        UpdateOf(Decide(cluster, record), "a-1").SteeredAway.ShouldBe(false);
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Decide_SomeNodesNeedAnImageAndOthersALivePatch_TriesTheImageFirst()
    {
        var cluster = new TestCluster().Pool("a", 2).Node("a-2", n => n with { Image = NodeImage.Parse(Some.FamilyName + "-202606.15.0") })
            .Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 10), reboot: true).Patched(Some.Level(6, 20), reboot: false);
        var record = Record() with
        {
            Target = new RolloutTarget.Patch(Some.Level(6, 20), LivePatching: true),
            Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(1), Canary = Canary.FirstNode },
            CanaryPassedAt = null,
        };

        var plan = Decide(cluster, record);

        plan.Record.Active.ShouldBeEmpty();
        plan.Record.SurgeNodes.Values.ShouldHaveSingleItem().IsCanary.ShouldBeTrue();
    }

    [Fact]
    [Trait("Rule", "UP-23")]
    public void Decide_SettingsLeaveNoRoomAndSomethingElseHolds_SaysSoFirst()
    {
        var cluster = new TestCluster().Pool("a", 2, settings: s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(0) })
            .Released(Some.New, Some.After(-60)).With(s => s with { Pause = new Pause("ops", Some.Noon, "holidays") });

        ClusterPlanner.Decide(cluster.Input()).Holds["a"].Select(h => h.Code).ShouldBe([ReasonCode.SettingsRefused, ReasonCode.Paused]);
    }

    private static readonly CordonMark Ours = new("a-1200", "Upgrading", Some.Noon, WasUnschedulable: false);

    private static TestCluster Cluster(int nodes) => new TestCluster().Pool("a", nodes).Released(Some.New, Some.After(-60));

    private static RolloutPlan Decide(TestCluster cluster, RolloutRecord record) =>
        RolloutPlanner.Decide(cluster.Input(Some.After(1), record), cluster.PoolNamed("a"), record);

    private static NodeUpdate UpdateOf(RolloutPlan plan, string node) =>
        plan.Actions.OfType<RolloutAction.UpdateNode>().First(u => string.Equals(u.Node, node, StringComparison.Ordinal)).Update;

    private static RolloutRecord Record() => new()
    {
        Id = "a-1200",
        Pool = "a",
        Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
        StartedAt = Some.Noon,
        Epoch = 1,
        OriginalSize = 2,
        Surge = 1,
        Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(3), Canary = Canary.None },
        CanaryPassedAt = Some.Noon,
    };

    private static RolloutRecord Lost(bool wasUnschedulable) => Record() with
    {
        Phase = RolloutPhase.Failed,
        EndedAt = Some.Noon,
        Settled = RolloutRecord.EmptySettled.Add("a-1", new NodeOutcome
        {
            Result = NodeResult.NotReady,
            Work = NodeWork.Reimage,
            StartedAt = Some.Noon,
            EndedAt = Some.Noon,
            From = Some.Old,
            WasUnschedulable = wasUnschedulable,
        }),
    };

    private static ImmutableSortedDictionary<string, NodeProgress> Active(NodeStep step) => RolloutRecord.EmptyActive.Add("a-1", new NodeProgress
    {
        Work = NodeWork.Reimage,
        Step = step,
        StartedAt = Some.Noon,
        Since = Some.Noon,
        From = Some.Old,
        To = Some.New,
        Uid = "a-1/1",
    });

    private static SurgeNode Surge(SurgeStep step) => new() { Step = step, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New };
}
