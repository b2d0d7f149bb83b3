using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Whole rollouts, played in the obedient world and compared line by line with <c>Stories/*.txt</c>.</summary>
public sealed class RolloutStories
{
    [Fact]
    [Trait("Rule", "UP-1")]
    [Trait("Rule", "UP-2")]
    [Trait("Rule", "UP-4")]
    [Trait("Rule", "UP-5")]
    [Trait("Rule", "UP-8")]
    [Trait("Rule", "UP-40")]
    public void Rollout_PlainSurge_MovesEveryNodeAndReturnsTheSurge()
    {
        var world = new ObedientWorld(Shop(3)).Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Story.ShouldMatch("plain-surge");
    }

    [Fact]
    [Trait("Rule", "UP-30")]
    public void Rollout_InPlace_TakesMaxUnavailableAtATime()
    {
        var world = new ObedientWorld(Shop(4, s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(2) })).Play();

        world.ShouldBeTidy();
        world.Story.ShouldMatch("in-place");
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Rollout_Canary_GoesAloneAndIsWatched()
    {
        var world = new ObedientWorld(Shop(4, s => s with { MaxSurge = IntOrPercent.Of(2), Canary = Canary.FirstNode })).Play();

        world.ShouldBeTidy();
        world.Story.ShouldMatch("canary-first");
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Rollout_BadImageInPlace_CostsOnlyTheCanary()
    {
        var world = new ObedientWorld(Shop(4, s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(2), Canary = Canary.FirstNode }));
        world.BadImages.Add(Some.New);

        world.Play();

        world.View.Nodes.Values.Count(n => !n.Ready).ShouldBe(1);
        world.Story.ShouldMatch("bad-image-canary");
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Rollout_BadImageWithSurge_CostsNoNodeOfThePool()
    {
        var world = new ObedientWorld(Shop(4, s => s with { Canary = Canary.FirstNode }));
        world.BadImages.Add(Some.New);

        world.Play();

        world.ShouldBeTidy();
        world.View.Nodes.Values.ShouldAllBe(n => n.Ready && n.Image.Text == Some.Old);
        world.Story.ShouldMatch("bad-image-surge");
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    [Trait("Rule", "UP-72")]
    public void Rollout_NodeDoesNotComeBack_HaltsAndKeepsItsReplacement()
    {
        var world = new ObedientWorld(Shop(4, s => s with { MaxSurge = IntOrPercent.Of(2) }));
        world.BadNodes.Add("a-2");

        world.Play(4 * 60);

        world.Record("a").Phase.ShouldBe(RolloutPhase.Failed);
        world.Story.ShouldMatch("not-ready-halts");
    }

    [Fact]
    [Trait("Rule", "UP-50")]
    [Trait("Rule", "UP-51")]
    [Trait("Rule", "UP-52")]
    [Trait("Rule", "UP-53")]
    [Trait("Rule", "UP-64")]
    public void Rollout_UndrainableUnderSchedule_HandsTheNodeBackAndStops()
    {
        var world = new ObedientWorld(Blocked(UndrainableNodeBehavior.Schedule)).Play(4 * 60);

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Failed);
        world.Story.ShouldMatch("undrainable-schedule");
    }

    [Fact]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-50")]
    [Trait("Rule", "UP-52")]
    public void Rollout_BarePodThatThePoolKeeps_EndsBeforeItsNodeAndGoesOnWhenTheSettingChanges()
    {
        var world = new ObedientWorld(Shop(3, s => s with { BarePods = BarePods.Keep }).BarePod("shop/tool-1", "a-2"))
            .At(180, "the pool is set to evict bare pods", w => w.Spec = Shop(3).Spec)
            .Play(170);

        // Nobody tries again while nothing has changed.
        world.View.Pods[TestCluster.Key("shop/tool-1")].Pod.NodeName.ShouldBe("a-2");
        world.NodeNamed("a-2").Image.Text.ShouldBe(Some.Old);
        world.Record("a").Phase.ShouldBe(RolloutPhase.Failed);

        world.Play(6 * 60);

        world.ShouldBeTidy();
        world.NodeNamed("a-2").Image.Text.ShouldBe(Some.New);
        world.View.Pods.Keys.ShouldNotContain(TestCluster.Key("shop/tool-1"));
        world.Story.ShouldMatch("bare-pod-kept");
    }

    [Fact]
    [Trait("Rule", "UP-50")]
    [Trait("Rule", "UP-51")]
    [Trait("Rule", "UP-52")]
    [Trait("Rule", "UP-53")]
    public void Rollout_UndrainableUnderCordon_QuarantinesTheNodeAndKeepsASurgeNode()
    {
        var world = new ObedientWorld(Blocked(UndrainableNodeBehavior.Cordon)).Play(4 * 60);

        world.NodeNamed("a-2").Quarantined.ShouldBeTrue();
        world.NodeNamed("a-2").Unschedulable.ShouldBeTrue();
        world.View.Nodes.Count.ShouldBe(4);
        world.Record("a").Phase.ShouldBe(RolloutPhase.Failed);
        world.Story.ShouldMatch("undrainable-cordon");
    }

    [Fact]
    [Trait("Rule", "UP-90")]
    [Trait("Rule", "UP-91")]
    [Trait("Rule", "UP-94")]
    [Trait("Rule", "UP-95")]
    public void Rollout_Forced_DeletesPodsThatBudgetsHold()
    {
        var cluster = Blocked(UndrainableNodeBehavior.Schedule, s => s with { Override = new OverrideSettings(ForceUpgrade: true, Some.After(1)) });

        var world = new ObedientWorld(cluster).Play();

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
        world.Story.ShouldMatch("forced");
    }

    [Fact]
    [Trait("Rule", "UP-153")]
    public void Rollout_Paused_FinishesWhatIsInFlightAndGoesOnAfterwards()
    {
        var world = new ObedientWorld(Shop(3))
            .At(5, "mia pauses the pool", w => w.Spec = w.Spec with { Pools = [w.Spec.Pools[0] with { Pause = new Pause("mia", w.Now, "release day") }] })
            .At(60, "mia resumes", w => w.Spec = w.Spec with { Pools = [w.Spec.Pools[0] with { Pause = null }] })
            .Play();

        world.ShouldBeTidy();
        world.Story.ShouldMatch("pause-resume");
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public void Rollout_Aborted_FinishesTheNodeInFlightAndUndoesNothing()
    {
        var world = new ObedientWorld(Shop(3)).At(6, "mia aborts", w => w.Abort("a", "mia")).Play(60);

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Canceled);
        world.Story.ShouldMatch("abort");
    }

    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "CH-33")]
    [Trait("Rule", "CH-34")]
    public void Rollout_SecurityPatch_PatchesLiveAndReimagesWhereARebootIsNeeded()
    {
        // From 20 June on no reboot is needed; between 1 and 20 June lies a kernel.
        var cluster = Shop(3).Channel(NodeOsChannel.SecurityPatch)
            .Patched(Some.Level(6, 10), reboot: true).Patched(Some.Level(6, 20), reboot: false).Patched(Some.Level(6, 28), reboot: false)
            .Node("a-1", n => n with { ReachedLevel = Some.Level(6, 20) })
            .Node("a-3", n => n with { ReachedLevel = Some.Level(6, 28) });

        var world = new ObedientWorld(cluster).Play();

        world.ShouldBeTidy();
        world.NodeNamed("a-1").Image.Text.ShouldBe(Some.Old);
        world.NodeNamed("a-2").Image.Text.ShouldBe(Some.Old + "-2026.06.28");
        world.Story.ShouldMatch("security-patch");
    }

    [Fact]
    [Trait("Rule", "UP-60")]
    [Trait("Rule", "UP-62")]
    public void Rollout_SeveralPools_GoOneAfterAnother()
    {
        var cluster = new TestCluster()
            .Pool("sys", 1, spec: p => p with { Mode = PoolMode.System })
            .Pool("b", 1).Pool("c", 1).Pool("urgent", 1, settings: s => s with { UpgradePriority = 1 });

        var world = new ObedientWorld(cluster).Play();

        world.ShouldBeTidy();
        world.Story.ShouldMatch("several-pools");
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Rollout_NodeCordonedBySomebodyElse_StaysCordoned()
    {
        var world = new ObedientWorld(Shop(2).Node("a-1", n => n with { Unschedulable = true })).Play();

        world.NodeNamed("a-1").Unschedulable.ShouldBeTrue();
        world.NodeNamed("a-1").Mark.ShouldBeNull();
        world.NodeNamed("a-1").Image.Text.ShouldBe(Some.New);
        world.Story.ShouldMatch("foreign-cordon");
    }

    [Theory]
    [InlineData(WindowClose.FinishNode, "window-finish-node")]
    [InlineData(WindowClose.FinishPool, "window-finish-pool")]
    [Trait("Rule", "MW-52")]
    [Trait("Rule", "MW-53")]
    [Trait("Rule", "MW-54")]
    public void Rollout_WindowCloses_FinishesNodeOrPool(WindowClose close, string story)
    {
        var world = new ObedientWorld(Shop(3, s => s with { WindowClose = close }).With(s => s with { Window = Windows.Daily("08:10", 4) })).Play(36 * 60);

        world.ShouldBeTidy();
        world.Story.ShouldMatch(story);
    }

    [Fact]
    [Trait("Rule", "MW-53")]
    public void Rollout_LastNodeFinishesAfterTheClose_EndsWithoutWaitingForTheNextWindow()
    {
        // The window closes at 12:06, while the only node is being reimaged.
        var world = new ObedientWorld(Shop(1).With(s => s with { Window = Windows.Daily("08:06", 4) })).Play(60);

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
    }

    [Fact]
    [Trait("Rule", "MW-56")]
    public void Rollout_NewerImageWhileTheWindowIsOpen_UpgradesThePoolAgain()
    {
        var cluster = Shop(2).Released(Some.Newest, Some.After(7)).With(s => s with { Window = Windows.Daily("10:00", 4) });

        var world = new ObedientWorld(cluster).Play(100);

        world.ShouldBeTidy();
        world.NodeNamed("a-1").Image.Text.ShouldBe(Some.Newest);
        world.Story.ShouldMatch("newer-image");
    }

    [Fact]
    [Trait("Rule", "IM-36")]
    public void Rollout_NewerImageBetweenWindows_GoesToItInTheNextWindow()
    {
        var cluster = Shop(3).Released(Some.Newest, Some.After(600)).With(s => s with { Window = Windows.Daily("08:10", 4) });

        var world = new ObedientWorld(cluster).Play(36 * 60);

        world.ShouldBeTidy();
        world.View.Nodes.Values.ShouldAllBe(n => n.Image.Text == Some.Newest);
        world.Story.ShouldMatch("superseded");
    }

    [Fact]
    [Trait("Rule", "IM-37")]
    public void Rollout_TargetWithdrawn_FinishesNodesInFlightAndStartsNoOther()
    {
        var cluster = Shop(3).Released(Some.New, Some.Noon - Duration.FromDays(8), withdrawn: Some.After(6));

        var world = new ObedientWorld(cluster)
            .At(6, "the image is withdrawn", _ => { })
            .Play(60);

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Canceled);
        world.View.Nodes.Values.Count(n => n.Image.Text == Some.New).ShouldBe(1);
        world.Story.ShouldMatch("withdrawn");
    }

    [Fact]
    [Trait("Rule", "MW-57")]
    public void Rollout_FailedPool_IsTriedOnceMoreInTheSameWindow()
    {
        var world = new ObedientWorld(Shop(2).With(s => s with { Window = Windows.Daily("11:00", 4) })) { Capacity = (0, "AllocationFailed") }.Play(23 * 60);

        world.Story.Lines.Count(l => l.Contains(" begins: ", StringComparison.Ordinal)).ShouldBe(3);
        world.Story.ShouldMatch("retry");
    }

    [Fact]
    public void Rollout_NodeVanishes_GoesOnWithTheOthers()
    {
        var world = new ObedientWorld(Shop(3))
            .At(4.1, "the autoscaler removes a node", w => w.Remove("a-1"))
            .Play(100);
        world.Story.ShouldMatch("node-vanishes");

        world.ShouldBeTidy();
        world.View.Nodes.Keys.Order().ShouldBe(["a-2", "a-3"]);
        world.Record("a").Settled["a-1"].Result.ShouldBe(NodeResult.Gone);
    }

    [Fact]
    public void Rollout_SurgeNodeDeletedBySomebody_MakesAnother()
    {
        var world = new ObedientWorld(Shop(3))
            .At(10, "somebody deletes the surge node", w => w.Remove(w.Record("a").SurgeNodes.Keys.First()))
            .Play(100);
        world.Story.ShouldMatch("surge-node-deleted");

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Rollout_SurgeNodeCordonedBySomebody_IsReplacedInsteadOfHoldingUpThePool()
    {
        var world = new ObedientWorld(Shop(3))
            .At(11, "somebody cordons the surge node", w => w.Change(w.Record("a").SurgeNodes.Keys.First(), n => n with { Unschedulable = true }))
            .Play(100);

        world.ShouldBeTidy();
        world.Record("a").Phase.ShouldBe(RolloutPhase.Succeeded);
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Rollout_SurgeNodeDies_FailsInsteadOfWaitingForEver()
    {
        var world = new ObedientWorld(Shop(3))
            .At(11, "the surge node dies", w => w.Change(w.Record("a").SurgeNodes.Keys.First(), n => n with { Ready = false }))
            .Play(24 * 60);

        world.Record("a").Ended.ShouldBeTrue(world.Story.Tail(40));
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    [Trait("Rule", "UP-51")]
    [Trait("Rule", "UP-155")]
    public void Rollout_LostNodeRecoversLater_IsHandedBackAndItsReplacementReturnedWithinAWindow()
    {
        var world = new ObedientWorld(Shop(3).With(s => s with { Window = Windows.Daily("11:00", 4) })) { KeepsNodeObjects = true }
            .At(6 * 60, "the node is repaired", w => w.Change("a-3", n => n with { Ready = true }));
        world.BadNodes.Add("a-3");

        world.Play(10 * 60);

        // The window has closed at 15:00; the node is handed back, the replacement stays until the next one.
        world.NodeNamed("a-3").Unschedulable.ShouldBeFalse();
        world.NodeNamed("a-3").Mark.ShouldBeNull();
        world.View.Nodes.Count.ShouldBe(4);

        world.Play(24 * 60);

        world.ShouldBeTidy();
        world.Story.ShouldMatch("lost-node-recovers");
    }

    [Theory]
    [InlineData("1.34.0", 0, 0, "capacity-1.34")]
    [InlineData("1.35.0", 0, 0, "capacity-1.35-none")]
    [InlineData("1.35.0", 1, 0, "capacity-1.35-one")]
    [InlineData("1.35.0", 0, 1, "capacity-1.35-in-place")]
    [Trait("Rule", "UP-32")]
    [Trait("Rule", "UP-33")]
    [Trait("Rule", "UP-34")]
    public void Rollout_NoCapacityForTheFullSurge_FallsBackAsTheVersionAllows(string kubernetes, int room, int unavailable, string story)
    {
        KubernetesVersion.TryParse(kubernetes, out var version).ShouldBeTrue();
        var cluster = new TestCluster()
            .Pool("a", 3, settings: s => s with { MaxSurge = IntOrPercent.Of(3), MaxUnavailable = IntOrPercent.Of(unavailable) }, spec: p => p with { Kubernetes = version });

        var world = new ObedientWorld(cluster) { Capacity = (room, "SubnetIsFull") }.Play(9 * 60);

        world.ShouldBeTidy();
        world.Story.ShouldMatch(story);
    }

    [Fact]
    [Trait("Rule", "UP-55")]
    [Trait("Rule", "UP-17")]
    [Trait("Rule", "UP-154")]
    public void Rollout_MoreBlockedNodesThanAllowed_Stops()
    {
        var cluster = Shop(4, s => s with { Undrainable = UndrainableNodeBehavior.Cordon, MaxSurge = IntOrPercent.Of(2), MaxBlockedNodes = IntOrPercent.Of(1) })
            .Deployment("shop/admin", "a-1", "a-2", "a-3").MinAvailable("shop/admin", 3);

        var world = new ObedientWorld(cluster).Play(3 * 60);
        world.Story.ShouldMatch("max-blocked-nodes");

        // UP-154: at most one is quarantined, in later runs, too; the next is handed back.
        world.View.Nodes.Values.Count(n => n.Quarantined).ShouldBe(1);
        world.View.Nodes.Values.Count(n => n.Unschedulable).ShouldBe(1);
        world.Record("a").Phase.ShouldBe(RolloutPhase.Failed);
    }

    [Fact]
    [Trait("Rule", "UP-56")]
    public void Rollout_QuarantineLiftedByItsOwner_TakesTheNodeAndReturnsItsReplacement()
    {
        var world = new ObedientWorld(Blocked(UndrainableNodeBehavior.Cordon))
            .At(120, "the owner fixes the budget and removes the label", w =>
            {
                w.Budget("shop/admin", b => b with { MinAvailable = IntOrPercent.Of(0) });
                w.Change("a-2", n => n with { Quarantined = false });
            })
            .Play(10 * 60);

        world.ShouldBeTidy();
        world.NodeNamed("a-2").Image.Text.ShouldBe(Some.New);
        world.Story.ShouldMatch("quarantine-lifted");
    }

    [Fact]
    [Trait("Rule", "UP-61")]
    public void Rollout_FailedPool_EndsTheRunForTheOthers()
    {
        var cluster = Shop(1, s => s with { Undrainable = UndrainableNodeBehavior.Schedule }).Pool("b", 1).With(s => s with { Window = Windows.Daily("11:00", 4) })
            .Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1);

        var world = new ObedientWorld(cluster).Play(3 * 60);

        world.NodeNamed("b-1").Image.Text.ShouldBe(Some.Old);

        // ADR 4: in the next window the pool that failed comes last, or it would keep the other from ever being patched.
        world.Play(24 * 60);

        world.NodeNamed("b-1").Image.Text.ShouldBe(Some.New);
        world.Story.ShouldMatch("failed-pool-ends-the-run");
    }

    internal static TestCluster Shop(int nodes, Func<UpgradeSettings, UpgradeSettings>? settings = null) => new TestCluster()
        .Pool("a", nodes, settings: settings)
        .Deployment("shop/web", [.. Enumerable.Range(1, nodes).Select(i => $"a-{i}")])
        .MinAvailable("shop/web", nodes - 1);

    private static TestCluster Blocked(UndrainableNodeBehavior behavior, Func<UpgradeSettings, UpgradeSettings>? settings = null) =>
        Shop(3, s => (settings ?? (x => x))(s with { Undrainable = behavior })).Deployment("shop/admin", "a-2").MinAvailable("shop/admin", 1);
}
