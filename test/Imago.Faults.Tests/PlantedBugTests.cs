using Imago.Faults.Tests.Planting;
using Imago.Faults.Tests.Running;
using Shouldly;
using Xunit;

namespace Imago.Faults.Tests;

/// <summary>
/// The search can find something: bugs put around the production code are found within a stated number of seeds, by the invariant that they break.
/// </summary>
public sealed class PlantedBugTests(ITestOutputHelper output)
{
    [Theory]
    [InlineData(nameof(BudgetOffByOne), 3, 50)]
    [InlineData(nameof(DeletedNotEvicted), 3, 20)]
    [InlineData(nameof(SeveralBudgetsIgnored), 3, 150)]
    [InlineData(nameof(ForcedAlways), 3, 20)]
    [InlineData(nameof(DrainSkipped), 3, 20)]
    [InlineData(nameof(BarePodsUnseen), 3, 50)]
    [InlineData(nameof(SurgeOffByOne), 2, 20)]
    [InlineData(nameof(UnavailableOffByOne), 2, 50)]
    [InlineData(nameof(WindowEndIncluded), 1, 200)]
    [InlineData(nameof(BlockedEndDayForgotten), 1, 200)]
    [InlineData(nameof(FinishesThePool), 1, 100)]
    [InlineData(nameof(PauseIgnored), 1, 200)]
    [InlineData(nameof(UncordonLost), 6, 20)]
    [InlineData(nameof(ForeignCordonUndone), 6, 50)]
    [InlineData(nameof(SteeringTaintLeft), 6, 20)]
    [InlineData(nameof(CanarySkipped), 11, 50)]
    [InlineData(nameof(HaltForgotten), 11, 100)]
    [InlineData(nameof(WithdrawnStillOffered), 7, 100)]
    [InlineData(nameof(Downgrade), 4, 100)]
    [InlineData(nameof(PatchBringsNewBase), 7, 50)]
    [InlineData(nameof(KubeletMovesAlong), 5, 20)]
    [InlineData(nameof(RecordWrittenLate), 1, 50)]
    [InlineData(nameof(OperationIdUnstable), 9, 100)]
    [InlineData(nameof(LeaseIgnored), 9, 50)]
    [InlineData(nameof(EvictionWithoutUid), 9, 200)]
    [InlineData(nameof(SurgeNodeLeaked), 8, 20)]
    [InlineData(nameof(WakeUpLost), 10, 20)]
    [InlineData(nameof(NoBackOff), 10, 20)]
    [InlineData(nameof(FailureUnheard), 10, 100)]
    public void Search_PlantedBug_IsFoundInTime(string bug, int invariant, int seeds)
    {
        var type = typeof(PlantedBug).Assembly.GetType($"{typeof(PlantedBug).Namespace}.{bug}", throwOnError: true)!;
        var others = new SortedDictionary<string, int>(StringComparer.Ordinal);
        for (var seed = 1UL; seed <= (ulong)seeds; seed++)
        {
            if (FaultRun.Of(seed, (PlantedBug)Activator.CreateInstance(type)!).Violation is not { } violation)
            {
                continue;
            }

            if (violation.Invariant == invariant)
            {
                output.WriteLine($"seed {seed}: {violation}");
                return;
            }

            var key = $"invariant {violation.Invariant}: {violation.Text}";
            others[key] = others.GetValueOrDefault(key) + 1;
        }

        Assert.Fail($"{bug} was not found by invariant {invariant} in {seeds} seeds. Others: {string.Join("\n", others.Take(5).Select(o => $"{o.Value} × {o.Key}"))}");
    }

    [Fact]
    public void Search_NothingPlanted_FindsNothingInTheSameSeeds()
    {
        for (var seed = 1UL; seed <= 20; seed++)
        {
            FaultRun.Of(seed).Violation.ShouldBeNull();
        }
    }
}
