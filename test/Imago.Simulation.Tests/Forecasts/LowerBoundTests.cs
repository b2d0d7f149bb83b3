using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Forecasts;

/// <summary>The lower bound is one: no run is shorter. And it is not trivially low.</summary>
public sealed class LowerBoundTests
{
    private static readonly Instant From = Instant.FromUtc(2026, 8, 10, 0, 0);

    // Each run is drawn from its seed.
    public static TheoryData<ulong> Seeds => [.. Enumerable.Range(1, 40).Select(s => (ulong)s)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void LowerBound_OfARandomRun_IsNotAboveItsMakespan(ulong seed)
    {
        var summary = Forecast(Random(new Seed(seed)));

        // In some of these clusters nothing can be drained: 1 node upgraded in place has nowhere to send pods that their budgets keep together.
        (summary.LowerBoundSeconds > 0).ShouldBe(summary.Upgraded > 0);
        summary.LowerBoundSeconds.ShouldBeLessThanOrEqualTo(summary.MakespanSeconds);
    }

    [Fact]
    public void LowerBound_EmptyNodesOneByOne_IsWhatTheirReimagesTake()
    {
        // Nothing to drain: 180 s of reimage, 30 s of boot and 1 s until that is heard, three times. The run needs no more.
        var summary = Forecast(Request(SmallCluster.OfNodes(3).Build(), new UpgradeSettings { MaxSurge = IntOrPercent.Of(1) }, Steady));

        summary.LowerBoundSeconds.ShouldBe(633);
        summary.MakespanSeconds.ShouldBeInRange(633, 640);
    }

    [Fact]
    public void LowerBound_EnoughSurge_IsTheLongestNode()
    {
        var blueprint = SmallCluster.OfNodes(3).AddDeployment("slow", 1, with: t => t with { GracePeriod = Duration.FromMinutes(5) }).Build();
        var summary = Forecast(Request(
            blueprint, new UpgradeSettings { MaxSurge = IntOrPercent.Of(3) }, Steady with { PodStop = Duration.FromMinutes(4) }));

        // The stop of the one pod, 240 s, and 211 s for its node.
        summary.LowerBoundSeconds.ShouldBe(451);
    }

    [Fact]
    public void LowerBound_BudgetOfOneAndSlowStarts_IsItsRoundsOfRecovery()
    {
        // Four pods, one away at a time, ten minutes each; the fourth node is reimaged while its pod starts: 3 × 600 s, and 10 s to stop, and 211 s.
        var blueprint = SmallCluster.OfNodes(4).AddDeployment("cart", 4, maxUnavailable: IntOrPercent.Of(1)).Build();
        var summary = Forecast(Request(
            blueprint, new UpgradeSettings { MaxSurge = IntOrPercent.Of(4) }, Steady with { PodStart = Duration.FromMinutes(10) }));

        summary.LowerBoundSeconds.ShouldBe(2021);
        summary.MakespanSeconds.ShouldBeGreaterThanOrEqualTo(2021);
    }

    [Fact]
    public void LowerBound_RecoveryInClosedWindows_IsNotCounted()
    {
        // One node fits into each window of an hour; by the next one its pod has long been Ready.
        var blueprint = SmallCluster.OfNodes(3).AddDeployment("cart", 3, maxUnavailable: IntOrPercent.Of(1)).Build();
        var summary = Forecast(Request(
            blueprint, new UpgradeSettings { MaxSurge = IntOrPercent.Of(1) }, Steady with { PodStart = Duration.FromHours(10), Reimage = Duration.FromMinutes(50) }) with
        {
            Spec = Spec(new UpgradeSettings { MaxSurge = IntOrPercent.Of(1), Canary = Canary.None }, Nightly(5)),
        });

        summary.Upgraded.ShouldBe(3);
        summary.LowerBoundSeconds.ShouldBeLessThanOrEqualTo(summary.MakespanSeconds);
    }

    private static TimingModel Steady { get; } = new() { Spread = 0 };

    private static ForecastSummary Forecast(ForecastRequest request) => Forecaster.Run(request, TestContext.Current.CancellationToken).Summary;

    private static ForecastRequest Random(Seed seed)
    {
        var nodes = 1 + seed.Fork("nodes").Below(12);
        var cluster = SmallCluster.OfNodes(nodes, zones: 1 + seed.Fork("zones").Below(3));
        for (var i = 0; i < seed.Fork("apps").Below(6); i++)
        {
            var own = seed.Fork(i);
            var startup = Duration.FromSeconds(5 + own.Fork("startup").Below(own.Fork("slow").Chance(0.3) ? 1500 : 60));
            cluster.AddDeployment(
                $"app-{i}", 2 + own.Fork("replicas").Below(12), own.Fork("budget").Chance(0.7) ? IntOrPercent.Of(1 + own.Fork("allowed").Below(2)) : null,
                with: own.Fork("own").Chance(0.5) ? t => t with { StartupTime = startup } : null);
        }

        var settings = new UpgradeSettings
        {
            MaxSurge = seed.Fork("in place").Chance(0.3) ? IntOrPercent.Of(0) : IntOrPercent.Of(1 + seed.Fork("surge").Below(5)),
            MaxUnavailable = IntOrPercent.Of(1 + seed.Fork("unavailable").Below(3)),
            NodeSoak = Duration.FromMinutes(seed.Fork("soak").Below(3)),
            DrainTimeout = Duration.FromHours(4),
            Canary = seed.Fork("canary").Chance(0.5) ? Canary.None : Canary.FirstNode,
        };
        var timing = new TimingModel
        {
            Spread = seed.Fork("spread").Below(4) * 0.2,
            PodStart = Duration.FromSeconds(1 + seed.Fork("start").Below(seed.Fork("starts slowly").Chance(0.3) ? 900 : 60)),
            Reimage = Duration.FromSeconds(30 + seed.Fork("reimage").Below(400)),
        };
        return Request(cluster.Build(), settings, timing) with
        {
            Spec = Spec(settings, seed.Fork("windows").Chance(0.5) ? Nightly(4 + seed.Fork("hours").Below(4)) : null),
            World = new WorldSettings { Timing = timing, SpareNodes = seed.Fork("scarce").Chance(0.2) ? 1 + seed.Fork("spare").Below(3) : null },
            Seed = seed,
        };
    }

    private static ForecastRequest Request(ClusterBlueprint blueprint, UpgradeSettings settings, TimingModel timing) => new()
    {
        Blueprint = blueprint,
        Spec = Spec(settings with { Canary = Canary.None }, window: null),
        Catalog = ReleaseCatalog.Of(
            [
                new ImageRelease(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202606.19.0"), From - Duration.FromDays(40)),
                new ImageRelease(NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.13.0"), From - Duration.FromDays(3)),
            ],
            []),
        World = new WorldSettings { Timing = timing },
        From = From,
        Horizon = Duration.FromDays(7),
    };

    private static ClusterSpec Spec(UpgradeSettings settings, MaintenanceConfiguration? window) => new()
    {
        Name = "test",
        Window = window,
        Pools = [new PoolSpec { Name = "apps", Family = NodeImage.Parse("AKSUbuntu-2204gen2containerd-202607.13.0").Family, Kubernetes = new KubernetesVersion(1, 35, 1), Settings = settings }],
    };

    private static MaintenanceConfiguration Nightly(int hours) => new(
        ConfigurationKind.NodeOsUpgrade, new MaintenanceWindow(new Schedule.Daily(1), hours, new LocalTime(1, 0), Offset.Zero, new LocalDate(2026, 1, 1), []));
}
