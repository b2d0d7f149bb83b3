using System.Collections.Immutable;
using Imago.Application.Attachments;
using Imago.Application.Attachments.Checks;
using Imago.Domain.Clusters;
using Imago.Domain.Clusters.Pools;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Application.Tests.Attachments.Checks;

/// <summary>Findings about pools, nodes and what drains will meet.</summary>
public sealed class ClusterCheckTests
{
    private static readonly ChosenPool Linux = new("all", "os=linux", LabelSelector.OfLabels([KeyValuePair.Create("os", "linux")]));
    private static readonly ChosenPool Red = new("red", "team=red", LabelSelector.OfLabels([KeyValuePair.Create("team", "red")]));

    [Fact]
    public void Pools_OnlyControlPlane_AreAProblem() =>
        FactsKit.Of([FactsKit.Node("cp", "node-role.kubernetes.io/control-plane=")]).Only(FindingCodes.NoPools).Level.ShouldBe(FindingLevel.Problem);

    [Fact]
    public void Pools_NamesDifferOnlyInCase_AreAProblem()
    {
        var finding = FactsKit.Of([FactsKit.Node("a", "agentpool=Web"), FactsKit.Node("b", "agentpool=web"), FactsKit.Node("c", "agentpool=db")]).Only(FindingCodes.PoolNamesClash);

        (finding.Level, finding.Message).ShouldBe((FindingLevel.Problem, "The names of pools Web, web differ in nothing but case, and pools are told apart without it."));
    }

    [Fact]
    public void Pools_Chosen_SayWhatIsEmptyDoubleAndLeft()
    {
        ImmutableArray<ChosenPool> chosen = [Linux, Red];
        var cluster = FactsKit.Of([FactsKit.Node("a", "os=linux,team=red", chosen: chosen), FactsKit.Node("b", "os=linux", chosen: chosen), FactsKit.Node("c", "os=other", chosen: chosen)]) with { Chosen = chosen };

        (cluster.Only(FindingCodes.PoolEmpty).Subject, cluster.Only(FindingCodes.PoolEmpty).Level).ShouldBe(("pool red", FindingLevel.Problem));
        cluster.Only(FindingCodes.PoolsOverlap).Message.ShouldStartWith("1 node (a) would fit into several pools");
        cluster.Only(FindingCodes.NodesNotChosen).Message.ShouldStartWith("1 node (c) fit no selector");
    }

    [Fact]
    [Trait("Rule", "CH-89")]
    public void Pool_OfAnAutoProvisioner_IsReportedAsLeftAlone()
    {
        var cluster = FactsKit.Of([FactsKit.Node("a", "karpenter.sh/nodepool=general", image: "Bottlerocket")]);
        (cluster.Only(FindingCodes.AutoProvisioned).Level, cluster.Only(FindingCodes.AutoProvisioned).Subject).ShouldBe((FindingLevel.Note, "pool general"));
        ClusterChecks.Judge(cluster).ShouldNotContain(f => f.Code == FindingCodes.ImageUnknown);
    }

    [Fact]
    [Trait("Rule", "IM-13")]
    public void Pool_ImagesWithoutVersion_AreNamed() =>
        FactsKit.Of([FactsKit.Node("a", image: "Ubuntu 24.04 LTS"), FactsKit.Node("b")]).Only(FindingCodes.ImageUnknown).Message.ShouldStartWith("Of 1 node no image version is known (they say Ubuntu 24.04 LTS)");

    [Fact]
    public void Pool_MixedArchitectures_IsAWarning() =>
        FactsKit.Of([FactsKit.Node("a", "agentpool=p,kubernetes.io/arch=amd64"), FactsKit.Node("b", "agentpool=p,kubernetes.io/arch=arm64")])
            .Only(FindingCodes.MixedArchitectures).Message.ShouldContain("(amd64, arm64)");

    [Fact]
    [Trait("Rule", "UP-31")]
    public void Pool_SystemOfOneNode_IsAWarning()
    {
        FactsKit.Of([FactsKit.Node("a", "agentpool=p,kubernetes.azure.com/mode=system")]).Only(FindingCodes.SingleNodeSystemPool).Level.ShouldBe(FindingLevel.Warning);
        ClusterChecks.Judge(FactsKit.Of([FactsKit.Node("a")])).ShouldNotContain(f => f.Code == FindingCodes.SingleNodeSystemPool);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public void Nodes_CordonedByOthersAndByUs_AreToldApart()
    {
        var mark = new CordonMark("r1", "why", FactsKit.Now, WasUnschedulable: false);
        var cluster = FactsKit.Of(
        [
            FactsKit.Node("a", with: n => n with { Unschedulable = true }),
            FactsKit.Node("b", with: n => n with { Unschedulable = true, Mark = mark }),
            FactsKit.Node("c", with: n => n with { Ready = false, SteeredAway = true }),
        ]);
        cluster.Only(FindingCodes.NodeCordoned).Subject.ShouldBe("node a");
        cluster.Only(FindingCodes.NodeNotReady).Subject.ShouldBe("node c");
        cluster.Only(FindingCodes.Leftovers).Message.ShouldBe("An earlier rollout of Imago left something: marks on nodes (b); taints on nodes (c).");
    }

    [Fact]
    public void Traces_LeaseRuns_AreNoLeftovers()
    {
        var traces = new OwnTraces(NamespaceExists: true, ["np1"], "server-1", FactsKit.Now + Duration.FromSeconds(1));
        var found = ClusterChecks.Judge(FactsKit.Healthy with { Traces = traces });
        found.Single(f => f.Code == FindingCodes.AlreadyManaged).Message.ShouldContain("'server-1'");
        found.ShouldNotContain(f => f.Code == FindingCodes.Leftovers);
        (FactsKit.Healthy with { Traces = traces with { LeaseEnds = FactsKit.Now } }).Only(FindingCodes.Leftovers).Message.ShouldContain("records (np1)");
    }

    [Fact]
    [Trait("Rule", "UP-77")]
    public void Budget_NeverSatisfied_NamesWorkloadAndWhatToChange()
    {
        var never = FactsKit.Budget("one") with { MinAvailable = IntOrPercent.Of(1), ExpectedPods = 1, DesiredHealthy = 1, CurrentHealthy = 1, DisruptionsAllowed = 0 };
        var found = FactsKit.Of([FactsKit.Node("a")], [FactsKit.Pod("web-1")], [never]).Only(FindingCodes.BudgetNeverSatisfied);
        (found.Subject, found.Level).ShouldBe(("PodDisruptionBudget shop/one", FindingLevel.Warning));
        found.Message.ShouldContain("minAvailable: 1 over 1 pod of Deployment/web");
        found.Remedy.ShouldBe("Let Deployment/web have at least 2 replicas, or replace minAvailable with maxUnavailable: 1.");

        var zero = never with { MinAvailable = null, MaxUnavailable = IntOrPercent.Of(0) };
        FactsKit.Of([FactsKit.Node("a")], [FactsKit.Pod("web-1")], [zero]).Only(FindingCodes.BudgetNeverSatisfied).Remedy
            .ShouldBe("""Let it allow at least one: kubectl patch pdb one -n shop --type merge -p '{"spec":{"maxUnavailable":1}}'""");
    }

    [Fact]
    [Trait("Rule", "UP-77")]
    public void Budget_BlockedNow_IsToldApart()
    {
        var now = FactsKit.Budget("two") with { CurrentHealthy = 2, DisruptionsAllowed = 0 };
        FactsKit.Of([FactsKit.Node("a")], [FactsKit.Pod("web-1")], [now]).Only(FindingCodes.BudgetBlocksNow).Message
            .ShouldBe("It allows no disruption now: 2 of 3 pods of Deployment/web are healthy, 2 have to be (minAvailable: 2).");
    }

    [Theory]
    [InlineData("elsewhere", "web")]
    [InlineData("a", "db")]
    public void Budget_OverNothingThatDrains_IsNoFinding(string node, string app)
    {
        var never = FactsKit.Budget("one") with { ExpectedPods = 1, DesiredHealthy = 1, DisruptionsAllowed = 0 };
        ClusterChecks.Judge(FactsKit.Of([FactsKit.Node("a")], [FactsKit.Pod("x", node, app: app)], [never])).ShouldNotContain(f => f.Code.StartsWith("Budget", StringComparison.Ordinal));
    }

    [Fact]
    public void Pods_InSeveralBudgetsOrBare_AreNamed()
    {
        var cluster = FactsKit.Of(
            [FactsKit.Node("a")], [FactsKit.Pod("web-1"), FactsKit.Pod("web-2"), FactsKit.Pod("lonely", owner: null, app: "x"), FactsKit.Pod("d", owner: "DaemonSet/d", app: "y")],
            [FactsKit.Budget("one"), FactsKit.Budget("two")]);
        cluster.Only(FindingCodes.PodInSeveralBudgets).Subject.ShouldBe("PodDisruptionBudgets in shop: one, two");
        cluster.Only(FindingCodes.PodInSeveralBudgets).Message.ShouldStartWith("2 pods of Deployment/web ");
        cluster.Only(FindingCodes.BarePods).Subject.ShouldBe("pod shop/lonely");
        cluster.Only(FindingCodes.BarePods).Remedy.ShouldContain("set barePods of the pool to Keep");
    }
}
