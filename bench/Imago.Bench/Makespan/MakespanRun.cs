using System.Globalization;
using Imago.Domain.Clusters;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Presets;
using Imago.Simulation.Worlds;

namespace Imago.Bench.Makespan;

/// <summary>
/// Whole runs without windows and canary, ours and two baselines, in the same clusters with the same seeds. The ratios are to one bound, that of our run; it
/// contains what our run took to notice that a node is back, so that a simpler controller may get below it by a second per node.
/// </summary>
internal static class MakespanRun
{
    private static readonly IntOrPercent[] Surges = [IntOrPercent.Percent(10), IntOrPercent.Of(1)];

    public static void Print(TextWriter output, IReadOnlyList<int> sizes, int seeds)
    {
        output.WriteLine($"{"nodes",6} {"surge",6} {"budgets",8} {"controller",-16}{"makespan ÷ bound",24}{"evictions per pod",24}{"peak",6}{"out",5}");
        foreach (var nodes in sizes)
        {
            // At 10 nodes both are one node; and 1,000 nodes one by one say nothing new.
            foreach (var surge in nodes == 100 ? Surges : Surges[..1])
            {
                foreach (var tight in new[] { false, true })
                {
                    var runs = Enumerable.Range(1, seeds).Select(seed => Compare(nodes, surge, tight, new Seed((ulong)seed))).ToList();
                    foreach (var controller in runs.SelectMany(r => r).GroupBy(r => r.Controller, StringComparer.Ordinal))
                    {
                        Line(output, $"{nodes,6} {surge,6} {(tight ? "tight" : "none"),8} {controller.Key,-16}", [.. controller]);
                    }
                }
            }
        }
    }

    private static void Line(TextWriter output, string what, List<Measured> runs) => output.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{what}{Spread(runs.Select(r => r.Ratio)),24}{Spread(runs.Select(r => r.EvictionsPerPod)),24}{runs.Max(r => r.PeakNodes),6}{runs.Max(r => r.MaxUnavailable),5}"));

    private static string Spread(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[0]:0.000} {sorted[sorted.Count / 2]:0.000} {sorted[^1]:0.000}");
    }

    private static IEnumerable<Measured> Compare(int nodes, IntOrPercent surge, bool tight, Seed seed)
    {
        var shape = new ClusterShape
        {
            Nodes = nodes,
            PoolSize = nodes,
            Budgets = tight ? nodes * 10 / 12 : 0,
            TightShare = 1,
            CreatedAt = Forecasts.ScaledRequest.From,
        };
        var request = Forecasts.ScaledRequest.Of(shape, new UpgradeSettings { MaxSurge = surge, Canary = Canary.None }, window: null, seed);
        var ours = Forecaster.Run(request).Summary;
        if (ours.Upgraded != nodes)
        {
            throw new InvalidOperationException($"Only {ours.Upgraded} of {nodes} nodes were upgraded, seed {seed}.");
        }

        var pods = request.Blueprint.Pods.Count(p => p.Owner?.Kind != "DaemonSet");
        var bound = ours.LowerBoundSeconds;
        return
        [
            new("imago", ours.MakespanSeconds / bound, (double)ours.Evictions / pods, ours.PeakNodes, ours.MaxUnavailableSeen),
            Baseline("strict batches", (world, target) => new StrictBatches(world, target, n => surge.RoundedUp(n))),
            Baseline("one lock", (world, target) => new OneLockOneNode(world, target)),
        ];

        Measured Baseline(string name, Func<SimulatedWorld, RolloutTarget, Baseline> controller)
        {
            var ledger = new RunLedger(request.Blueprint, next: null);
            var world = new SimulatedWorld(request.Blueprint, request.World, request.Seed, request.From, ledger);
            var run = controller(world, new RolloutTarget.Image(Forecasts.ScaledRequest.Target)).RunAsync();
            while (!run.IsCompleted && world.Time.Step(request.From + request.Horizon))
            {
            }

            run.GetAwaiter().GetResult();
            var makespan = ledger.Nodes.Values.Max(n => n.FinishedAt!.Value) - ledger.Nodes.Values.Min(n => n.StartedAt!.Value);
            return new(name, makespan.TotalSeconds / bound, (double)ledger.Evictions / pods, ledger.PeakNodes, ledger.MaxUnavailableSeen);
        }
    }

    private sealed record Measured(string Controller, double Ratio, double EvictionsPerPod, int PeakNodes, int MaxUnavailable);
}
