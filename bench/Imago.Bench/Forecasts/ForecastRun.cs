using System.Diagnostics;
using System.Globalization;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation;
using Imago.Simulation.Forecasts;
using Imago.Simulation.Presets;

namespace Imago.Bench.Forecasts;

/// <summary>
/// Forecasts of whole clusters over four weeks: ten pods a node, a budget for every twenty nodes, pools of 500, a weekly window of four hours and default
/// settings. The peak is that of the process, so it says something about the largest cluster asked for only.
/// </summary>
internal static class ForecastRun
{
    public static void Print(TextWriter output, IReadOnlyList<int> sizes, int runs)
    {
        output.WriteLine($"{"nodes",8}{"run",5}{"wall",12}{"CPU",12}{"allocated",14}{"peak",12}{"upgraded",10}{"windows",9}{"evictions",11}");
        foreach (var nodes in sizes)
        {
            for (var run = 1; run <= runs; run++)
            {
                Line(output, nodes, run);
            }
        }
    }

    private static void Line(TextWriter output, int nodes, int run)
    {
        var request = ScaledRequest.Of(
            new ClusterShape { Nodes = nodes, Budgets = nodes / 20, CreatedAt = ScaledRequest.From }, new UpgradeSettings(), ScaledRequest.Weekly(), new Seed(1));
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var (bytes, cpu, begun) = (GC.GetTotalAllocatedBytes(precise: true), process.TotalProcessorTime, Stopwatch.GetTimestamp());
        var summary = Forecaster.Run(request).Summary;
        var wall = Stopwatch.GetElapsedTime(begun);
        process.Refresh();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{nodes,8}{run,5}{wall.TotalSeconds,10:0.00} s{(process.TotalProcessorTime - cpu).TotalSeconds,10:0.00} s{(GC.GetTotalAllocatedBytes(precise: true) - bytes) / 1048576.0,10:0} MiB{process.PeakWorkingSet64 / 1048576.0,8:0} MiB{summary.Upgraded,10}{summary.WindowsUsed,9}{summary.Evictions,11}"));
    }
}
