using System.Collections.Concurrent;
using System.Globalization;
using Imago.Faults.Tests.Checking;
using Imago.Faults.Tests.Injecting;
using Imago.Faults.Tests.Planting;
using Imago.Faults.Tests.Running;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>
/// The same search over machines that agents patch in place: agents that are slow, fail, refuse, hold fixes, find that they would have to restart, die in the middle, never come
/// back; archives that are signed again; servers that die between any two actions.
/// </summary>
public sealed class MachineSearchTests(ITestOutputHelper output)
{
    private const int Seeds = 600;
    private const int SoakSeeds = 15_000;

    [Fact]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "CH-37")]
    public void Search_RandomMachines_KeepInvariants()
    {
        if (Environment.GetEnvironmentVariable("IMAGO_MACHINE_SEED") is { Length: > 0 } one)
        {
            var run = FaultRun.OfMachines(ulong.Parse(one, CultureInfo.InvariantCulture), tells: true);
            output.WriteLine(string.Join('\n', run.Lines));
            run.Violation.ShouldBeNull();
            return;
        }

        var seeds = Environment.GetEnvironmentVariable("IMAGO_MACHINE_SEEDS") is { Length: > 0 } asked ? int.Parse(asked, CultureInfo.InvariantCulture)
            : Environment.GetEnvironmentVariable("IMAGO_SOAK") is "1" ? SoakSeeds : Seeds;
        var bad = new ConcurrentDictionary<ulong, Violation>();
        var seen = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        Parallel.For(1, seeds + 1, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, seed =>
        {
            var run = FaultRun.OfMachines((ulong)seed);
            if (run.Violation is { } violation)
            {
                bad[(ulong)seed] = violation;
            }

            foreach (var what in run.Seen)
            {
                seen.AddOrUpdate(what, 1, (_, n) => n + 1);
            }
        });

        output.WriteLine(string.Join('\n', seen.OrderBy(s => s.Key, StringComparer.Ordinal).Select(s => $"{s.Value,4}  {s.Key}")));
        bad.OrderBy(b => b.Key).Select(b => $"IMAGO_MACHINE_SEED={b.Key}: {b.Value}").ShouldBeEmpty();

        // A search that never gets anywhere finds nothing, either.
        string[] wanted =
        [
            "order Stage", "order Live", "order Drained", "agent Applying Live", "agent Applying Drained", "agent Rebooting Drained", "node Partial", "node Upgraded", "node NotReady", "node ProviderFailed",
            "phase Succeeded", "phase Failed", "security patch", "reboot", "nothing in the way", "fault AgentFailing",
        ];
        wanted.Where(w => !seen.ContainsKey(w)).ShouldBeEmpty();
    }

    [Theory]
    [InlineData(nameof(StagingInstalls), 1, 50)]
    [InlineData(nameof(LiveMayRestart), 3, 50)]
    [InlineData(nameof(LiveOrderLeft), 1, 1000)]
    [InlineData(nameof(OrderNeverRenewed), 10, 1000)]
    public void Search_PlantedBug_IsFoundInTime(string bug, int invariant, int seeds)
    {
        var type = typeof(PlantedBug).Assembly.GetType($"{typeof(PlantedBug).Namespace}.{bug}", throwOnError: true)!;
        var others = new HashSet<string>(StringComparer.Ordinal);
        for (var seed = 1UL; seed <= (ulong)seeds; seed++)
        {
            if (FaultRun.OfMachines(seed, (PlantedBug)Activator.CreateInstance(type)!).Violation is not { } violation)
            {
                continue;
            }

            if (violation.Invariant == invariant)
            {
                output.WriteLine($"seed {seed}: {violation}");
                return;
            }

            others.Add($"seed {seed}: {violation}");
        }

        Assert.Fail($"{bug} was not found by invariant {invariant} in {seeds} seeds. Others: {string.Join("\n", others.Take(5))}");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void Crash_AtAnyCall_KeepsInvariantsAndConverges(ulong seed)
    {
        var calls = FaultRun.OfMachinesWithCrash(seed, null).Calls;
        var stride = Environment.GetEnvironmentVariable("IMAGO_SOAK") is "1" ? 1 : Math.Max(1, calls / 25);
        for (var call = 1; call <= calls; call += stride)
        {
            foreach (var after in new[] { false, true })
            {
                var crash = new CrashPoint(call, after);
                FaultRun.OfMachinesWithCrash(seed, crash).Violation.ShouldBeNull($"seed {seed}, {crash}");
            }
        }

        calls.ShouldBeGreaterThan(10);
    }

    [Fact]
    public void Run_SameSeedTwice_TellsTheSameStory()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            FaultRun.OfMachines(seed, tells: true).Lines.ShouldBe(FaultRun.OfMachines(seed, tells: true).Lines, $"seed {seed}");
        }
    }
}
