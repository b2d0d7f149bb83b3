using System.Text.Json;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Explanations;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Runs;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Forecasts;

/// <summary>What holds of the forecast of any cluster.</summary>
public sealed class ForecastProperties
{
    [Theory]
    [MemberData(nameof(Seeds), 10)]
    public void SameSeed_SameForecastAndSameBytes(ulong seed)
    {
        var (first, lines) = Some.Traced(Random(seed));
        var (second, again) = Some.Traced(Random(seed));

        again.ShouldBe(lines);
        Json(second).ShouldBe(Json(first));
    }

    [Theory]
    [MemberData(nameof(Seeds), 10)]
    public void OrderOfItems_DoesNotMatter(ulong seed)
    {
        var request = Random(seed);
        var blueprint = request.Blueprint;
        var turned = request with
        {
            Blueprint = blueprint with
            {
                Nodes = [.. blueprint.Nodes.Reverse()], Pods = [.. blueprint.Pods.Reverse()], Workloads = [.. blueprint.Workloads.Reverse()], Budgets = [.. blueprint.Budgets.Reverse()],
            },
            Spec = request.Spec with { Pools = [.. request.Spec.Pools.Reverse()] },
        };

        var (forecast, lines) = Some.Traced(request);
        var (other, otherLines) = Some.Traced(turned);

        otherLines.ShouldBe(lines);
        Json(other).ShouldBe(Json(forecast));
    }

    [Theory]
    [MemberData(nameof(Seeds), 40)]
    public void DurationsTrebled_NeverFinishesEarlier(ulong seed)
    {
        var request = Random(seed) with { Horizon = Duration.FromDays(28) };
        var slow = Forecaster.Run(request with { World = request.World with { Timing = request.World.Timing.Times(3) } }, TestContext.Current.CancellationToken);
        var quick = Forecaster.Run(request, TestContext.Current.CancellationToken);

        (slow.Summary.Pending + slow.Summary.Blocked).ShouldBeGreaterThanOrEqualTo(quick.Summary.Pending + quick.Summary.Blocked);
        if (quick.Summary.FinishedAt is { } finished && slow.Summary.FinishedAt is { } later)
        {
            later.ShouldBeGreaterThanOrEqualTo(finished);
        }
    }

    [Theory]
    [MemberData(nameof(Seeds), 40)]
    public void LowerBound_IsNeverAboveTheMakespan(ulong seed)
    {
        var summary = Forecaster.Run(Random(seed), TestContext.Current.CancellationToken).Summary;

        summary.LowerBoundSeconds.ShouldBeLessThanOrEqualTo(summary.MakespanSeconds);
    }

    [Theory]
    [MemberData(nameof(Seeds), 40)]
    public void FirstPass_AgreesWithTheFirstDecisionsOfTheRun(ulong seed)
    {
        var request = Random(seed);
        var explained = FirstPass.Explain(request);
        var decided = FirstDecisions.Of(request);

        // The run's own first decision, explained, says the same of every node.
        var expected = Explainer.Explain(decided.Input!, decided.Cluster!, decided.Rollout);
        explained.Keys.ShouldBe(expected.Keys);
        foreach (var (name, node) in explained)
        {
            (node.Status, node.Target).ShouldBe((expected[name].Status, expected[name].Target), name);
            node.Reasons.Select(r => (r.Code, r.Message, r.Until)).ShouldBe(expected[name].Reasons.Select(r => (r.Code, r.Message, r.Until)), name);
        }
    }

    public static TheoryData<ulong> Seeds(int count) => [.. Enumerable.Range(1, count).Select(i => (ulong)i)];

    private static ForecastRequest Random(ulong seed)
    {
        var draw = new Seed(seed);
        var window = draw.Fork("window").Chance(0.5) ? Some.Daily(draw.Fork("hour").Below(20)) : null;
        return Some.Request(Some.RandomCluster(draw), Some.RandomSettings(draw.Fork("settings")), window) with { Seed = draw, World = new WorldSettings() };
    }

    private static string Json(Forecast forecast) => JsonSerializer.Serialize(forecast);

    // A reconciler in the same world, stopped once its first pass has said all it decides.
    private sealed class FirstDecisions : IReconcileObserver
    {
        public ClusterInput? Input { get; private set; }

        public ClusterPlan? Cluster { get; private set; }

        public RolloutPlan? Rollout { get; private set; }

        public static FirstDecisions Of(ForecastRequest request)
        {
            var world = new SimulatedWorld(request.Blueprint, request.World, request.Seed, request.From);
            var seen = new FirstDecisions();
            var options = new ReconcilerOptions { Holder = "test" };
            var host = new ReconcilerHost(world, new ClusterReconciler(world.Connect(), world.Provider, world.Clock, options, seen), () => request.Spec, () => request.Catalog, options.ChangeCoalescing);
            host.Start();
            world.Time.Step(request.From).ShouldBeTrue();
            return seen;
        }

        public void Decided(ClusterInput input, ClusterPlan plan)
        {
            Input ??= input;
            Cluster ??= plan;
        }

        public void Decided(ClusterInput input, RolloutPlan plan) => Rollout ??= plan;

        public void Acting(RolloutAction action)
        {
        }

        public void Refused(RolloutAction action, string answer)
        {
        }
    }
}
