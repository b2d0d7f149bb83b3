using Imago.Domain.Clusters;
using Imago.Domain.Tests.Rollouts.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Domain.Tests.Clusters;

public sealed class ClusterViewTests
{
    private static readonly CordonMark Mark = new("r1", "because", Some.Noon, WasUnschedulable: false);

    [Fact]
    public void NodesOf_SeveralPools_GivesEachInOrderOfNames()
    {
        var view = new TestCluster().Pool("b", 2).Pool("a", 11).View();

        view.Pools.ShouldBe(["a", "b"]);
        view.NodesOf("b").Keys.ShouldBe(["b-1", "b-2"]);
        view.NodesOf("a").Keys.Take(3).ShouldBe(["a-1", "a-10", "a-11"]);
        view.NodesOf("c").ShouldBeEmpty();
    }

    [Fact]
    public void Pods_BudgetOfAnotherNamespace_DoesNotCoverThem()
    {
        var view = new TestCluster().Pool("a", 1).Deployment("shop/web", "a-1").Deployment("test/web", "a-1").MinAvailable("shop/web", 1).View();

        view.Pods[new("shop", "web-1")].Budgets.ShouldBe([new("shop", "web")]);
        view.Pods[new("test", "web-1")].Budgets.ShouldBeEmpty();
    }

    [Fact]
    public void Pods_SeveralBudgetsSelectThem_NamesAllInOrder()
    {
        var view = new TestCluster().Pool("a", 1).Deployment("shop/web", "a-1")
            .MinAvailable("shop/z", 1, "web").MinAvailable("shop/b", 1, "web").MinAvailable("shop/m", 1, "web").MinAvailable("shop/other", 1).View();

        view.Pods[new("shop", "web-1")].Budgets.ShouldBe([new("shop", "b"), new("shop", "m"), new("shop", "z")]);
        view.LoadOf("a-1").CoveredTwice.ShouldBe(1);
    }

    [Fact]
    public void Apply_NodeMovesToAnotherPool_LeavesTheFirst()
    {
        var view = new TestCluster().Pool("a", 1).Pool("b", 1).View();

        var moved = view.Apply(new ClusterChange.NodeSeen(view.Nodes["a-1"] with { Pool = "b" }));

        moved.Pools.ShouldBe(["b"]);
        moved.NodesOf("b").Keys.ShouldBe(["a-1", "b-1"]);
        view.NodesOf("a").Keys.ShouldBe(["a-1"], "the earlier view stays what it was");
    }

    [Fact]
    public void Apply_BudgetSelectsOtherPods_CoversThemInstead()
    {
        var view = new TestCluster().Pool("a", 1).Deployment("shop/web", "a-1").Deployment("shop/db", "a-1").MinAvailable("shop/one", 1, "web").View();

        view = view.Apply(new ClusterChange.BudgetSeen(view.Budgets[new("shop", "one")] with { Selector = LabelSelector.OfLabels([new("app", "db")]) }));

        view.Pods[new("shop", "web-1")].Budgets.ShouldBeEmpty();
        view.Pods[new("shop", "db-1")].Budgets.ShouldBe([new("shop", "one")]);
    }

    [Fact]
    public void MarkedIn_MarksComeAndGo_NamesThoseThatHaveOne()
    {
        var view = new TestCluster().Pool("a", 3).Node("a-2", n => n with { Mark = Mark }).View();

        view.MarkedIn("a").ShouldBe(["a-2"]);
        view.Apply(new ClusterChange.NodeSeen(view.Nodes["a-1"] with { Mark = Mark })).MarkedIn("a").ShouldBe(["a-1", "a-2"]);
        view.Apply(new ClusterChange.NodeSeen(view.Nodes["a-2"] with { Mark = null })).MarkedIn("a").ShouldBeEmpty();
        view.Apply(new ClusterChange.NodeGone("a-2")).MarkedIn("a").ShouldBeEmpty();
    }

    [Fact]
    [Trait("Rule", "UP-40")]
    public void LoadOf_PodsThatStayOrHaveEnded_CountsOnlyThoseThatLeave()
    {
        var view = new TestCluster().Pool("a", 1).DaemonSet("kube-system/agent")
            .Pod("shop/mirror-1", "a-1", p => p with { Mirror = true, Owner = null })
            .Pod("shop/done-1", "a-1", p => p with { Phase = PodPhase.Succeeded })
            .Pod("shop/failed-1", "a-1", p => p with { Phase = PodPhase.Failed })
            .Pod("shop/going-1", "a-1", p => p with { Terminating = true, GracePeriod = Duration.FromHours(2) })
            .Pod("shop/web-1", "a-1", p => p with { GracePeriod = Duration.FromSeconds(90) })
            .MinAvailable("shop/web", 1)
            .View();

        view.LoadOf("a-1").Pods.ShouldBe(1);
        view.LoadOf("a-1").Bare.ShouldBe(0);
        view.LoadOf("a-1").LongestGrace.ShouldBe(Duration.FromSeconds(90));
        view.LoadOf("a-1").Demands.ShouldBe([new BudgetDemand(new("shop", "web"), 1)]);
        view.LoadOf("nowhere").ShouldBe(NodeLoad.Empty);
    }
}
