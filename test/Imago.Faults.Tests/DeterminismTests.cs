using System.Diagnostics;
using System.Globalization;
using Imago.Faults.Tests.Running;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>The same seed is the same run, line by line.</summary>
public sealed class DeterminismTests
{
    [Fact]
    public void Run_SameSeedTwice_TellsTheSameStory()
    {
        for (var seed = 1UL; seed <= 30; seed++)
        {
            var first = FaultRun.Of(seed, tells: true);
            var second = FaultRun.Of(seed, tells: true);

            second.Lines.ShouldBe(first.Lines, $"seed {seed}");
            second.Steps.ShouldBe(first.Steps);
        }
    }

    [Fact]
    public void Run_ToldOrNot_IsTheSameRun()
    {
        for (var seed = 1UL; seed <= 30; seed++)
        {
            FaultRun.Of(seed, tells: true).Steps.ShouldBe(FaultRun.Of(seed).Steps, $"seed {seed}");
        }
    }

    // Hash codes of strings differ from process to process: what depends on the order of a hash table shows here and nowhere else.
    [Theory]
    [InlineData(11)]
    [InlineData(45)]
    [InlineData(106)]
    [InlineData(335)]
    public void Run_AnotherProcess_TellsTheSameStory(ulong seed)
    {
        var file = Path.GetTempFileName();
        try
        {
            var start = new ProcessStartInfo("dotnet", [typeof(DeterminismTests).Assembly.Location, "-class", typeof(SearchTests).FullName!])
            {
                UseShellExecute = false,
                RedirectStandardOutput = true,
                Environment = { ["IMAGO_SEED"] = seed.ToString(CultureInfo.InvariantCulture), ["IMAGO_TRACE_FILE"] = file },
            };
            using var other = Process.Start(start)!;
            var said = other.StandardOutput.ReadToEnd();
            other.WaitForExit();

            File.ReadAllLines(file).ShouldBe(FaultRun.Of(seed, tells: true).Lines.SelectMany(l => l.Split('\n')), said);
        }
        finally
        {
            File.Delete(file);
        }
    }
}
