using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>The eviction subresource. The texts are those that an API server of version 1.36.2 gave.</summary>
public sealed class EvictionApiTests
{
    private const string Violates = "Cannot evict pod as it would violate the pod's disruption budget. ";

    [Fact]
    [Trait("Rule", "UP-40")]
    public void Evict_BudgetAllows_SpendsADisruptionBeforeTheControllerLooks()
    {
        var world = Web(Blue.Budget("web", max: IntOrPercent.Of(1)));

        world.Evict("web-0").ShouldBe(new EvictionOutcome(EvictionStatus.Evicted));

        world.Pod("web-0")!.Terminating.ShouldBeTrue();
        world.Budget("web").DisruptionsAllowed.ShouldBe(0);
        world.Budget("web").CurrentHealthy.ShouldBe(3);
        world.Evict("web-1").ShouldBe(new EvictionOutcome(EvictionStatus.Refused, null, Violates + "The disruption budget web does not allow evicting pods currently"));
        world.For(1).Budget("web").CurrentHealthy.ShouldBe(2);
        world.Evict("web-1").ShouldBe(new EvictionOutcome(EvictionStatus.Refused, null, Violates + "The disruption budget web needs 2 healthy pods and has 2 currently"));
        world.Pod("web-1")!.Terminating.ShouldBeFalse();
    }

    [Fact]
    public void Evict_ReplacementIsReady_BudgetAllowsAgain()
    {
        var world = Web(Blue.Budget("web", max: IntOrPercent.Of(1)));
        world.Evict("web-0");

        world.For(20.8).Evict("web-1").Status.ShouldBe(EvictionStatus.Refused);
        world.For(0.2).Evict("web-1").Status.ShouldBe(EvictionStatus.Evicted);
    }

    [Fact]
    public void Evict_BudgetOverOneReplica_IsRefusedInTheApisWords()
    {
        var admin = Blue.Workload(WorkloadKind.ReplicaSet, "admin", 1);
        var world = new TestWorld(new ClusterBlueprint
        {
            Name = "test", Nodes = [Blue.Node("n1")], Workloads = [admin], Pods = Blue.Pods(admin, "n1"), Budgets = [Blue.Budget("admin", min: IntOrPercent.Of(1))],
        });

        world.Evict("admin-0").ShouldBe(new EvictionOutcome(EvictionStatus.Refused, null, Violates + "The disruption budget admin needs 1 healthy pods and has 1 currently"));
    }

    [Fact]
    public void Evict_TwoBudgetsCoverThePod_IsAnError() =>
        Web(Blue.Budget("web", max: IntOrPercent.Of(1)), Blue.Budget("web", min: IntOrPercent.Of(1), name: "web-too")).Evict("web-0").ShouldBe(new EvictionOutcome(
            EvictionStatus.SeveralBudgets, null, "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support."));

    [Fact]
    public void Evict_NoSuchPod_IsNotFound() =>
        Web().Evict("gone").ShouldBe(new EvictionOutcome(EvictionStatus.NotFound, null, "pods \"gone\" not found"));

    [Fact]
    public void Evict_UidOfAnother_ConflictsAndCostsTheBudgetADisruptionForTwoMinutes()
    {
        var world = Web(Blue.Budget("web", max: IntOrPercent.Of(1)));

        world.Evict("web-0", "0000").ShouldBe(new EvictionOutcome(
            EvictionStatus.WrongUid,
            null,
            "Operation cannot be fulfilled on Pod \"web-0\": the UID in the precondition (0000) does not match the UID in record (uid-web-0). The object might have been deleted and then recreated"));

        world.Pod("web-0")!.Terminating.ShouldBeFalse();
        world.Evict("web-1").Status.ShouldBe(EvictionStatus.Refused);
        world.For(119).Evict("web-1").Status.ShouldBe(EvictionStatus.Refused);
        world.For(2).Evict("web-1").Status.ShouldBe(EvictionStatus.Evicted);
    }

    [Fact]
    public void Evict_UidOfAnotherAndBudgetUsedUp_IsRefusedBeforeTheUidIsCompared() =>
        Web(Blue.Budget("web", min: IntOrPercent.Of(3))).Evict("web-0", "0000").Status.ShouldBe(EvictionStatus.Refused);

    [Theory]
    [InlineData(2, UnhealthyPodEvictionPolicy.IfHealthyBudget, EvictionStatus.Evicted)]
    [InlineData(3, UnhealthyPodEvictionPolicy.IfHealthyBudget, EvictionStatus.Refused)]
    [InlineData(2, UnhealthyPodEvictionPolicy.AlwaysAllow, EvictionStatus.Evicted)]
    [InlineData(3, UnhealthyPodEvictionPolicy.AlwaysAllow, EvictionStatus.Evicted)]
    public void Evict_UnreadyPod_FollowsThePolicyAndSpendsNothing(int atLeast, UnhealthyPodEvictionPolicy policy, EvictionStatus expected)
    {
        var world = Web([p => p with { Ready = false }], Blue.Budget("web", min: IntOrPercent.Of(atLeast), unhealthy: policy));
        var before = world.Budget("web");
        (before.CurrentHealthy, before.DisruptionsAllowed).ShouldBe((2, 0));

        world.Evict("web-0").Status.ShouldBe(expected);

        world.Budget("web").DisruptionsAllowed.ShouldBe(0);
        world.Evict("web-1").Status.ShouldBe(EvictionStatus.Refused);
    }

    [Theory]
    [InlineData(PodPhase.Succeeded)]
    [InlineData(PodPhase.Failed)]
    [InlineData(PodPhase.Pending)]
    public void Evict_PodThatDoesNotRun_BudgetsAreNotAsked(PodPhase phase) =>
        Web([p => p with { Phase = phase }], Blue.Budget("web", min: IntOrPercent.Of(3)), Blue.Budget("web", min: IntOrPercent.Of(3), name: "web-too")).Evict("web-0").Status.ShouldBe(EvictionStatus.Evicted);

    [Fact]
    public void Evict_PodThatStopsAlready_IsAdmittedAndCostsNothing()
    {
        var world = Web(Blue.Budget("web", max: IntOrPercent.Of(2)));
        world.Evict("web-0");
        world.Budget("web").DisruptionsAllowed.ShouldBe(1);

        world.Evict("web-0").Status.ShouldBe(EvictionStatus.Evicted);

        world.Budget("web").DisruptionsAllowed.ShouldBe(1);
    }

    [Fact]
    [Trait("Rule", "UP-94")]
    public void Delete_BudgetForbids_StopsThePodAllTheSame()
    {
        var world = Web(Blue.Budget("web", min: IntOrPercent.Of(3)));

        world.Delete("web-0", "0000").Status.ShouldBe(EvictionStatus.WrongUid);
        world.Pod("web-0")!.Terminating.ShouldBeFalse();
        world.Delete("web-0").Status.ShouldBe(EvictionStatus.Evicted);
        world.Pod("web-0")!.Terminating.ShouldBeTrue();
        world.Delete("gone").Status.ShouldBe(EvictionStatus.NotFound);
    }

    private static TestWorld Web(params BudgetBlueprint[] budgets) => Web([], budgets);

    // Three pods on three nodes; changes are made to the first ones.
    private static TestWorld Web(Func<PodBlueprint, PodBlueprint>[] changes, params BudgetBlueprint[] budgets)
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 3);
        return new TestWorld(new ClusterBlueprint
        {
            Name = "test",
            Nodes = [Blue.Node("n1"), Blue.Node("n2"), Blue.Node("n3")],
            Workloads = [web],
            Pods = [.. Blue.Pods(web, "n1", "n2", "n3").Select((p, i) => i < changes.Length ? changes[i](p) : p)],
            Budgets = [.. budgets],
        });
    }
}
