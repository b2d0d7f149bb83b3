using System.Text;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Blueprints;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tracing;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Forecasts;

/// <summary>Requests with a catalogue of one new image, and what comes of them.</summary>
internal static class Some
{
    /// <summary>A Monday.</summary>
    public static readonly Instant Start = Instant.FromUtc(2026, 8, 10, 0, 0);

    public static readonly ReleaseCatalog Catalog = ReleaseCatalog.Of([new ImageRelease(NodeImage.Parse(Blue.NewImage), Instant.FromUtc(2026, 8, 7, 0, 0))], []);

    public static readonly WorldSettings Exact = new() { Timing = new TimingModel { Spread = 0 } };

    public static UpgradeSettings InPlace(int most) => new() { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(most), Canary = Canary.None };

    public static UpgradeSettings Surge(int most) => new() { MaxSurge = IntOrPercent.Of(most), Canary = Canary.None };

    public static ForecastRequest Request(ClusterBlueprint blueprint, UpgradeSettings settings, MaintenanceConfiguration? window = null) => new()
    {
        Blueprint = blueprint,
        Spec = new ClusterSpec
        {
            Name = "test",
            Window = window,
            Pools = [.. blueprint.Nodes.Select(n => n.Pool).Distinct().Order().Select(p => new PoolSpec { Name = p, Family = new ImageFamily("AKSUbuntu-2204gen2containerd"), Settings = settings })],
        },
        Catalog = Catalog,
        World = Exact,
        From = Start,
        Horizon = Duration.FromDays(2),
    };

    /// <summary>A window of some hours every day, from an hour on.</summary>
    public static MaintenanceConfiguration Daily(int hour, int hours = 4) => new(
        ConfigurationKind.NodeOsUpgrade, new MaintenanceWindow(new Schedule.Daily(1), hours, new LocalTime(hour, 0), Offset.Zero, new LocalDate(2026, 1, 1), []));

    public static (Forecast Forecast, string[] Lines) Traced(ForecastRequest request)
    {
        using var stream = new MemoryStream();
        Forecast forecast;
        using (var writer = new TraceWriter(stream))
        {
            forecast = Forecaster.Run(request with { Trace = writer }, TestContext.Current.CancellationToken);
        }

        return (forecast, Encoding.UTF8.GetString(stream.ToArray()).Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>A small cluster of random shape: one or two pools, Deployments, a StatefulSet, a DaemonSet, budgets tight and loose.</summary>
    public static ClusterBlueprint RandomCluster(Seed seed)
    {
        var nodes = new List<NodeBlueprint>();
        foreach (var pool in seed.Chance(0.5) ? new[] { "apps" } : ["apps", "batch"])
        {
            var count = 2 + seed.Fork(pool).Below(5);
            nodes.AddRange(Enumerable.Range(0, count).Select(i => Blue.Node($"{pool}-{i}", pool, $"z{(i % 3) + 1}")));
        }

        var pods = new List<PodBlueprint>();
        var workloads = new List<WorkloadBlueprint>();
        var budgets = new List<BudgetBlueprint>();
        foreach (var app in new[] { "web", "cart", "search" })
        {
            var draw = seed.Fork(app);
            var workload = Blue.Workload(app == "cart" ? WorkloadKind.StatefulSet : WorkloadKind.ReplicaSet, app, 2 + draw.Below(4), Blue.Template(app, 200));
            workloads.Add(workload);
            pods.AddRange(Blue.Pods(workload, [.. Enumerable.Range(0, workload.Replicas).Select(i => nodes[draw.Fork(i).Below(nodes.Count)].Name)]));
            budgets.Add(draw.Fork("budget").Below(3) switch
            {
                0 => Blue.Budget(app, max: IntOrPercent.Of(1)),
                1 => Blue.Budget(app, min: IntOrPercent.Percent(50)),
                _ => Blue.Budget(app, max: IntOrPercent.Percent(25)),
            });
        }

        var agent = Blue.Workload(WorkloadKind.DaemonSet, "agent", 0, Blue.Template("agent", 100));
        workloads.Add(agent);
        pods.AddRange(Blue.Pods(agent, [.. nodes.Select(n => n.Name)]));
        return new ClusterBlueprint { Name = "test", Nodes = [.. nodes], Pods = [.. pods], Workloads = [.. workloads], Budgets = [.. budgets] };
    }

    public static UpgradeSettings RandomSettings(Seed seed) => new()
    {
        MaxSurge = seed.Below(3) switch { 0 => IntOrPercent.Of(0), 1 => IntOrPercent.Of(1), _ => IntOrPercent.Percent(50) },
        MaxUnavailable = seed.Below(3) == 0 ? IntOrPercent.Of(1 + seed.Fork("unavailable").Below(2)) : null,
        Canary = seed.Fork("canary").Chance(0.5) ? Canary.FirstNode : Canary.None,
        NodeSoak = Duration.FromMinutes(seed.Fork("soak").Below(3)),
    };
}
