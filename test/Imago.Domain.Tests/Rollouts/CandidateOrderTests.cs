using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Planning;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Domain.Tests.Rollouts.Kit;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Rollouts;

/// <summary>Which nodes of a pool are started first. Pools are upgraded in place here, so that what is started shows in one decision.</summary>
public sealed class CandidateOrderTests
{
    [Fact]
    [Trait("Rule", "UP-77")]
    public void Starts_NodeThatABudgetHolds_ComesAfterFreeOnes()
    {
        var cluster = Pool(3, atATime: 2).Deployment("shop/web", "a-1").MinAvailable("shop/web", 1);

        Started(cluster).ShouldBe(["a-2", "a-3"]);
    }

    [Fact]
    public void Starts_TwoNodesCompeteForTheLastDisruption_DoesNotStartBothWhileAnotherIsFree()
    {
        var cluster = Pool(3, atATime: 2).Deployment("shop/web", "a-1", "a-2").MinAvailable("shop/web", 1);

        Started(cluster).ShouldBe(["a-1", "a-3"]);
    }

    [Fact]
    public void Starts_OnlyCompetitorsAreLeft_StartsOneAndWaits()
    {
        var cluster = Pool(2, atATime: 2).Deployment("shop/web", "a-1", "a-2").MinAvailable("shop/web", 1);

        Started(cluster).ShouldBe(["a-1"]);
    }

    [Fact]
    public void Starts_OnlyNodesThatABudgetHoldsForNow_StartsOneAndWaitsThere()
    {
        var cluster = Pool(2, atATime: 2).Deployment("shop/web", "a-1", "a-2").Pod("shop/web-3", null).MinAvailable("shop/web", 2);

        Started(cluster).ShouldBe(["a-1"]);
    }

    [Fact]
    public void Starts_NodesInFlight_CountAgainstTheBudgetsFirst()
    {
        var cluster = Pool(4, atATime: 2).Deployment("shop/web", "a-1", "a-2", "a-3").MinAvailable("shop/web", 2);
        var record = Begin(cluster);
        record = record with { Active = RolloutRecord.EmptyActive.Add("a-1", Draining("a-1")) };

        RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), record).Record.Active.Keys.ShouldBe(["a-1", "a-4"]);
    }

    [Fact]
    public void Starts_SeveralZones_SpreadsOverThem() => Started(Pool(6, atATime: 3, zones: 3)).ShouldBe(["a-1", "a-2", "a-3"]);

    [Fact]
    public void Starts_OneZoneIsBusy_TakesAnother()
    {
        var cluster = Pool(4, atATime: 2, zones: 2);
        var record = Begin(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-1", Draining("a-1")) };

        RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), record).Record.Active.Keys.ShouldBe(["a-1", "a-2"]);
        cluster = Pool(4, atATime: 2, zones: 2);
        record = Begin(cluster) with { Active = RolloutRecord.EmptyActive.Add("a-2", Draining("a-2")) };
        RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), record).Record.Active.Keys.ShouldBe(["a-1", "a-2"]);
    }

    [Fact]
    public void Starts_UnhealthyNodeWithNothingToEvict_GoesFirst() =>
        Started(Pool(3, atATime: 1).Node("a-3", n => n with { Ready = false })).ShouldBe(["a-3"]);

    [Fact]
    public void Starts_NodeThatIsNotReadyAndHasPods_GoesLastBecauseTheyDoNotEnd() =>
        Started(Pool(3, atATime: 3).Deployment("shop/web", "a-1").Node("a-1", n => n with { Ready = false })).ShouldBe(["a-2", "a-3"]);

    [Fact]
    [Trait("Rule", "UP-156")]
    public void Starts_NothingElseDiffers_TakesTheNodeWithFewestPodsFirst() =>
        Started(Pool(3, atATime: 1).Deployment("shop/x", "a-1", "a-1").Deployment("shop/y", "a-2").Deployment("shop/z", "a-3", "a-3")).ShouldBe(["a-2"]);

    [Fact]
    public void Starts_OneBudgetHasALongQueue_BeginsWithIt()
    {
        // Four pods that go one at a time take four rounds; the pods of 'fast' can all go at once.
        var cluster = Pool(6, atATime: 1)
            .Deployment("shop/fast", "a-1", "a-2").MinAvailable("shop/fast", 0)
            .Deployment("shop/slow", "a-3", "a-4", "a-5", "a-6").MinAvailable("shop/slow", 3);

        Started(cluster).ShouldBe(["a-3"]);
    }

    [Fact]
    public void Starts_UnreadyPodsThatMayGo_DoNotHoldTheirNode()
    {
        // The budget is used up, but its healthy pods suffice without the one that is not ready (IfHealthyBudget).
        var cluster = Pool(2, atATime: 2).Deployment("shop/web", "a-1").Pod("shop/web-2", "elsewhere").Pod("shop/web-1", "a-1", p => p with { Ready = false })
            .MinAvailable("shop/web", 1);

        Started(cluster).ShouldBe(["a-1", "a-2"]);
    }

    [Theory]
    [InlineData(UnhealthyPodEvictionPolicy.AlwaysAllow, "a-1 a-2")]
    [InlineData(UnhealthyPodEvictionPolicy.IfHealthyBudget, "a-2")]
    public void Starts_UnreadyPodsOfABudgetWithoutHealthyOnes_FollowThePolicy(UnhealthyPodEvictionPolicy policy, string started)
    {
        var cluster = Pool(2, atATime: 2).Pod("shop/web-1", "a-1", p => p with { Ready = false }).Pod("shop/web-2", "elsewhere")
            .Budget("shop/web", b => b with { MinAvailable = IntOrPercent.Of(2), UnhealthyPodEviction = policy });

        string.Join(' ', Started(cluster)).ShouldBe(started);
    }

    [Fact]
    public void Starts_BudgetWhoseStatusIsStale_IsTakenForShut()
    {
        var cluster = Pool(2, atATime: 2).Deployment("shop/web", "a-1", "elsewhere").MinAvailable("shop/web", 1).BudgetStatus("shop/web", b => b with { StatusIsStale = true });

        Started(cluster).ShouldBe(["a-2"]);
    }

    [Fact]
    public void Starts_FinishedPods_HoldNothing()
    {
        var cluster = Pool(1, atATime: 1).Pod("shop/job-1", "a-1", p => p with { Phase = PodPhase.Succeeded, Ready = false }).MinAvailable("shop/job", 1);

        Started(cluster).ShouldBe(["a-1"]);
    }

    [Fact]
    public void Starts_SelectorWithMatchExpressions_HoldsThePodsItSelects()
    {
        var cluster = Pool(2, atATime: 2).Deployment("shop/web", "a-1").Deployment("shop/db", "a-2").Budget("shop/all", b => b with
        {
            MinAvailable = IntOrPercent.Of(1),
            Selector = LabelSelector.Of([new("app", SelectorOperator.In, ["web", "api"]), new("app", SelectorOperator.NotIn, ["db"])]),
        });

        Started(cluster).ShouldBe(["a-2"]);
    }

    [Fact]
    public void Starts_PodUnderSeveralBudgets_DoomsItsNode()
    {
        var cluster = Pool(2, atATime: 2).Deployment("shop/web", "a-1").MinAvailable("shop/one", 0, "web").MinAvailable("shop/two", 0, "web");

        Started(cluster).ShouldBe(["a-2"]);
    }

    [Theory]
    [InlineData(BarePods.Evict, false, "a-1 a-2")]
    [InlineData(BarePods.Keep, false, "a-2 a-3")]
    [InlineData(BarePods.Keep, true, "a-1 a-2")]
    [Trait("Rule", "UP-42")]
    [Trait("Rule", "UP-94")]
    public void Starts_NodeWithABarePod_GoesLastOnlyIfThePoolKeepsIt(BarePods setting, bool forced, string started)
    {
        // The others have more pods, so that nothing else puts a-1 behind them.
        var cluster = Pool(3, atATime: 2, s => s with { BarePods = setting }).BarePod("shop/tool-1", "a-1").Deployment("shop/web", "a-2", "a-2", "a-3", "a-3");

        var record = RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), Begin(cluster) with { Forced = forced }).Record;

        string.Join(' ', record.Active.Keys).ShouldBe(started);
    }

    [Fact]
    public void Starts_SeveralDoomedNodesUnderCordon_KeepEachOtherCompany()
    {
        var cluster = Pool(3, atATime: 2, s => s with { Undrainable = UndrainableNodeBehavior.Cordon })
            .Deployment("shop/one", "a-1").MinAvailable("shop/one", 1).Deployment("shop/two", "a-2").MinAvailable("shop/two", 1).Deployment("shop/three", "a-3").MinAvailable("shop/three", 1);

        Started(cluster).ShouldBe(["a-1", "a-2"]);
    }

    [Fact]
    public void Starts_SeveralDoomedNodesUnderSchedule_OneIsEnoughToFindOut()
    {
        var cluster = Pool(2, atATime: 2).Deployment("shop/one", "a-1").MinAvailable("shop/one", 1).Deployment("shop/two", "a-2").MinAvailable("shop/two", 1);

        Started(cluster).ShouldBe(["a-1"]);
    }

    [Fact]
    public void Starts_ThousandsOfCandidates_AreChosenInTheSameOrderAsOneByOne()
    {
        // The heaps against the obvious way: decide with one slot, note the choice, and again.
        var random = new Random(7);
        var cluster = Pool(60, atATime: 25, zones: 3);
        for (var app = 0; app < 12; app++)
        {
            var replicas = random.Next(2, 9);
            cluster.Deployment($"shop/app{app}", [.. Enumerable.Range(0, replicas).Select(_ => $"a-{random.Next(1, 61)}")]).MinAvailable($"shop/app{app}", random.Next(1, replicas));
        }

        var atOnce = RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), Begin(cluster)).Record.Active.Keys;
        var oneByOne = Begin(cluster) with { MaxUnavailable = 1 };
        while (oneByOne.MaxUnavailable <= 25)
        {
            var before = oneByOne.Active.Count;
            oneByOne = RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), oneByOne).Record;
            if (oneByOne.Active.Count == before)
            {
                break;
            }

            oneByOne = oneByOne with { MaxUnavailable = oneByOne.MaxUnavailable + 1 };
        }

        atOnce.Count().ShouldBeGreaterThan(15);
        oneByOne.Active.Keys.Take(atOnce.Count()).ShouldBe(atOnce);
    }

    private static TestCluster Pool(int nodes, int atATime, Func<UpgradeSettings, UpgradeSettings>? settings = null, int zones = 0) => new TestCluster()
        .Pool("a", nodes, zones: zones, settings: s => (settings ?? (x => x))(s with { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(atATime) }));

    private static TestCluster Pool(int nodes, int atATime, int zones) => Pool(nodes, atATime, null, zones);

    private static RolloutRecord Begin(TestCluster cluster) => ClusterPlanner.Decide(cluster.Input()).Start.ShouldNotBeNull();

    private static IEnumerable<string> Started(TestCluster cluster) =>
        RolloutPlanner.Decide(cluster.Input(), cluster.PoolNamed("a"), Begin(cluster)).Record.Active.Keys;

    private static NodeProgress Draining(string node) => new()
    {
        Work = NodeWork.Reimage, Step = NodeStep.Draining, StartedAt = Some.Noon, Since = Some.Noon, From = Some.Old, To = Some.New, Uid = $"{node}/1",
    };
}
