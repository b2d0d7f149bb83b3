using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Tests.Kit;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>The status of budgets, as the real disruption controller computes it.</summary>
public sealed class BudgetControllerTests
{
    [Theory]
    [InlineData("min 2 of 5", 5, "2", null, 5, 2, 3)]
    [InlineData("more than there are", 3, "4", null, 3, 4, 0)]
    [InlineData("50 % of 7 are 3.5, so 4", 7, "50%", null, 7, 4, 3)]
    [InlineData("max 1 of 5", 5, null, "1", 5, 4, 1)]
    [InlineData("30 % of 7 are 2.1, so 3 may go", 7, null, "30%", 7, 4, 3)]
    [InlineData("1 % of 3 is one pod", 3, null, "1%", 3, 2, 1)]
    [InlineData("more than there are may go", 3, null, "5", 3, 0, 3)]
    [InlineData("neither given allows nothing", 3, null, null, 0, 0, 0)]
    public void Status_OfManagedPods_IsThatOfTheRealController(string story, int replicas, string? min, string? max, int expected, int desired, int allowed)
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", replicas);
        var budget = World([web], [.. Blue.Pods(web, [.. Enumerable.Repeat("n1", replicas)])], Blue.Budget("web", Amount(min), Amount(max))).Budget("web");

        (budget.ExpectedPods, budget.DesiredHealthy, budget.CurrentHealthy, budget.DisruptionsAllowed).ShouldBe((expected, desired, replicas, allowed), story);
    }

    [Theory]
    [InlineData("a number of available pods counts those that are there", "1", null, 3, 1, 2)]
    [InlineData("a share is taken of the scale of controllers, and there are none", "50%", null, 0, 0, 0)]
    [InlineData("so are pods that may be missing", null, "1", 0, 0, 0)]
    public void Status_OfPodsWithoutController_AllowsOnlyByNumber(string story, string? min, string? max, int expected, int desired, int allowed)
    {
        var bare = Enumerable.Range(0, 3).Select(i => Blue.Pod($"web-{i}", "n1", Blue.Template("web")));
        var budget = World([], [.. bare], Blue.Budget("web", Amount(min), Amount(max))).Budget("web");

        (budget.ExpectedPods, budget.DesiredHealthy, budget.DisruptionsAllowed).ShouldBe((expected, desired, allowed), story);
    }

    [Fact]
    public void Status_PodsMissing_ExpectsTheScaleAndNotThePresentOnes()
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 5);
        var world = World([web], [.. Blue.Pods(web, "n1", "n1", "n1")], Blue.Budget("web", max: IntOrPercent.Of(1)));

        (world.Budget("web").ExpectedPods, world.Budget("web").CurrentHealthy, world.Budget("web").DisruptionsAllowed).ShouldBe((5, 3, 0));

        // The controller makes the missing two; they are Ready after 20 s.
        world.For(22);
        (world.Budget("web").ExpectedPods, world.Budget("web").CurrentHealthy, world.Budget("web").DisruptionsAllowed).ShouldBe((5, 5, 1));
    }

    [Fact]
    public void Status_DeploymentInTheMiddleOfAnUpdate_CountsTheDeploymentsReplicasOnce()
    {
        var next = Blue.Workload(WorkloadKind.ReplicaSet, "web", 3);
        var last = next with { Ref = new WorkloadRef("ReplicaSet", "web-1a"), Replicas = 2 };
        var deployment = Blue.Workload(WorkloadKind.Deployment, "web", 4);
        var pods = Blue.Pods(next, "n1", "n1", "n1").AddRange(Blue.Pods(last, "n1", "n1").Select((p, i) => p with { Key = Blue.Key($"old-{i}"), Uid = $"old-{i}" }));

        World([next, last, deployment], [.. pods], Blue.Budget("web", max: IntOrPercent.Of(1))).Budget("web").DisruptionsAllowed.ShouldBe(2);
        World([next, last], [.. pods], Blue.Budget("web", max: IntOrPercent.Of(1))).Budget("web").DisruptionsAllowed.ShouldBe(1);
    }

    [Theory]
    [InlineData(WorkloadKind.Job, "jobs.batch")]
    [InlineData(WorkloadKind.DaemonSet, "daemonsets.apps")]
    public void Status_PodsThatCannotBeScaled_FailsSafe(WorkloadKind kind, string resource)
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 2);
        var other = Blue.Workload(kind, "web", 1);
        var world = World([web, other], [.. Blue.Pods(web, "n1", "n1"), Blue.Pod("other", "n1", other.Template, other.Ref)], Blue.Budget("web", max: IntOrPercent.Of(1)));

        world.Budget("web").DisruptionsAllowed.ShouldBe(0);
        world.Evict("web-0").ShouldBe(new EvictionOutcome(
            EvictionStatus.Refused,
            null,
            $"Cannot evict pod as it would violate the pod's disruption budget. The disruption budget web does not allow evicting pods currently because it failed sync: {resource} does not implement the scale subresource"));
    }

    [Fact]
    public void Status_PodFailsItsProbe_FollowsAMomentLater()
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 3);
        var world = World([web], [.. Blue.Pods(web, "n1", "n1", "n1")], Blue.Budget("web", max: IntOrPercent.Of(1)));

        world.World.Troubles.PodUnready(Blue.Key("web-0")).ShouldBeTrue();

        world.For(0.1).Budget("web").DisruptionsAllowed.ShouldBe(1);
        world.For(0.2).Budget("web").DisruptionsAllowed.ShouldBe(0);
    }

    [Fact]
    public void Status_OfAnotherNamespace_IsNotTouched()
    {
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 1);
        World([web], [.. Blue.Pods(web, "n1")], Blue.Budget("web", min: IntOrPercent.Of(0)) with { Key = new ObjectKey("other", "web") })
            .World.Look().Budgets[new ObjectKey("other", "web")].ExpectedPods.ShouldBe(0);
    }

    private static IntOrPercent? Amount(string? text) => IntOrPercent.TryParse(text, out var amount) ? amount : null;

    private static TestWorld World(WorkloadBlueprint[] workloads, PodBlueprint[] pods, BudgetBlueprint budget) =>
        new(new ClusterBlueprint { Name = "test", Nodes = [Blue.Node("n1")], Workloads = [.. workloads], Pods = [.. pods], Budgets = [budget] });
}
