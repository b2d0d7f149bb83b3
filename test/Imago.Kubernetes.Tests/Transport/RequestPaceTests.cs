using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Transport;

public sealed class RequestPaceTests
{
    [Fact]
    public void Wait_Burst_IsFreeAndTheNextWaits()
    {
        var clock = new SetClock();
        var pace = new RequestPace(20, 40, clock);

        for (var i = 0; i < 40; i++)
        {
            pace.WaitAsync(CancellationToken.None).IsCompleted.ShouldBeTrue($"request {i + 1} is within the burst");
        }

        using var cancelled = new CancellationTokenSource();
        var waiting = pace.WaitAsync(cancelled.Token);
        waiting.IsCompleted.ShouldBeFalse();
        cancelled.Cancel();
    }

    [Fact]
    public void Wait_AfterAQuietSecond_TwentyMoreAreFree()
    {
        var clock = new SetClock();
        var pace = new RequestPace(20, 40, clock);
        using var cancelled = new CancellationTokenSource();
        Drain(pace, 40, cancelled.Token).ShouldBe(40);

        clock.Advance(TimeSpan.FromSeconds(1));

        Drain(pace, 30, cancelled.Token).ShouldBe(20);
        cancelled.Cancel();
    }

    private static int Drain(RequestPace pace, int requests, CancellationToken cancellation) => Enumerable.Range(0, requests).Count(_ => pace.WaitAsync(cancellation).IsCompleted);
}
