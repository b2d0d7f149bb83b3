using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;
using static Imago.Domain.Tests.Rollouts.Kit.Situation;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Which pods are asked to leave, and when.</summary>
public sealed class EvictionTests
{
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

    [Fact]
    [Trait("Rule", "UP-42")]
    public void Decide_GracePeriodIsExactlyTheTimeout_IsNoReasonToWait()
    {
        var cluster = InPlace(2).Pod("shop/web-1", "a-1", p => p with { GracePeriod = UpgradeSettings.DefaultDrainTimeout });

        Decide(cluster, Running(cluster) with { MaxUnavailable = 2 }).Record.Active.Keys.ShouldBe(["a-1", "a-2"]);
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

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Decide_OnlyATerminatingPodIsUnderASpentBudget_DoesNotHoldTheNode()
    {
        var cluster = InPlace(2).Pod("shop/web-1", "a-1", p => p with { Ready = false }).Pod("shop/web-2", "a-1", p => p with { Terminating = true })
            .Budget("shop/web", b => b with { MinAvailable = IntOrPercent.Of(1), UnhealthyPodEviction = UnhealthyPodEvictionPolicy.AlwaysAllow });
        var record = Running(cluster) with { MaxUnavailable = 2, Active = RolloutRecord.EmptyActive.Add("a-2", Progress("a-2", NodeStep.Replacing)) };

        Decide(cluster, record).Record.Active.Keys.ShouldBe(["a-1", "a-2"]);
    }
}
