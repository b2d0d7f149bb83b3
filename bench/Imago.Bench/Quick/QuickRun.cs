using System.Diagnostics;
using System.Globalization;
using Imago.Bench.Maintenance;
using Imago.Bench.Rollouts;
using Imago.Domain.Rollouts.Planning;

namespace Imago.Bench.Quick;

/// <summary>The same benches as a table within seconds: less exact than BenchmarkDotNet, enough to see whether an aim is met or a change helps.</summary>
internal static class QuickRun
{
    private const int Runs = 15;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan RunLength = TimeSpan.FromMilliseconds(60);

    public static void Print(TextWriter output)
    {
        output.WriteLine($"{"",-52}{"min",12}{"median",12}{"allocated",14}");
        foreach (var nodes in new[] { 1250, 2500, 5000, 10000 })
        {
            var bench = new DecisionBench { Nodes = nodes };
            bench.Build();
            Line(output, $"full decision, {nodes} nodes, {nodes * 10} pods", () => bench.Decide());
            if (nodes == 5000)
            {
                Line(output, $"view from scratch, {nodes} nodes, {nodes * 10} pods", () => bench.BuildView());
            }
        }

        var burst = RolloutUnderWay.Of(5000, surge: 50, free: 50);
        Line(output, "full decision that starts 50 nodes at once", () => RolloutPlanner.Decide(burst.Input, burst.Pool, burst.Record));

        foreach (var inFlight in new[] { 5, 10, 50 })
        {
            var bench = new IncrementalBench { InFlight = inFlight };
            bench.Build();
            Line(output, "one pod applied, 5000 nodes", () => bench.Apply());
            Line(output, $"one pod applied and decided, {inFlight} nodes in flight", () => bench.ApplyAndDecide());
        }

        var windows = new NextWindowBench();
        Line(output, "1000 next-window questions", () => windows.Ask(1000));
        var whole = Stopwatch.GetTimestamp();
        windows.Ask(NextWindowBench.Questions);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{"a million next-window questions, once",-52}{Stopwatch.GetElapsedTime(whole).TotalMilliseconds,9:0} ms"));
    }

    private static void Line(TextWriter output, string name, Action action)
    {
        var once = Measure(action, WarmUp);
        var iterations = Math.Max(1, (int)(RunLength / once.Time));
        var runs = Enumerable.Range(0, Runs).Select(_ => Measure(action, iterations)).OrderBy(r => r.Time).ToList();
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name,-52}{runs[0].Time.TotalMicroseconds,9:0.0} µs{runs[Runs / 2].Time.TotalMicroseconds,9:0.0} µs{runs.Min(r => r.Bytes) / 1024.0,10:0.0} KiB"));
    }

    // Runs at least twice and until the time is up, so that tiered compilation has done its work before anything is counted.
    private static (TimeSpan Time, long Bytes) Measure(Action action, TimeSpan atLeast)
    {
        var begun = Stopwatch.GetTimestamp();
        var times = 0;
        while (times < 2 || Stopwatch.GetElapsedTime(begun) < atLeast)
        {
            action();
            times++;
        }

        return (Stopwatch.GetElapsedTime(begun) / times, 0);
    }

    private static (TimeSpan Time, long Bytes) Measure(Action action, int times)
    {
        GC.Collect();
        var bytes = GC.GetAllocatedBytesForCurrentThread();
        var begun = Stopwatch.GetTimestamp();
        for (var i = 0; i < times; i++)
        {
            action();
        }

        var elapsed = Stopwatch.GetElapsedTime(begun);
        return (elapsed / times, (GC.GetAllocatedBytesForCurrentThread() - bytes) / times);
    }
}
