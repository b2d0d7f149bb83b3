using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

public sealed class ClusterPlannerTests
{
    [Fact]
    [Trait("Rule", "MW-12")]
    public void Decide_NoWindow_StartsAtOnce()
    {
        var start = ClusterPlanner.Decide(new TestCluster().Pool("a", 3, zones: 2).Input()).Start.ShouldNotBeNull();

        start.Id.ShouldBe("a-20260701t120000");
        start.Target.Name.ShouldBe(Some.New);
        start.WindowStart.ShouldBeNull();
        start.OriginalSize.ShouldBe(3);
        start.OriginalZones.ShouldBe([new("z1", 2), new("z2", 1)]);
        start.Epoch.ShouldBe(1);
    }

    [Theory]
    [InlineData("11:59:59.999999999", false)]
    [InlineData("12:00:00", true)]
    [InlineData("15:59:59.999999999", true)]
    [InlineData("16:00:00", false)]
    [Trait("Rule", "MW-52")]
    public void Decide_EdgesOfTheWindow_StartsOnlyInsideIt(string time, bool starts)
    {
        var now = new LocalDate(2026, 7, 1).At(NodaTime.Text.LocalTimePattern.ExtendedIso.Parse(time).Value).InUtc().ToInstant();

        (ClusterPlanner.Decide(new TestCluster().Pool("a", 1).With(s => s with { Window = Windows.Daily("12:00", 4) }).Input(now)).Start is not null).ShouldBe(starts);
    }

    [Theory]
    [InlineData("11:59:59", false)]
    [InlineData("12:00:00", true)]
    [Trait("Rule", "CH-32")]
    [Trait("Rule", "MW-63")]
    public void Decide_LivePatchAtTheEdgeOfTheWindow_WaitsForIt(string time, bool starts)
    {
        var now = new LocalDate(2026, 7, 25).At(NodaTime.Text.LocalTimePattern.ExtendedIso.Parse(time).Value).InUtc().ToInstant();
        var cluster = new TestCluster().Pool("a", 1).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 1), reboot: false).Patched(Some.Level(7, 20), reboot: false)
            .With(s => s with { Window = Windows.Daily("12:00", 4) });

        (ClusterPlanner.Decide(cluster.Input(now)).Start?.Target is RolloutTarget.Patch).ShouldBe(starts);
    }

    [Fact]
    [Trait("Rule", "CH-90")]
    public void Decide_AutomaticStart_TakesThePoolsSettingsUnchanged()
    {
        var settings = new UpgradeSettings { MaxSurge = IntOrPercent.Percent(40), DrainTimeout = Duration.FromMinutes(77), NodeSoak = Duration.FromMinutes(3) };

        ClusterPlanner.Decide(new TestCluster().Pool("a", 5, settings: _ => settings).Input()).Start.ShouldNotBeNull().Settings.ShouldBe(settings);
    }

    [Fact]
    [Trait("Rule", "UP-24")]
    public void Decide_SettingsChangeWhileUnderWay_KeepsThoseItBeganWith()
    {
        var before = new TestCluster().Pool("a", 4, settings: s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) });
        var record = ClusterPlanner.Decide(before.Input()).Start.ShouldNotBeNull();
        var after = new TestCluster().Pool("a", 4, settings: s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(3), DrainTimeout = Duration.FromMinutes(9) });

        var plan = RolloutPlanner.Decide(after.Input(null, record), after.PoolNamed("a"), record);

        plan.Record.Active.Count.ShouldBe(1);
        plan.Record.Settings.ShouldBe(record.Settings);
    }

    [Theory]
    [InlineData(RolloutTrigger.Automatic, 0)]
    [InlineData(RolloutTrigger.Manual, 1)]
    [InlineData(RolloutTrigger.ChannelTransition, 1)]
    [Trait("Rule", "MW-11")]
    [Trait("Rule", "CH-52")]
    public void Decide_WindowClosed_HoldsOnlyWhatIsAutomatic(RolloutTrigger trigger, int started)
    {
        var open = new TestCluster().Pool("a", 2, settings: s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) });
        var record = ClusterPlanner.Decide(open.Input()).Start.ShouldNotBeNull() with { Trigger = trigger };
        var closed = open.With(s => s with { Window = Windows.Daily("20:00", 4) });

        RolloutPlanner.Decide(closed.Input(null, record), closed.PoolNamed("a"), record).Record.Active.Count.ShouldBe(started);
    }

    [Fact]
    [Trait("Rule", "UP-65")]
    public void Decide_NodeBlockedInTheLastRun_LetsTheOthersGoFirst()
    {
        var cluster = new TestCluster().Pool("a", 3, settings: s => s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) });
        var first = ClusterPlanner.Decide(cluster.Input()).Start.ShouldNotBeNull();
        var blocked = new NodeOutcome
        {
            Result = NodeResult.Blocked, Work = NodeWork.Reimage, StartedAt = Some.Noon, EndedAt = Some.After(30), From = Some.Old,
            Fault = new RolloutFault(nameof(ReasonCode.Undrainable), "It could not be drained.", "a-1", Some.After(30)),
        };
        var ended = (first with { Settled = first.Settled.Add("a-1", blocked) }).Become(RolloutPhase.Halting, Some.After(30), blocked.Fault).Become(RolloutPhase.Failed, Some.After(30));
        var later = Some.Noon + Duration.FromDays(2);

        var second = ClusterPlanner.Decide(cluster.Input(later, ended)).Start.ShouldNotBeNull();

        RolloutPlanner.Decide(cluster.Input(later, second), cluster.PoolNamed("a"), second).Record.Active.Keys.ShouldBe(["a-2"]);
        var third = ClusterPlanner.Decide(cluster.Input(later + Duration.FromDays(2), second.Become(RolloutPhase.Halting, later, blocked.Fault).Become(RolloutPhase.Failed, later))).Start;
        third.ShouldNotBeNull().BlockedBefore.ShouldBe(["a-1"]);
    }

    [Fact]
    [Trait("Rule", "CH-12")]
    public void Decide_Unmanaged_SaysThatNewNodesBeginUnpatched() =>
        ClusterPlanner.Decide(new TestCluster().Pool("a", 1).Channel(NodeOsChannel.Unmanaged).Input()).Holds["a"].ShouldHaveSingleItem().Message
            .ShouldContain("A new node starts from the pool's image and is patched at a later run.");

    [Fact]
    public void Decide_WindowClosed_WakesWhenItOpens()
    {
        var plan = ClusterPlanner.Decide(new TestCluster().Pool("a", 1).With(s => s with { Window = Windows.Daily("20:00", 4) }).Input());

        plan.WakeAt.ShouldBe(Some.After(8 * 60));
        plan.Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.WindowClosed);
    }

    [Fact]
    [Trait("Rule", "MW-13")]
    public void Decide_OperatorOverridesTheWindow_StartsUntilTheOverrideEnds()
    {
        var cluster = new TestCluster().Pool("a", 1).With(s => s with { Window = Windows.Daily("20:00", 4), WindowOverrideUntil = Some.After(30) });

        ClusterPlanner.Decide(cluster.Input(Some.After(29))).Start.ShouldNotBeNull();
        ClusterPlanner.Decide(cluster.Input(Some.After(30))).Start.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "MW-62")]
    public void Decide_WindowDeleted_StartsAtOnce()
    {
        var cluster = new TestCluster().Pool("a", 1).With(s => s with { Window = Windows.Daily("20:00", 4) });
        ClusterPlanner.Decide(cluster.Input()).Start.ShouldBeNull();

        ClusterPlanner.Decide(cluster.With(s => s with { Window = null }).Input()).Start.ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "MW-10")]
    public void Decide_WindowOpenButChannelNone_StartsNothing() =>
        ClusterPlanner.Decide(new TestCluster().Pool("a", 1).Channel(NodeOsChannel.None).With(s => s with { Window = Windows.Daily("11:00", 4) }).Input()).Start.ShouldBeNull();

    [Fact]
    [Trait("Rule", "CH-5")]
    public void Decide_ChannelChanged_ActsInTheSamePass()
    {
        var cluster = new TestCluster().Pool("a", 1).Channel(NodeOsChannel.None);
        ClusterPlanner.Decide(cluster.Input()).Start.ShouldBeNull();

        ClusterPlanner.Decide(cluster.Channel(NodeOsChannel.NodeImage).Input()).Start.ShouldNotBeNull();
    }

    [Theory]
    [InlineData(KubernetesSupport.Supported, false, true, 0)]
    [InlineData(KubernetesSupport.PlatformOnly, false, false, 1)]
    [InlineData(KubernetesSupport.Unsupported, false, false, 1)]
    [InlineData(KubernetesSupport.Unsupported, true, true, 1)]
    [Trait("Rule", "CH-86")]
    [Trait("Rule", "CH-87")]
    public void Decide_SupportOfTheMinor_HoldsOrWarns(KubernetesSupport support, bool attached, bool starts, int conditions)
    {
        var plan = ClusterPlanner.Decide(new TestCluster().Pool("a", 1).With(s => s with { Support = support, Attached = attached }).Input());

        (plan.Start is not null).ShouldBe(starts);
        plan.Conditions.Count(c => c.Code == ReasonCode.KubernetesVersionUnsupported).ShouldBe(conditions);
    }

    [Fact]
    [Trait("Rule", "UP-67")]
    [Trait("Rule", "MW-58")]
    public void Decide_ClusterStopped_StartsNothingUntilItRuns()
    {
        var cluster = new TestCluster().Pool("a", 1).With(s => s with { Running = false });

        ClusterPlanner.Decide(cluster.Input()).Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.ClusterStopped);
        ClusterPlanner.Decide(cluster.With(s => s with { Running = true }).Input()).Start.ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-9")]
    [Trait("Rule", "UP-65")]
    public void Decide_SomeNodesAtTheTarget_TakesOnlyTheOthers()
    {
        var cluster = new TestCluster().Pool("a", 10, settings: s => s with { MaxSurge = IntOrPercent.Percent(50) });
        for (var i = 3; i <= 10; i++)
        {
            cluster.Node($"a-{i}", n => n with { Image = NodeImage.Parse(Some.New) });
        }

        // US-9: half of ten is five, and two are to do.
        ClusterPlanner.Decide(cluster.Input()).Start!.Surge.ShouldBe(2);
        ClusterPlanner.Decide(new TestCluster().Pool("a", 3, Some.New).Input()).Start.ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-23")]
    public void Decide_SettingsLeaveNoRoom_SaysSo()
    {
        var plan = ClusterPlanner.Decide(new TestCluster().Pool("a", 3, settings: s => s with { MaxSurge = IntOrPercent.Of(0) }).Input());

        plan.Start.ShouldBeNull();
        plan.Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.SettingsRefused);
    }

    [Fact]
    [Trait("Rule", "UP-60")]
    public void Decide_SeveralPools_OrdersByPriorityModeAndName()
    {
        var cluster = new TestCluster()
            .Pool("b", 1).Pool("a", 1, spec: p => p with { Mode = PoolMode.System }).Pool("c", 1).Pool("z", 1, settings: s => s with { UpgradePriority = 50 });
        var order = new List<string>();
        while (ClusterPlanner.Decide(cluster.Input()).Start is { } start)
        {
            order.Add(start.Pool);
            cluster.Node($"{start.Pool}-1", n => n with { Image = NodeImage.Parse(Some.New) });
        }

        order.ShouldBe(["z", "b", "c", "a"]);
    }

    [Fact]
    [Trait("Rule", "UP-62")]
    public void Decide_APoolIsUnderWay_StartsNoOther()
    {
        var cluster = new TestCluster().Pool("a", 1).Pool("b", 1);
        var running = ClusterPlanner.Decide(cluster.Input()).Start!;

        var plan = ClusterPlanner.Decide(cluster.Input(null, running));

        plan.Start.ShouldBeNull();
        plan.Holds["b"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.WaitingForPool);
        plan.Holds.ShouldNotContainKey("a");
    }

    [Fact]
    public void Decide_RecordUnderWayOfAPoolThatIsGone_HoldsNobodyUp()
    {
        var running = ClusterPlanner.Decide(new TestCluster().Pool("old", 1).Input()).Start!;

        ClusterPlanner.Decide(new TestCluster().Pool("b", 1).Input(null, running)).Start!.Pool.ShouldBe("b");
    }

    [Fact]
    [Trait("Rule", "UP-81")]
    public void Decide_RequestedTarget_MustExistAndMatchTheFamilyAndNotBeWithdrawn()
    {
        Code(Some.Newest).ShouldBe(ReasonCode.NotInCatalogue);
        Code("AKSUbuntu-2404gen2containerd-202606.22.0").ShouldBe(ReasonCode.ImageFamilyDiffers);
        Code(Some.New, Some.Noon).ShouldBe(ReasonCode.ImageWithdrawn);
        Code(Some.New).ShouldBeNull();

        static ReasonCode? Code(string target, Instant? withdrawn = null)
        {
            var cluster = new TestCluster().Released(Some.New, Some.Noon - Duration.FromDays(8), withdrawn)
                .Pool("a", 1, spec: p => p with { RequestedTarget = new RolloutTarget.Image(NodeImage.Parse(target)) });
            var plan = ClusterPlanner.Decide(cluster.Input());
            return plan.Start is null ? plan.Holds["a"].ShouldHaveSingleItem().Code : null;
        }
    }

    [Fact]
    public void Decide_OpaqueTarget_TakesNodesWhoseTextDiffers()
    {
        var cluster = new TestCluster().Pool("a", 2, "cos-113", spec: p => p with { RequestedTarget = new RolloutTarget.Opaque("cos-117") })
            .Node("a-2", n => n with { Image = NodeImage.Parse("cos-117") });

        var input = cluster.Input();
        var start = ClusterPlanner.Decide(input).Start.ShouldNotBeNull();

        start.Surge.ShouldBe(1);
        RolloutPlanner.Decide(input, cluster.PoolNamed("a"), start).Record.SurgeNodes.Values.ShouldHaveSingleItem().Image.ShouldBe("cos-117");
    }

    [Fact]
    [Trait("Rule", "IM-32")]
    public void Decide_ReleaseReachesTheRingLater_WaitsAndWakesThen()
    {
        var ring = new ReleaseRing("rest", 100, Duration.Zero, Duration.FromDays(9));
        var cluster = new TestCluster().Pool("a", 1).With(s => s with { Ring = ring });

        var plan = ClusterPlanner.Decide(cluster.Input());

        plan.Start.ShouldBeNull();
        plan.WakeAt.ShouldBe(Some.After(24 * 60));
        ClusterPlanner.Decide(cluster.Input(Some.After(24 * 60))).Start.ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "CH-91")]
    public void Decide_NodesNewerThanTheTarget_AreLeftAlone() =>
        ClusterPlanner.Decide(new TestCluster().Pool("a", 1, Some.Newest).Input()).Start.ShouldBeNull();

    [Fact]
    [Trait("Rule", "UP-95")]
    public void Decide_OverrideStillValid_ForcesAnAutomaticRun()
    {
        ClusterPlanner.Decide(Forced(Some.After(1)).Input()).Start!.Forced.ShouldBeTrue();
        ClusterPlanner.Decide(Forced(Some.Noon).Input()).Start!.Forced.ShouldBeFalse();

        static TestCluster Forced(Instant until) => new TestCluster().Pool("a", 1, settings: s => s with { Override = new OverrideSettings(ForceUpgrade: true, until) });
    }

    [Fact]
    [Trait("Rule", "UP-77")]
    public void Decide_BudgetsThatNeverAllowADisruption_StartAllTheSame() =>
        ClusterPlanner.Decide(new TestCluster().Pool("a", 1).Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1).Input()).Start.ShouldNotBeNull();

    [Fact]
    [Trait("Rule", "UP-154")]
    public void Decide_QuarantinedNodeAndItsReplacement_CountNeitherTowardsSizeNorSurge()
    {
        var cluster = new TestCluster().Pool("a", 6).Released(Some.Newest, Some.Noon)
            .Node("a-2", n => n with { Quarantined = true, Unschedulable = true });
        var last = Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.Quarantined)) with
        {
            SurgeNodes = RolloutRecord.EmptySurge.Add("a-6", new SurgeNode { Step = SurgeStep.Kept, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New, ReplacementFor = "a-2" }),
        };

        var start = ClusterPlanner.Decide(cluster.Input(Some.After(1), last)).Start.ShouldNotBeNull();

        start.OriginalSize.ShouldBe(4);
        start.SurgeNodes["a-6"].Step.ShouldBe(SurgeStep.Kept);

        // The replacement serves like any other node and is upgraded like one.
        var record = RolloutPlanner.Decide(cluster.Input(Some.After(1), start), cluster.PoolNamed("a"), start with { Surge = 0, MaxUnavailable = 6 }).Record;
        record.Active.Keys.ShouldBe(["a-1", "a-3", "a-4", "a-5", "a-6"]);
    }

    [Fact]
    public void Decide_ReplacedNodeIsGone_ItsReplacementHasBecomeAMember()
    {
        var cluster = new TestCluster().Pool("a", 3).Released(Some.Newest, Some.Noon);
        var last = Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.NotReadyAfterUpgrade)) with
        {
            SurgeNodes = RolloutRecord.EmptySurge.Add("a-3", new SurgeNode { Step = SurgeStep.Kept, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New, ReplacementFor = "a-9" }),
        };

        var start = ClusterPlanner.Decide(cluster.Input(Some.After(1), last)).Start.ShouldNotBeNull();

        start.OriginalSize.ShouldBe(3);
        start.SurgeNodes.ShouldBeEmpty();
    }

    [Theory]
    [InlineData(9, false)]
    [InlineData(10, true)]
    [Trait("Rule", "MW-57")]
    public void Decide_FailedOnceInThisRun_IsTriedAgainAWhileLater(int minute, bool starts)
    {
        var cluster = new TestCluster().Pool("a", 1);

        var plan = ClusterPlanner.Decide(cluster.Input(Some.After(minute), Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.NoCapacity))));

        (plan.Start?.Attempt).ShouldBe(starts ? 2 : null);
        if (!starts)
        {
            plan.WakeAt.ShouldBe(Some.After(10));
        }
    }

    [Fact]
    [Trait("Rule", "MW-57")]
    public void Decide_FailedTwiceWithoutAWindow_WaitsForTheNextDay()
    {
        var cluster = new TestCluster().Pool("a", 1);
        var last = Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.NoCapacity)) with { Attempt = 2 };

        ClusterPlanner.Decide(cluster.Input(Some.After(60), last)).WakeAt.ShouldBe(Some.After(24 * 60));
        ClusterPlanner.Decide(cluster.Input(Some.After(24 * 60), last)).Start!.Attempt.ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-66")]
    public void Decide_AbortedWithoutAWindow_IsTakenUpTheNextDay()
    {
        var cluster = new TestCluster().Pool("a", 1);
        var last = Ended(cluster, RolloutPhase.Canceled, nameof(ReasonCode.Aborted));

        var plan = ClusterPlanner.Decide(cluster.Input(Some.After(60), last));

        plan.Start.ShouldBeNull();
        plan.WakeAt.ShouldBe(Some.After(24 * 60));
        ClusterPlanner.Decide(cluster.Input(Some.After(24 * 60), last)).Start.ShouldNotBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Decide_ANodeDidNotComeBack_TheSameTargetIsNotTriedWhileItIsBroken()
    {
        var cluster = new TestCluster().Pool("a", 2).Node("a-1", n => n with { Ready = false });
        var last = Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.NotReadyAfterUpgrade)) with
        {
            Settled = RolloutRecord.EmptySettled.Add("a-1", new NodeOutcome { Result = NodeResult.NotReady, Work = NodeWork.Reimage, StartedAt = Some.Noon, EndedAt = Some.Noon, From = Some.Old }),
        };

        ClusterPlanner.Decide(cluster.Input(Some.After(3 * 24 * 60), last)).Holds["a"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.FailedBefore);
        ClusterPlanner.Decide(cluster.Released(Some.Newest, Some.Noon).Input(Some.After(60), last)).Start!.Target.Name.ShouldBe(Some.Newest);
    }

    [Fact]
    [Trait("Rule", "UP-61")]
    public void Decide_AnotherPoolFailedInThisRun_WaitsForTheNextRunAndQuarantineDoesNot()
    {
        var cluster = new TestCluster().Pool("a", 1).Pool("b", 1);

        var failed = ClusterPlanner.Decide(cluster.Input(Some.After(1), Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.NoCapacity))));
        var quarantined = ClusterPlanner.Decide(cluster.Input(Some.After(1), Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.Quarantined))));

        failed.Start.ShouldBeNull();
        failed.Holds["b"].ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.WaitingForPool);
        quarantined.Start!.Pool.ShouldBe("b");
    }

    [Fact]
    [Trait("Rule", "UP-60")]
    public void Decide_APoolThatEndedAnEarlierRun_GoesAfterTheOthers()
    {
        var cluster = new TestCluster().Pool("a", 1).Pool("b", 1);

        ClusterPlanner.Decide(cluster.Input(Some.After(25 * 60), Ended(cluster, RolloutPhase.Failed, nameof(ReasonCode.NoCapacity)))).Start!.Pool.ShouldBe("b");
    }

    [Fact]
    public void Decide_OrderOfPools_DoesNotMatter()
    {
        var input = new TestCluster().Pool("a", 1).Pool("b", 1).Pool("c", 1).Input();

        var forth = ClusterPlanner.Decide(input);
        var back = ClusterPlanner.Decide(input with { Spec = input.Spec with { Pools = [.. input.Spec.Pools.Reverse()] } });

        back.Start!.Id.ShouldBe(forth.Start!.Id);
        back.Holds.Keys.ShouldBe(forth.Holds.Keys);
    }

    private static RolloutRecord Ended(TestCluster cluster, RolloutPhase phase, string fault) => new()
    {
        Id = "a-earlier",
        Pool = "a",
        Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
        Phase = phase,
        StartedAt = Some.Noon - Duration.FromMinutes(10),
        EndedAt = Some.Noon,
        Settings = cluster.PoolNamed("a").Settings,
        Fault = new RolloutFault(fault, "It went wrong.", null, Some.Noon),
    };
}
