using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Watching;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Watching;

public sealed class BackOffTests
{
    private readonly SetClock _clock = new();

    [Fact]
    public void Next_FailureAfterFailure_DoublesUpToTheLongest() =>
        Waits(new BackOff(new InformerOptions(), _clock, () => 0), 8).ShouldBe([0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30, 30]);

    [Fact]
    public void Next_Jitter_AddsUpToAsMuchAgain() =>
        Waits(new BackOff(new InformerOptions(), _clock, () => 0.5), 2).ShouldBe([1.2, 2.4]);

    [Fact]
    public void Next_LongWithoutAFailure_BeginsAnew()
    {
        var waits = new BackOff(new InformerOptions(), _clock, () => 0);
        Waits(waits, 5);

        _clock.Advance(TimeSpan.FromMinutes(3));

        Waits(waits, 1).ShouldBe([0.8]);
    }

    [Fact]
    public void Next_ItWentWellMeanwhile_BeginsAnew()
    {
        var waits = new BackOff(new InformerOptions(), _clock, () => 0);
        Waits(waits, 5);

        waits.Forgive();

        Waits(waits, 2).ShouldBe([0.8, 1.6]);
    }

    private static List<double> Waits(BackOff waits, int count) => [.. Enumerable.Range(0, count).Select(_ => Math.Round(waits.Next().TotalSeconds, 3))];
}
