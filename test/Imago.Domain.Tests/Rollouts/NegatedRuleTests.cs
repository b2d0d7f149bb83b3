using System.Collections.Immutable;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Rules that could be negated without any other test noticing, each decided once.</summary>
public sealed class NegatedRuleTests
{
    private static readonly CordonMark Ours = new("r1", "Upgrading", Some.Noon, WasUnschedulable: false);

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
    [Trait("Rule", "UP-155")]
    public void Decide_AdoptedSurgeNodeHadAForeignCordon_KeepsIt()
    {
        var cluster = WithSurge(n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours with { WasUnschedulable = true } });

        UpdateOf(Decide(cluster, Surging(cluster, SurgeStep.Serving)), "a-9").ShouldBe(new NodeUpdate { Unschedulable = true, RemoveMark = true, ScaleDownDisabled = false });
    }

    [Fact]
    [Trait("Rule", "UP-3")]
    public void Decide_SurgeNodeReportedDeletedButStillSeen_IsNotForgotten()
    {
        var cluster = WithSurge(n => n);

        Decide(cluster, Surging(cluster, SurgeStep.Deleting), null, Done("r1/a-9/Delete")).Record.SurgeNodes.Keys.ShouldContain("a-9");
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
    [Trait("Rule", "UP-1")]
    [Trait("Rule", "UP-2")]
    public void Decide_SurgeNodeIsStillCordoned_StartsNoNodeForIt()
    {
        var cordoned = WithSurge(n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours });

        Decide(cordoned, Surging(cordoned, SurgeStep.Serving)).Record.Active.ShouldBeEmpty();
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

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Decide_PodsThatNeverStarted_GoWhateverTheirBudgetSays() =>
        Evicted(Draining().Pod("shop/web-1", "a-1", p => p with { Phase = PodPhase.Pending, Ready = false }).Pod("shop/web-2", "b-1").MinAvailable("shop/web", 2)).ShouldBe(["web-1"]);

    [Theory]
    [InlineData(2, 2, false, true)]
    [InlineData(2, 2, true, false)]
    [InlineData(1, 2, false, false)]
    [InlineData(0, 0, false, false)]
    [Trait("Rule", "UP-40")]
    public void Decide_UnreadyPod_GoesWhileEnoughOthersAreKnownToBeHealthy(int healthy, int desired, bool stale, bool goes)
    {
        var cluster = Draining().Pod("shop/web-1", "a-1", p => p with { Ready = false }).MinAvailable("shop/web", 0)
            .BudgetStatus("shop/web", b => b with { CurrentHealthy = healthy, DesiredHealthy = desired, ExpectedPods = 3, DisruptionsAllowed = 0, StatusIsStale = stale });

        Evicted(cluster).ShouldBe(goes ? ["web-1"] : []);
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-42")]
    public void Decide_PodUnderSeveralBudgets_LeavesItsNeighboursAlone()
    {
        var cluster = Draining().Pod("shop/web-1", "a-1").Pod("shop/free-1", "a-1").Budget("shop/web", b => b with { MaxUnavailable = IntOrPercent.Of(1) })
            .Budget("shop/web2", b => b with { MaxUnavailable = IntOrPercent.Of(1) }, app: "web");

        Evicted(cluster).ShouldBeEmpty();
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
    [InlineData(0.99, false)]
    [InlineData(1, true)]
    [Trait("Rule", "UP-40")]
    public void Decide_EvictionWasRefused_IsAskedForAgainAtTheInstantGiven(double minute, bool asks)
    {
        var cluster = Draining().Pod("shop/web-1", "a-1");

        Decide(cluster, DrainingRecord(cluster), Some.After(minute), Refused).Actions.OfType<RolloutAction.EvictPod>().Any().ShouldBe(asks);
    }

    [Fact]
    [Trait("Rule", "UP-94")]
    public void Decide_EvictionWasRefusedAndTheRolloutIsForced_DeletesThePod()
    {
        var cluster = Draining().Pod("shop/web-1", "a-1");

        Decide(cluster, DrainingRecord(cluster) with { Forced = true }, Some.Noon, Refused).Actions.ShouldHaveSingleItem().ShouldBeOfType<RolloutAction.DeletePod>();
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Decide_TwoNodesWantOneDisruption_TheOneThatDrainsLongerGetsIt()
    {
        var cluster = InPlace(2).Deployment("shop/web", "a-1", "a-2", "b-1").MinAvailable("shop/web", 2);
        var record = Running(cluster) with
        {
            MaxUnavailable = 2,
            Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining) with { StartedAt = Some.After(1), Since = Some.After(1) })
                .Add("a-2", Progress("a-2", NodeStep.Draining)),
        };
        foreach (var name in new[] { "a-1", "a-2" })
        {
            cluster.Node(name, n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours });
        }

        Decide(cluster, record, Some.After(2)).Actions.OfType<RolloutAction.EvictPod>().ShouldHaveSingleItem().Node.ShouldBe("a-2");
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

    [Fact]
    [Trait("Rule", "UP-42")]
    public void Decide_GracePeriodIsExactlyTheTimeout_IsNoReasonToWait()
    {
        var cluster = InPlace(2).Pod("shop/web-1", "a-1", p => p with { GracePeriod = UpgradeSettings.DefaultDrainTimeout });

        Decide(cluster, Running(cluster) with { MaxUnavailable = 2 }).Record.Active.Keys.ShouldBe(["a-1", "a-2"]);
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
    [InlineData(true, 2)]
    [InlineData(false, 1)]
    [Trait("Rule", "UP-93")]
    public void Decide_BudgetsHoldEveryNode_ForcedOnesStartAllTheSame(bool forced, int started)
    {
        var cluster = InPlace(2).Deployment("shop/web", "a-1", "a-2").MinAvailable("shop/web", 2);

        Decide(cluster, Running(cluster) with { MaxUnavailable = 2, Forced = forced }).Record.Active.Count.ShouldBe(started);
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
    [Trait("Rule", "UP-40")]
    public void Decide_OnlyATerminatingPodIsUnderASpentBudget_DoesNotHoldTheNode()
    {
        var cluster = InPlace(2).Pod("shop/web-1", "a-1", p => p with { Ready = false }).Pod("shop/web-2", "a-1", p => p with { Terminating = true })
            .Budget("shop/web", b => b with { MinAvailable = IntOrPercent.Of(1), UnhealthyPodEviction = UnhealthyPodEvictionPolicy.AlwaysAllow });
        var record = Running(cluster) with { MaxUnavailable = 2, Active = RolloutRecord.EmptyActive.Add("a-2", Progress("a-2", NodeStep.Replacing)) };

        Decide(cluster, record).Record.Active.Keys.ShouldBe(["a-1", "a-2"]);
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
    [Trait("Rule", "UP-156")]
    public void Decide_NoNodeCanBeStartedNow_SteersAwayFromThoseThatWaitAllTheSame()
    {
        var cluster = InPlace(2);
        var record = Running(cluster) with { Steering = true, Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Replacing)) };

        UpdateOf(Decide(cluster, record), "a-2").ShouldBe(new NodeUpdate { SteeredAway = true });
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

    [Fact]
    [Trait("Rule", "UP-156")]
    [Trait("Rule", "CH-30")]
    public void Decide_NodesWaitForALivePatch_SteersNothingAwayFromThem()
    {
        var cluster = InPlace(3).Channel(NodeOsChannel.SecurityPatch).Patched(Some.Level(6, 20), reboot: false);

        Decide(cluster, Patching(cluster)).Actions.OfType<RolloutAction.UpdateNode>().ShouldAllBe(u => u.Update.SteeredAway == null);
    }

    private static ClusterInput Refused(ClusterInput input) => input with { Refused = ImmutableDictionary<ObjectKey, Instant>.Empty.Add(new("shop", "web-1"), Some.After(1)) };

    private static RolloutRecord DrainingRecord(TestCluster cluster) =>
        Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining)) };

    private static RolloutPlan Decide(TestCluster cluster, RolloutRecord record, Instant now, Func<ClusterInput, ClusterInput> input) =>
        RolloutPlanner.Decide(input(cluster.Input(now, record)), cluster.PoolNamed("a"), record);

    private static TestCluster Draining() => InPlace(1).Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = Ours });

    private static IEnumerable<string> Evicted(TestCluster cluster) =>
        Decide(cluster, Running(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Draining)) }).Actions.OfType<RolloutAction.EvictPod>().Select(e => e.Pod.Name);

    private static RolloutRecord Ended(TestCluster cluster) => Running(cluster) with { Phase = RolloutPhase.Failed, EndedAt = Some.Noon };

    private static TestCluster InPlace(int nodes, Func<UpgradeSettings, UpgradeSettings>? settings = null) =>
        new TestCluster().Pool("a", nodes, settings: s => (settings ?? (x => x))(s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) }));

    private static TestCluster WithSurge(Func<Node, Node> change) =>
        new TestCluster().Pool("a", 9, Some.New).Node("a-1", n => n with { Image = NodeImage.Parse(Some.Old) }).Node("a-2", n => n with { Image = NodeImage.Parse(Some.Old) }).Node("a-9", change);

    private static NodeProgress Progress(string node, NodeStep step) => new()
    {
        Work = NodeWork.Reimage, Step = step, StartedAt = Some.Noon, Since = Some.Noon, From = Some.Old, To = Some.New, Uid = $"{node}/1",
    };

    private static NodeOutcome Outcome(NodeResult result) => new() { Result = result, Work = NodeWork.Reimage, StartedAt = Some.Noon, EndedAt = Some.Noon, From = Some.Old };

    private static RolloutRecord Running(TestCluster cluster) => new()
    {
        Id = "r1",
        Pool = "a",
        Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
        StartedAt = Some.Noon,
        OriginalSize = 1,
        MaxUnavailable = 1,
        MaxBlocked = 1,
        Epoch = 1,
        Settings = cluster.PoolNamed("a").Settings,
        CanaryPassedAt = Some.Noon,
    };

    private static RolloutRecord Patching(TestCluster cluster) => Running(cluster) with
    {
        Target = new RolloutTarget.Patch(Some.Level(6, 20), LivePatching: true),
        Active = RolloutRecord.EmptyActive.Add("a-1", Progress("a-1", NodeStep.Patching) with { Work = NodeWork.LivePatch, IsCanary = true }),
    };

    private static RolloutRecord Surging(TestCluster cluster, SurgeStep step) => Running(cluster) with
    {
        Surge = 1,
        MaxUnavailable = 0,
        SurgeNodes = RolloutRecord.EmptySurge.Add("a-9", new SurgeNode { Step = step, Since = Some.Noon, NamedAt = Some.Noon, Image = Some.New }),
        SurgeNamed = 1,
    };

    private static ProviderOperation Done(string id) => new(id, OperationState.Succeeded, Some.Noon, null, null);

    private static NodeUpdate UpdateOf(RolloutPlan plan, string node) =>
        plan.Actions.OfType<RolloutAction.UpdateNode>().Single(u => string.Equals(u.Node, node, StringComparison.Ordinal)).Update;

    private static RolloutPlan Decide(TestCluster cluster, RolloutRecord record, Instant? now = null, params ProviderOperation[] operations) => RolloutPlanner.Decide(
        cluster.Input(now, record) with { Operations = operations.ToImmutableDictionary(o => o.Id, StringComparer.Ordinal) }, cluster.PoolNamed("a"), record);
}
