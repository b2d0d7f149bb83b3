using Imago.Application.Catalog;
using Imago.Domain.Clusters;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Explanations;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Tests.Dumps;
using Imago.Simulation.Tests.Strangers;
using NodaTime;

namespace Imago.Simulation.Tests.Forecasts;

/// <summary>The shop: 24 nodes of a real API server, forecast from 1 July 2026 with four hours every week.</summary>
public sealed class ShopForecastTests
{
    private static readonly Lazy<(Forecast Forecast, string[] Lines)> Cordon = new(() => Of(UndrainableNodeBehavior.Cordon));

    private static readonly Lazy<(Forecast Forecast, string[] Lines)> Schedule = new(() => Of(UndrainableNodeBehavior.Schedule));

    [Theory]
    [InlineData(UndrainableNodeBehavior.Cordon)]
    [InlineData(UndrainableNodeBehavior.Schedule)]
    public void Shop_Trace_ShowsThatNoBudgetIsViolatedAndNothingStartsOutsideTheWindow(UndrainableNodeBehavior undrainable)
    {
        var (_, lines) = (undrainable == UndrainableNodeBehavior.Cordon ? Cordon : Schedule).Value;

        TraceChecker.Check(lines, hasWindows: true).ShouldBeEmpty();
        lines.Count(l => l.Contains("\"kind\":\"PodEvicted\"", StringComparison.Ordinal)).ShouldBeGreaterThan(50);
    }

    [Theory]
    [InlineData(UndrainableNodeBehavior.Cordon)]
    [InlineData(UndrainableNodeBehavior.Schedule)]
    [Trait("Rule", "UP-44")]
    public void Shop_LegacyAdmin_IsNamedWithPodOwnerAndWhatToDo(UndrainableNodeBehavior undrainable)
    {
        var (forecast, _) = (undrainable == UndrainableNodeBehavior.Cordon ? Cordon : Schedule).Value;

        var blocked = forecast.Nodes.Where(n => n.Status == NodeStatus.Blocked).ShouldHaveSingleItem();
        var text = string.Join('\n', blocked.Reasons.Select(r => r.Message));
        text.ShouldContain("shop/legacy-admin");
        text.ShouldContain("shop/legacy-admin-");
        text.ShouldContain("Deployment/legacy-admin");
        text.ShouldMatch("(?i)(raise|lower|change|scale|replicas)");
        var budget = forecast.Budgets.Single(b => b.Key == new ObjectKey("shop", "legacy-admin"));
        budget.Nodes.ShouldContain(blocked.Name);
        budget.BlockedSeconds.ShouldBeGreaterThan(0);
    }

    [Fact]
    [Trait("Rule", "UP-50")]
    [Trait("Rule", "UP-52")]
    public void Shop_Cordon_EverythingElseFinishes()
    {
        var summary = Cordon.Value.Forecast.Summary;

        (summary.Nodes, summary.Upgraded, summary.Blocked, summary.Pending, summary.Failed).ShouldBe((24, 23, 1, 0, 0));
        summary.FinishedAt.ShouldNotBeNull();
        summary.MaxUnavailableSeen.ShouldBeLessThanOrEqualTo(1);
        Cordon.Value.Forecast.Nodes.Where(n => n.Status == NodeStatus.Upgraded).ShouldAllBe(n => n.To == "AKSUbuntu-2204gen2containerd-202606.19.0" && n.Window != null);
    }

    [Fact]
    [Trait("Rule", "UP-50")]
    [Trait("Rule", "UP-64")]
    public void Shop_Schedule_BlockedNodeIsHandedBackAndItsPoolTriesAgainInLaterWindows()
    {
        var (forecast, lines) = Schedule.Value;

        // The blocked node goes last in its pool, so its rollout has nothing left to give up when it fails.
        forecast.Summary.Blocked.ShouldBe(1);
        forecast.Summary.Failed.ShouldBe(0);
        forecast.Summary.Upgraded.ShouldBe(23);
        lines.ShouldContain(l => l.Contains("\"kind\":\"RolloutEnded\"", StringComparison.Ordinal) && l.Contains("\"phase\":\"Failed\"", StringComparison.Ordinal));
        lines.ShouldNotContain(l => l.Contains("\"kind\":\"NodeQuarantined\"", StringComparison.Ordinal));
    }

    [Fact]
    public void Shop_Assumptions_AreListed() => Cordon.Value.Forecast.Assumptions.ShouldContain("Nobody else changes the cluster: no deployments, autoscaling, failures or other updaters.");

    private static (Forecast Forecast, string[] Lines) Of(UndrainableNodeBehavior undrainable)
    {
        var dump = DumpText.Read(DumpText.Shop());
        var weekly = new MaintenanceWindow(new Schedule.Weekly(1, IsoDayOfWeek.Sunday), 4, LocalTime.Midnight, Offset.Zero, new LocalDate(2026, 7, 1), []);
        return Some.Traced(new ForecastRequest
        {
            Blueprint = dump.Cluster,
            Spec = new ClusterSpec
            {
                Name = "shop",
                Attached = true,
                Window = new MaintenanceConfiguration(ConfigurationKind.NodeOsUpgrade, weekly),
                Pools = [.. dump.Pools.Select(p => p.Spec with { Settings = new UpgradeSettings { Undrainable = undrainable } })],
            },
            Catalog = ShippedCatalog.Load().Releases,
            From = Instant.FromUtc(2026, 7, 1, 0, 0),
        });
    }
}
