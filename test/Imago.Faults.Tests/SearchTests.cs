using System.Collections.Concurrent;
using System.Globalization;
using Imago.Faults.Tests.Running;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>Random clusters, settings, windows, releases and faults, with every invariant checked after every step.</summary>
public sealed class SearchTests(ITestOutputHelper output)
{
    private const int Seeds = 2000;
    private const int SoakSeeds = 30_000;

    [Fact]
    public void Search_RandomWorlds_KeepInvariants()
    {
        if (Environment.GetEnvironmentVariable("IMAGO_SEED") is { Length: > 0 } one)
        {
            var seed = ulong.Parse(one, CultureInfo.InvariantCulture);
            var run = FaultRun.Of(seed, tells: true);
            if (Environment.GetEnvironmentVariable("IMAGO_TRACE_FILE") is { Length: > 0 } file)
            {
                File.WriteAllLines(file, run.Lines);
            }
            else
            {
                output.WriteLine(string.Join('\n', run.Lines));
            }

            run.Violation.ShouldBeNull(Report(seed, run.Violation));
            return;
        }

        var seeds = Setting("IMAGO_SOAK_SEEDS") ?? (Setting("IMAGO_SOAK") == 1 ? SoakSeeds : Seeds);
        var first = Setting("IMAGO_FIRST_SEED") ?? 1;
        var bad = new ConcurrentDictionary<ulong, Checking.Violation>();
        long steps = 0;
        long rollouts = 0;
        var clock = System.Diagnostics.Stopwatch.StartNew();
        Parallel.For(first, first + seeds, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, (seed, loop) =>
        {
            var run = FaultRun.Of((ulong)seed);
            Interlocked.Add(ref steps, run.Steps);
            Interlocked.Add(ref rollouts, run.Rollouts);
            if (run.Violation is { } violation)
            {
                bad[(ulong)seed] = violation;
            }
        });

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{seeds} seeds, {rollouts} rollouts, {steps} steps, {clock.Elapsed.TotalSeconds:0.0} s"));
        foreach (var (seed, violation) in bad.OrderBy(b => b.Key).Take(40))
        {
            output.WriteLine($"seed {seed}: {violation}");
        }

        bad.Count.ShouldBe(0, bad.IsEmpty ? "" : Report(bad.Keys.Min(), bad[bad.Keys.Min()]));
    }

    private static string Report(ulong seed, Checking.Violation? violation) =>
        violation is null ? "" : $"""
            seed {seed}: {violation}
            {string.Join('\n', FaultRun.Of(seed, tells: true).Lines.TakeLast(60))}
            Replay with the whole trace: IMAGO_SEED={seed} ./test.sh --project Faults --filter FullyQualifiedName~SearchTests, or with IMAGO_TRACE_FILE=trace.txt beside it
            """;

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var value) ? value : null;
}
