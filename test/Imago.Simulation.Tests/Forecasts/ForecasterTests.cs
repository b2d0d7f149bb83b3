using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Tests.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Forecasts;

/// <summary>Forecasts of clusters so small that every number can be checked by hand.</summary>
public sealed class ForecasterTests
{
    [Fact]
    public void Run_TwoEmptyNodesOneAtATime_TakesTwiceAReimageAndABoot()
    {
        // Each: 180 s to reimage, 30 s to boot, and at most a second or two until the reconciler looks.
        var forecast = Run(Some.Request(Nodes(2), Some.InPlace(1)));

        var summary = forecast.Summary;
        (summary.Nodes, summary.Upgraded, summary.Current, summary.Pending, summary.Blocked, summary.Failed, summary.NotSupported).ShouldBe((2, 2, 0, 0, 0, 0, 0));
        summary.MakespanSeconds.ShouldBeInRange(420, 426);
        summary.LowerBoundSeconds.ShouldBeInRange(420, summary.MakespanSeconds);
        summary.FinishedAt.ShouldBe(Some.Start + Duration.FromSeconds(summary.MakespanSeconds));
        (summary.Evictions, summary.EvictionsPerPod, summary.PeakNodes, summary.MaxUnavailableSeen, summary.WindowsUsed).ShouldBe((0, 0, 2, 1, 0));
        forecast.Nodes.Select(n => (n.Name, n.Status, n.From, n.To, n.Window, n.Evictions)).ShouldBe(
        [
            ("n0", NodeStatus.Upgraded, Blue.OldImage, Blue.NewImage, null, 0),
            ("n1", NodeStatus.Upgraded, Blue.OldImage, Blue.NewImage, null, 0),
        ]);
        forecast.Nodes[0].StartedAt.ShouldBe(Some.Start);
        forecast.Nodes[1].StartedAt!.Value.ShouldBe(forecast.Nodes[0].FinishedAt!.Value);
    }

    [Fact]
    public void Run_TwoAtATime_TakesHalfAsLong()
    {
        var summary = Run(Some.Request(Nodes(4), Some.InPlace(2))).Summary;

        summary.MakespanSeconds.ShouldBeInRange(420, 426);
        summary.MaxUnavailableSeen.ShouldBe(2);
    }

    [Fact]
    [Trait("Rule", "UP-3")]
    public void Run_OneSpareNode_PodsMoveOnceAndNothingIsMissing()
    {
        // Six pods, two on each of three nodes. The surge node takes the first two, each upgraded node the next two: six evictions of six pods.
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 6, Blue.Template("web", 1000));
        var cluster = Nodes(3) with { Workloads = [web], Pods = Blue.Pods(web, "n0", "n0", "n1", "n1", "n2", "n2") };

        var summary = Run(Some.Request(cluster, Some.Surge(1))).Summary;

        (summary.Upgraded, summary.PeakNodes, summary.MaxUnavailableSeen).ShouldBe((3, 4, 0));
        summary.EvictionsPerPod.ShouldBe(Math.Round(summary.Evictions / 6.0, 4));
        summary.Evictions.ShouldBeInRange(6, 8);
    }

    [Fact]
    public void Run_SurgeCalledAgain_HasTwoPeaksButOneNumber()
    {
        var summary = Run(Some.Request(SmallCluster.OfNodes(3).AddNodes(2, "batch").Build(), Some.Surge(2))).Summary;

        // Pools go one after another, so the larger of the two surges is the peak: two more than five.
        summary.PeakNodes.ShouldBe(7);
        summary.Upgraded.ShouldBe(5);
    }

    [Fact]
    public void Run_BudgetForbidsForever_MeasuresHowLongItHeldANode()
    {
        var admin = Blue.Workload(WorkloadKind.ReplicaSet, "admin", 1);
        var cluster = Nodes(2) with { Workloads = [admin], Pods = Blue.Pods(admin, "n0"), Budgets = [Blue.Budget("admin", min: IntOrPercent.Of(1))] };
        var request = Some.Request(cluster, Some.InPlace(1) with { DrainTimeout = Duration.FromMinutes(10) }) with { Horizon = Duration.FromHours(2) };

        var forecast = Run(request);

        // n1 goes first, as it can be drained now. n0 gets one try: after 9.5 of its ten minutes the pod's grace period of 30 s no longer fits in.
        forecast.Nodes.Select(n => n.Status).ShouldBe([NodeStatus.Blocked, NodeStatus.Upgraded]);
        var budget = forecast.Budgets.ShouldHaveSingleItem();
        budget.Key.ShouldBe(Blue.Key("admin"));
        budget.Nodes.ShouldBe(["n0"]);
        budget.BlockedSeconds.ShouldBe(570);
        forecast.Summary.FinishedAt.ShouldBe(forecast.Nodes[1].FinishedAt);
    }

    [Fact]
    public void Run_BudgetAllowsOneAtATime_HoldsTheSecondPodUntilTheFirstIsReadyElsewhere()
    {
        // Both pods on n0, and one may be missing. The second waits for the first one's successor: 0.5 s controller, 0.2 s scheduler, 20 s start, 0.2 s budget.
        var web = Blue.Workload(WorkloadKind.ReplicaSet, "web", 2);
        var cluster = Nodes(2) with { Workloads = [web], Pods = Blue.Pods(web, "n0", "n0"), Budgets = [Blue.Budget("web", max: IntOrPercent.Of(1))] };

        var forecast = Run(Some.Request(cluster, Some.InPlace(1)));

        forecast.Summary.Upgraded.ShouldBe(2);
        var budget = forecast.Budgets.ShouldHaveSingleItem();

        // Twice: on n0, and when both have gathered on the other node.
        budget.Nodes.Length.ShouldBeInRange(1, 2);
        (budget.BlockedSeconds / budget.Nodes.Length).ShouldBeInRange(20.9, 22.5);
    }

    [Fact]
    public void Run_WithWindows_StartsInsideThemAndCountsOnlyTheirTime()
    {
        // An hour a day for twenty nodes of some 211 s each: seventeen start in the first hour (the last at 3,376 s), three on the next day.
        var forecast = Run(Some.Request(Nodes(20), Some.InPlace(1), Some.Daily(3, 1)));

        forecast.Summary.Upgraded.ShouldBe(20);
        forecast.Summary.WindowsUsed.ShouldBe(2);
        var first = Some.Start + Duration.FromHours(3);
        forecast.Windows.Select(w => (w.Start, w.End)).ShouldBe([(first, first + Duration.FromHours(1)), (first + Duration.FromDays(1), first + Duration.FromHours(25))]);
        forecast.Windows.Sum(w => w.NodesUpgraded).ShouldBe(20);
        forecast.Nodes.ShouldAllBe(n => n.StartedAt >= n.Window && n.StartedAt < n.Window + Duration.FromHours(1));

        // The night between does not count: the first hour, what ran over its end, and the rest.
        forecast.Summary.MakespanSeconds.ShouldBeInRange(20 * 210, (20 * 212) + 212);
        forecast.Summary.FinishedAt.ShouldBe(forecast.Nodes.Max(n => n.FinishedAt));
    }

    [Fact]
    public void Run_HorizonTooShort_LeavesTheRestPending()
    {
        var forecast = Run(Some.Request(Nodes(10), Some.InPlace(1)) with { Horizon = Duration.FromMinutes(10) });

        forecast.Summary.Upgraded.ShouldBe(2);
        forecast.Summary.Pending.ShouldBe(8);
        forecast.Summary.FinishedAt.ShouldBeNull();
        forecast.Nodes.Where(n => n.Status == NodeStatus.Pending).ShouldAllBe(n => n.To == Blue.NewImage && n.Reasons.Length > 0);

        // The third is being reimaged when the forecast ends, and not in the cluster; that is no failure.
        forecast.Nodes[2].Reasons.ShouldHaveSingleItem().Code.ShouldBe(ReasonCode.InProgress);
    }

    [Fact]
    public void Run_HorizonBeforeTheWindow_SaysWhenItOpens()
    {
        var forecast = Run(Some.Request(Nodes(1), Some.InPlace(1), Some.Daily(20)) with { Horizon = Duration.FromHours(1) });

        forecast.Summary.Pending.ShouldBe(1);
        forecast.Nodes[0].Reasons.ShouldContain(r => r.Code == ReasonCode.WindowClosed && r.Until == Some.Start + Duration.FromHours(20));
    }

    [Fact]
    public void Run_ImagesReleasedAfterTheStart_AreUnknownToIt()
    {
        var later = new ImageRelease(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202608.10.0"), Some.Start + Duration.FromTicks(1));
        var atTheStart = later with { PublishedAt = Some.Start };
        var old = Some.Catalog.ImagesOf(new ImageFamily("AKSUbuntu-2204gen2containerd"));

        Run(Some.Request(Nodes(1), Some.InPlace(1)) with { Catalog = ReleaseCatalog.Of([.. old, later], []) }).Nodes[0].To.ShouldBe(Blue.NewImage);
        Run(Some.Request(Nodes(1), Some.InPlace(1)) with { Catalog = ReleaseCatalog.Of([.. old, atTheStart], []) }).Nodes[0].To.ShouldBe(atTheStart.Image.Text);
    }

    [Fact]
    public void Run_WithdrawnAfterTheStart_IsStillTakenForGood()
    {
        var release = Some.Catalog.ImagesOf(new ImageFamily("AKSUbuntu-2204gen2containerd")).Single();

        Run(Some.Request(Nodes(1), Some.InPlace(1)) with { Catalog = ReleaseCatalog.Of([release with { WithdrawnAt = Some.Start + Duration.FromTicks(1) }], []) }).Summary.Upgraded.ShouldBe(1);
        Run(Some.Request(Nodes(1), Some.InPlace(1)) with { Catalog = ReleaseCatalog.Of([release with { WithdrawnAt = Some.Start }], []) }).Summary.Upgraded.ShouldBe(0);
    }

    [Fact]
    [Trait("Rule", "UP-150")]
    public void Run_BadImage_CostsTheCanaryOnly()
    {
        var request = Some.Request(Nodes(5), Some.InPlace(2) with { Canary = Canary.FirstNode });
        var forecast = Run(request with { World = request.World with { BadImages = [Blue.NewImage] } });

        (forecast.Summary.Failed, forecast.Summary.Upgraded, forecast.Summary.Pending).ShouldBe((1, 0, 4));
        forecast.Summary.MaxUnavailableSeen.ShouldBe(1);
    }

    private static ClusterBlueprint Nodes(int count) => new() { Name = "test", Nodes = [.. Enumerable.Range(0, count).Select(i => Blue.Node($"n{i}"))] };

    private static Forecast Run(ForecastRequest request) => Forecaster.Run(request, TestContext.Current.CancellationToken);
}
