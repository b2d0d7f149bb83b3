using System.Collections.Immutable;
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

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Single decisions about nodes that are being drained, with the cordon already seen unless a test says otherwise.</summary>
public sealed class DrainTests
{
    [Fact]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-8")]
    public void Decide_NodeStarted_IsCordonedMarkedAndGuardedInOnePatchBeforeAnyEviction()
    {
        var cluster = Pool().Deployment("shop/web", "a-1").Node("a-1", n => n with { Unschedulable = false, Mark = null, ScaleDownDisabled = false });

        var plan = Decide(cluster, Some.Noon);

        var update = plan.Actions.ShouldHaveSingleItem().ShouldBeOfType<RolloutAction.UpdateNode>();
        update.ResourceVersion.ShouldBe("1");
        update.Update.ShouldBe(new NodeUpdate
        {
            Unschedulable = true,
            ScaleDownDisabled = true,
            Mark = new CordonMark("r1", "Upgrading to AKSUbuntu-2204gen2containerd-202606.22.0", Some.Noon, WasUnschedulable: false),
        });
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Decide_PodsOfAllKinds_EvictsThoseThatLeaveWithTheirUid()
    {
        var cluster = Pool().Deployment("shop/web", "a-1").DaemonSet("kube-system/agent")
            .Pod("shop/mirror-1", "a-1", p => p with { Mirror = true })
            .Pod("shop/going-1", "a-1", p => p with { Terminating = true })
            .BarePod("shop/bare-1", "a-1");

        Decide(cluster, Some.Noon).Actions.ShouldBe(
            [new RolloutAction.EvictPod(new("shop", "bare-1"), "shop/bare-1/1", "a-1"), new RolloutAction.EvictPod(new("shop", "web-1"), "shop/web-1/1", "a-1")]);
    }

    [Fact]
    public void Decide_BudgetAllowsOne_EvictsOnlyOne()
    {
        var cluster = Pool().Deployment("shop/web", "a-1", "a-1", "elsewhere").MinAvailable("shop/web", 2);

        Decide(cluster, Some.Noon).Actions.ShouldBe([new RolloutAction.EvictPod(new("shop", "web-1"), "shop/web-1/1", "a-1")]);
    }

    [Fact]
    public void Decide_EvictionWasRefused_AsksAgainAtTheTimeGiven()
    {
        var cluster = Pool().Deployment("shop/web", "a-1");

        var plan = Decide(cluster, Some.Noon, i => i with { Refused = ImmutableDictionary<ObjectKey, Instant>.Empty.Add(new("shop", "web-1"), Some.After(1)) });

        plan.Actions.ShouldBeEmpty();
        plan.WakeAt.ShouldBe(Some.After(1));
    }

    [Fact]
    public void Decide_APodThatNothingFrees_LeavesItsNeighboursAlone()
    {
        var cluster = Pool().Deployment("shop/web", "a-1").Deployment("shop/admin", "a-1").MinAvailable("shop/admin", 1);

        Decide(cluster, Some.Noon).Actions.ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Decide_GraceNoLongerFitsUnderABudgetWithRoom_CountsTheDisruptionInTheSingular()
    {
        var cluster = Pool().Pod("shop/web-1", "a-1", p => p with { GracePeriod = Duration.FromMinutes(10) }).Pod("shop/web-2", "elsewhere").MinAvailable("shop/web", 1);

        Decide(cluster, Some.After(25)).Record.Active["a-1"].Fault!.Message.ShouldContain("(minAvailable 1, 2 of 2 pods healthy, 1 disruption allowed)");
    }

    [Theory]
    [InlineData(29, false)]
    [InlineData(30, true)]
    [Trait("Rule", "UP-41")]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-43")]
    [Trait("Rule", "UP-44")]
    public void Decide_DrainTimeoutPasses_GivesUpAndNamesPodBudgetAndUnreadyPods(int minute, bool givenUp)
    {
        var cluster = Pool().Pod("shop/web-1", "a-1", p => p with { GracePeriod = Duration.Zero }).Pod("shop/web-2", "elsewhere", p => p with { Ready = false }).Pod("shop/web-3", "elsewhere")
            .MinAvailable("shop/web", 2);

        var record = Decide(cluster, Some.After(minute)).Record;

        record.Active["a-1"].Step.ShouldBe(givenUp ? NodeStep.GivingUp : NodeStep.Draining);
        if (givenUp)
        {
            record.Active["a-1"].Fault!.Message.ShouldBe(
                "Node 'a-1' could not be drained within 30 minutes: pod shop/web-1 of Deployment/web is held by disruption budget shop/web (minAvailable 2, 2 of 3 pods healthy, 0 disruptions allowed); not Ready: shop/web-2.");
        }
    }

    [Fact]
    [Trait("Rule", "UP-42")]
    public void Decide_PodKeepsRunningAfterItWasAskedToStop_IsGivenUpAtTheTimeout()
    {
        var cluster = Pool().Pod("shop/web-1", "a-1", p => p with { Terminating = true });

        Decide(cluster, Some.After(30)).Record.Active["a-1"].Fault!.Message
            .ShouldBe("Node 'a-1' could not be drained within 30 minutes: pod shop/web-1 of Deployment/web keeps running although it has been asked to stop.");
    }

    [Fact]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-155")]
    public void Decide_GracePeriodBeyondTheTimeout_IsGivenUpWithoutEverBeingCordoned()
    {
        var cluster = Pool().Pod("shop/web-1", "a-1", p => p with { GracePeriod = Duration.FromHours(1) })
            .Node("a-1", n => n with { Unschedulable = false, Mark = null, ScaleDownDisabled = false });

        var plan = Decide(cluster, Some.Noon);

        plan.Actions.ShouldBeEmpty();
        plan.Record.Settled["a-1"].Result.ShouldBe(NodeResult.Blocked);
        plan.Record.Fault!.Message.ShouldBe(
            "Node 'a-1' cannot be drained: pod shop/web-1 of Deployment/web may take 3600 s to stop, longer than the drain timeout of 30 minutes. Raise the drain timeout or shorten the pod's grace period.");
    }

    [Fact]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-44")]
    [Trait("Rule", "UP-155")]
    public void Decide_BarePodThatThePoolKeeps_IsGivenUpAtOnceWithoutCordonOrEviction()
    {
        var cluster = Pool(KeepBare).BarePod("shop/tool-1", "a-1").Deployment("shop/web", "a-1")
            .Node("a-1", n => n with { Unschedulable = false, Mark = null, ScaleDownDisabled = false });

        var plan = Decide(cluster, Some.Noon);

        plan.Actions.ShouldBeEmpty();
        plan.Record.Settled["a-1"].Result.ShouldBe(NodeResult.Blocked);
        plan.Record.Fault!.Code.ShouldBe("BarePodKept");
        plan.Record.Fault.Message.ShouldBe(
            "Node 'a-1' cannot be drained: pod shop/tool-1 has no controller and the pool keeps bare pods: delete it or move it, or set barePods to Evict.");
        plan.Record.Fault.Details.ShouldBe([new FaultDetail("BarePod", "shop/tool-1 has no controller", "shop/tool-1")]);
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Decide_SeveralBarePodsThatThePoolKeeps_NamesThem()
    {
        var cluster = Pool(KeepBare);
        for (var i = 1; i <= 6; i++)
        {
            cluster.BarePod($"shop/tool-{i}", "a-1");
        }

        var fault = Decide(cluster, Some.Noon).Record.Fault!;

        fault.Message.ShouldBe(
            "Node 'a-1' cannot be drained: pods shop/tool-1, shop/tool-2, shop/tool-3, shop/tool-4, shop/tool-5 and 1 more have no controller and the pool keeps bare pods: delete them or move them, or set barePods to Evict.");
        fault.Details.Length.ShouldBe(6);
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Decide_PoolKeepsBarePodsAndNoneIsInTheWay_EvictsTheOthers()
    {
        // Mirrors have no controller either, ended pods hold nothing, and one that somebody has deleted is waited for.
        var cluster = Pool(KeepBare).Deployment("shop/web", "a-1").DaemonSet("kube-system/agent")
            .BarePod("shop/mirror-1", "a-1", p => p with { Mirror = true })
            .BarePod("shop/ended-1", "a-1", p => p with { Phase = PodPhase.Succeeded })
            .BarePod("shop/going-1", "a-1", p => p with { Terminating = true });

        var plan = Decide(cluster, Some.Noon);

        plan.Actions.ShouldBe([new RolloutAction.EvictPod(new("shop", "web-1"), "shop/web-1/1", "a-1")]);
        plan.Record.Active["a-1"].Step.ShouldBe(NodeStep.Draining);
    }

    [Fact]
    [Trait("Rule", "UP-94")]
    [Trait("Rule", "UP-57")]
    public void Decide_ForcedAndThePoolKeepsBarePods_EvictsThem() =>
        Decide(Pool(KeepBare).BarePod("shop/tool-1", "a-1"), Some.Noon, record: r => r with { Forced = true }).Actions
            .ShouldBe([new RolloutAction.EvictPod(new("shop", "tool-1"), "shop/tool-1/1", "a-1")]);

    [Fact]
    [Trait("Rule", "UP-42")]
    public void Decide_BudgetHoldsAPod_WakesWhenItsGraceNoLongerFits()
    {
        var cluster = Pool().Pod("shop/web-1", "a-1", p => p with { GracePeriod = Duration.FromMinutes(10) }).Pod("shop/web-2", "elsewhere", p => p with { Ready = false })
            .MinAvailable("shop/web", 1);

        var wake = Decide(cluster, Some.Noon).WakeAt;

        wake.ShouldBe(Some.After(20) + Duration.FromTicks(1));
        Decide(cluster, wake!.Value - Duration.FromTicks(1)).Record.Active["a-1"].Step.ShouldBe(NodeStep.Draining);
        Decide(cluster, wake.Value).Record.Active["a-1"].Step.ShouldBe(NodeStep.GivingUp);
    }

    [Theory]
    [InlineData(1, true)]
    [InlineData(29, true)]
    [InlineData(31, false)]
    [Trait("Rule", "UP-42")]
    public void Decide_GracePeriodAsLongAsTheTimeout_IsAskedToLeaveAsSoonAsTheNodeIsCordoned(int secondsLater, bool evicted)
    {
        var cluster = Pool().Pod("shop/slow-1", "a-1", p => p with { GracePeriod = UpgradeSettings.DefaultDrainTimeout });

        var plan = Decide(cluster, Some.Noon + Duration.FromSeconds(secondsLater));

        plan.Actions.OfType<RolloutAction.EvictPod>().Any().ShouldBe(evicted);
        plan.Record.Phase.ShouldBe(evicted ? RolloutPhase.Running : RolloutPhase.Halting);
    }

    [Fact]
    [Trait("Rule", "UP-44")]
    public void Decide_TimedOutBecauseOfOnePod_DoesNotBlameItsNeighbours()
    {
        var cluster = Pool().Deployment("shop/web", "a-1").MinAvailable("shop/web", 1)
            .Deployment("shop/cart", "a-1", "elsewhere", "elsewhere").MinAvailable("shop/cart", 2);

        var fault = Decide(cluster, Some.After(30)).Record.Fault.ShouldNotBeNull();

        fault.Message.ShouldContain("pod shop/web-1");
        fault.Message.ShouldNotContain("shop/cart");
    }

    [Fact]
    [Trait("Rule", "UP-94")]
    [Trait("Rule", "UP-57")]
    public void Decide_ForcedAndTheBudgetObjects_DeletesThePod()
    {
        var cluster = Pool(s => s with { Undrainable = UndrainableNodeBehavior.Cordon }).Deployment("shop/web", "a-1").MinAvailable("shop/web", 1);

        Decide(cluster, Some.Noon, record: r => r with { Forced = true }).Actions.ShouldBe([new RolloutAction.DeletePod(new("shop", "web-1"), "shop/web-1/1", "a-1")]);
    }

    [Theory]
    [InlineData(true, 10, true)]
    [InlineData(true, 0, false)]
    [InlineData(true, null, false)]
    [InlineData(false, 10, false)]
    [Trait("Rule", "UP-90")]
    [Trait("Rule", "UP-91")]
    public void Override_NeedsBothValuesAndAStartBeforeItsEnd(bool force, int? until, bool inEffect) =>
        new OverrideSettings(force, until is { } minute ? Some.After(minute) : null).InEffectFor(Some.Noon).ShouldBe(inEffect);

    [Fact]
    [Trait("Rule", "UP-45")]
    public void Decide_Drained_SoaksBeforeItsReimage()
    {
        var cluster = Pool(s => s with { NodeSoak = Duration.FromMinutes(5) });

        var soaking = Decide(cluster, Some.After(3));

        soaking.Record.Active["a-1"].Step.ShouldBe(NodeStep.Soaking);
        soaking.Actions.ShouldBeEmpty();
        soaking.WakeAt.ShouldBe(Some.After(8));
        Decide(cluster, Some.After(8), record: _ => soaking.Record).Actions.ShouldHaveSingleItem().ShouldBeOfType<RolloutAction.AskProvider>().Request
            .ShouldBe(new ProviderRequest("r1/a-1/Reimage", ProviderVerb.Reimage, "a", "a-1", Some.New, null, 1));
    }

    [Fact]
    public void Decide_TwiceOverTheSameInput_ChangesNothingMore()
    {
        var cluster = Pool().Deployment("shop/web", "a-1", "a-1", "elsewhere").MinAvailable("shop/web", 2);
        var first = Decide(cluster, Some.Noon);

        var second = Decide(cluster, Some.Noon, record: _ => first.Record);

        second.Record.ShouldBe(first.Record);
        second.Actions.ShouldBe(first.Actions);
        second.WakeAt.ShouldBe(first.WakeAt);
    }

    [Fact]
    public void Decide_NodeCameBackUnderItsName_IsAnotherNodeAndIsTakenAgain()
    {
        var cluster = Pool().Node("a-1", n => n with { Uid = "another", Unschedulable = false, Mark = null, ScaleDownDisabled = false });

        var plan = Decide(cluster, Some.After(2));

        plan.Record.Settled["a-1"].Result.ShouldBe(NodeResult.Gone);
        plan.Record.Active["a-1"].Uid.ShouldBe("another");
    }

    private static UpgradeSettings KeepBare(UpgradeSettings settings) => settings with { BarePods = BarePods.Keep };

    private static TestCluster Pool(Func<UpgradeSettings, UpgradeSettings>? settings = null) => new TestCluster()
        .Pool("a", 1, settings: s => (settings ?? (x => x))(s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(1) }))
        .Node("a-1", n => n with { Unschedulable = true, ScaleDownDisabled = true, Mark = new CordonMark("r1", "Upgrading", Some.Noon, WasUnschedulable: false) });

    private static RolloutPlan Decide(TestCluster cluster, Instant now, Func<ClusterInput, ClusterInput>? input = null, Func<RolloutRecord, RolloutRecord>? record = null)
    {
        var pool = cluster.PoolNamed("a");
        var running = new RolloutRecord
        {
            Id = "r1",
            Pool = "a",
            Target = new RolloutTarget.Image(NodeImage.Parse(Some.New)),
            StartedAt = Some.Noon,
            OriginalSize = 1,
            MaxUnavailable = 1,
            MaxBlocked = 1,
            Epoch = 1,
            Settings = pool.Settings,
            CanaryPassedAt = Some.Noon,
            Active = RolloutRecord.EmptyActive.Add("a-1", new NodeProgress
            {
                Work = NodeWork.Reimage, Step = NodeStep.Draining, StartedAt = Some.Noon, Since = Some.Noon, From = Some.Old, To = Some.New, Uid = "a-1/1",
            }),
        };
        running = record is null ? running : record(running);
        return RolloutPlanner.Decide((input ?? (i => i))(cluster.Input(now, running)), pool, running);
    }
}
