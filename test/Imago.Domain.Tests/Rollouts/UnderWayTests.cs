using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Rollouts;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;
using static Imago.Domain.Tests.Rollouts.Kit.Situation;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>What a rollout under way starts next, what calls it off, and when it looks again.</summary>
public sealed class UnderWayTests
{
    [Theory]
    [InlineData(UndrainableNodeBehavior.Cordon, 2)]
    [InlineData(UndrainableNodeBehavior.Schedule, 1)]
    [Trait("Rule", "UP-52")]
    public void Decide_OnlyDoomedNodesAreLeft_TriesThemTogetherOnlyWhereTheOthersWouldGoOnAnyway(UndrainableNodeBehavior undrainable, int started)
    {
        var cluster = InPlace(2, s => s with { MaxUnavailable = IntOrPercent.Of(2), Undrainable = undrainable })
            .Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1).Deployment("shop/legacy", "a-2").MinAvailable("shop/legacy", 1);

        Decide(cluster, Running(cluster) with { MaxUnavailable = 2, MaxBlocked = 2 }).Record.Active.Count.ShouldBe(started);
    }

    [Theory]
    [InlineData(true, 1)]
    [InlineData(false, 0)]
    [Trait("Rule", "UP-67")]
    public void Decide_ClusterIsStoppedUnderWay_StartsNoNode(bool running, int started)
    {
        var cluster = InPlace(2).With(s => s with { Running = running });

        var plan = Decide(cluster, Running(cluster));

        plan.Record.Active.Count.ShouldBe(started);
        plan.Holds.Select(h => h.Code).ShouldBe(running ? [] : [ReasonCode.ClusterStopped]);
    }

    [Fact]
    [Trait("Rule", "MW-13")]
    public void Decide_WindowOverridden_WakesWhenTheOverrideEnds()
    {
        var cluster = InPlace(1).With(s => s with { Window = Windows.Daily("20:00", 4), WindowOverrideUntil = Some.After(20) });

        ClusterPlanner.Decide(cluster.Input()).WakeAt.ShouldBe(Some.After(20));
    }

    [Fact]
    [Trait("Rule", "MW-49")]
    public void Decide_BlockedUntilTheInstantTheWindowOpens_NamesTheBlockedDate()
    {
        var cluster = InPlace(1).With(s => s with { Window = Windows.Daily("00:00", 24, new BlockedDates(new(2026, 7, 1), new(2026, 7, 1))) });

        var hold = ClusterPlanner.Decide(cluster.Input()).Holds["a"].ShouldHaveSingleItem();

        hold.Code.ShouldBe(ReasonCode.BlockedDate);
        hold.Until.ShouldBe(Instant.FromUtc(2026, 7, 2, 0, 0));
    }

    [Fact]
    [Trait("Rule", "UP-151")]
    public void Decide_CanaryIsALivePatch_NoReimageStartsBesideIt()
    {
        var cluster = InPlace(2, s => s with { Canary = Canary.FirstNode }).Node("a-1", n => n with { Image = NodeImage.Parse(Some.FamilyName + "-202606.15.0") })
            .Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 10), reboot: true).Patched(Some.Level(6, 20), reboot: false);
        var record = Patching(cluster) with { CanaryPassedAt = null, Target = new RolloutTarget.Patch(Some.Level(6, 20), LivePatching: true) };

        Decide(cluster, record).Record.Active.Keys.ShouldBe(["a-1"]);
    }

    [Theory]
    [InlineData(Canary.FirstNode)]
    [InlineData(Canary.None)]
    [Trait("Rule", "UP-151")]
    [Trait("Rule", "UP-2")]
    public void Decide_ANodeIsBeingPatchedLive_IsTheOnlyOneOfOne(Canary canary)
    {
        var cluster = InPlace(3, s => s with { Canary = canary }).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 20), reboot: false);
        var record = Patching(cluster) with { CanaryPassedAt = canary == Canary.None ? Some.Noon : null };

        Decide(cluster, record).Record.Active.Keys.ShouldBe(["a-1"]);
    }

    [Fact]
    [Trait("Rule", "UP-55")]
    public void Decide_TwoNodesAreGivenUpAtOnce_QuarantinesNoMoreThanAllowed()
    {
        var cluster = InPlace(2, s => s with { Undrainable = UndrainableNodeBehavior.Cordon });
        var record = Running(cluster);
        foreach (var name in new[] { "a-1", "a-2" })
        {
            cluster.Node(name, n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours }).Pod($"shop/{name}-1", name);
            var fault = new RolloutFault(nameof(ReasonCode.Undrainable), "It could not be drained.", name, Some.Noon);
            record = record with { Active = record.Active.Add(name, Progress(name, NodeStep.GivingUp) with { Fault = fault }) };
        }

        var plan = Decide(cluster, record);

        UpdateOf(plan, "a-1").Quarantined.ShouldBe(true);
        UpdateOf(plan, "a-2").ShouldBe(new NodeUpdate { Unschedulable = false, RemoveMark = true, ScaleDownDisabled = false });
    }

    [Theory]
    [InlineData(RolloutTrigger.Automatic, RolloutPhase.Canceled)]
    [InlineData(RolloutTrigger.Manual, RolloutPhase.Running)]
    [Trait("Rule", "IM-41")]
    public void Decide_PoolIsPinnedUnderWay_CallsOffOnlyWhatIsAutomatic(RolloutTrigger trigger, RolloutPhase phase)
    {
        var cluster = new TestCluster().Pool("a", 2, spec: p => p with { PinnedBySnapshot = true });

        Decide(cluster, Running(cluster) with { Trigger = trigger }).Record.Phase.ShouldBe(phase);
    }

    [Theory]
    [InlineData(true, RolloutPhase.Running)]
    [InlineData(false, RolloutPhase.Canceled)]
    [Trait("Rule", "IM-36")]
    public void Decide_NewerImageIsReleasedUnderWay_TurnsToItOnlyBetweenNodes(bool busy, RolloutPhase phase)
    {
        var cluster = InPlace(2).Released(Some.Newest, Some.Noon);
        var record = Running(cluster) with { Active = busy ? RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining)) : RolloutRecord.EmptyActive };

        Decide(cluster, record).Record.Phase.ShouldBe(phase);
    }

    [Theory]
    [InlineData(true, RolloutPhase.Running)]
    [InlineData(false, RolloutPhase.Canceled)]
    [Trait("Rule", "CH-10")]
    public void Decide_ChannelIsTurnedOffUnderWay_CallsOffOnlyWhatTheChannelChose(bool named, RolloutPhase phase)
    {
        var target = new RolloutTarget.Image(NodeImage.Parse(Some.New));
        var cluster = new TestCluster().Pool("a", 2, spec: p => p with { RequestedTarget = named ? target : null }).Channel(NodeOsChannel.None);

        Decide(cluster, Running(cluster)).Record.Phase.ShouldBe(phase);
    }

    [Fact]
    [Trait("Rule", "MW-52")]
    public void Decide_UnderWayOutsideTheWindow_WakesWhenItOpens()
    {
        var cluster = InPlace(1).With(s => s with { Window = Windows.Daily("20:00", 4) });

        Decide(cluster, Running(cluster)).WakeAt.ShouldBe(Instant.FromUtc(2026, 7, 1, 20, 0));
    }

    [Fact]
    [Trait("Rule", "UP-53")]
    [Trait("Rule", "UP-61")]
    public void Decide_NothingIsLeftButQuarantinedNodes_EndsWithTheFaultThatEndsNoRun()
    {
        var cluster = InPlace(1).Node("a-1", n => n with { Quarantined = true, Unschedulable = true, Mark = Ours });
        var fault = new RolloutFault(nameof(ReasonCode.Undrainable), "It could not be drained.", "a-1", Some.Noon);

        var after = Decide(cluster, Running(cluster) with { Settled = RolloutRecord.EmptySettled.Add("a-1", Outcome(NodeResult.Quarantined) with { Fault = fault }) }).Record;

        after.Phase.ShouldBe(RolloutPhase.Canceled);
        after.Fault!.Code.ShouldBe(nameof(ReasonCode.Quarantined));
    }

    [Theory]
    [InlineData(false, RolloutPhase.Canceled)]
    [InlineData(true, RolloutPhase.Running)]
    [Trait("Rule", "CH-86")]
    [Trait("Rule", "CH-87")]
    public void Decide_SupportEndsUnderWay_CallsTheRolloutOffUnlessAttached(bool attached, RolloutPhase phase)
    {
        var cluster = new TestCluster().Pool("a", 2).With(s => s with { Support = KubernetesSupport.Unsupported, Attached = attached });

        Decide(cluster, Running(cluster)).Record.Phase.ShouldBe(phase);
    }

    [Fact]
    public void Decide_TwoNodesOfOneZoneComeFirstByName_TakesOneOfEachZone()
    {
        var cluster = InPlace(3).Node("a-1", n => n with { Zone = "z1" }).Node("a-2", n => n with { Zone = "z1" }).Node("a-3", n => n with { Zone = "z2" });

        Decide(cluster, Running(cluster) with { MaxUnavailable = 2 }).Record.Active.Keys.ShouldBe(["a-1", "a-3"]);
    }

    [Fact]
    [Trait("Rule", "UP-65")]
    public void Decide_UnhealthyNodeWasBlockedInTheLastRun_TakesAHealthyOneFirst()
    {
        var cluster = InPlace(2).Node("a-1", n => n with { Ready = false });

        Decide(cluster, Running(cluster) with { BlockedBefore = RolloutRecord.NoNames.Add("a-1") }).Record.Active.Keys.ShouldBe(["a-2"]);
    }
}
