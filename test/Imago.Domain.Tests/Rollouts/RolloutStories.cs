using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
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

    internal static TestCluster Shop(int nodes, Func<UpgradeSettings, UpgradeSettings>? settings = null) => new TestCluster()
        .Pool("a", nodes, settings: settings)
        .Deployment("shop/web", [.. Enumerable.Range(1, nodes).Select(i => $"a-{i}")])
        .MinAvailable("shop/web", nodes - 1);

    private static TestCluster Blocked(UndrainableNodeBehavior behavior, Func<UpgradeSettings, UpgradeSettings>? settings = null) =>
        Shop(3, s => (settings ?? (x => x))(s with { Undrainable = behavior })).Deployment("shop/admin", "a-2").MinAvailable("shop/admin", 1);
}
