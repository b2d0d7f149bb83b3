using System.Globalization;
using Imago.Faults.Tests.Injecting;
using Imago.Faults.Tests.Running;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>A crash between any two actions loses nothing and repeats nothing harmful: tried at one call after the other, before and after its effect.</summary>
public sealed class CrashSweepTests(ITestOutputHelper output)
{
    /// <summary>Every how many calls the sweep of a normal run crashes; a soak leaves none out.</summary>
    private const int Stride = 11;

    [Theory]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(20)]
    public void Crash_AtAnyCall_KeepsInvariantsAndConverges(ulong seed)
    {
        var calls = FaultRun.WithCrash(seed, null).Calls;
        var stride = Environment.GetEnvironmentVariable("IMAGO_SOAK") is "1" ? 1 : Stride;
        var runs = 0;
        for (var call = 1; call <= calls; call += stride)
        {
            foreach (var after in new[] { false, true })
            {
                runs++;
                var crash = new CrashPoint(call, after);
                var run = FaultRun.WithCrash(seed, crash);
                run.Violation.ShouldBeNull($"seed {seed}, {crash}: {run.Violation}\n{(run.Violation is null ? "" : string.Join('\n', FaultRun.WithCrash(seed, crash, tells: true).Lines.TakeLast(60)))}");
            }
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{runs} crashes over {calls} calls"));
        runs.ShouldBeGreaterThan(10);
    }
}
