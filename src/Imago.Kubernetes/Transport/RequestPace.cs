namespace Imago.Kubernetes.Transport;

/// <summary>
/// Spaces out requests: a token bucket, told as the instant at which the next token is there. An idle cluster costs no timer, which is why this is not
/// System.Threading.RateLimiting: its buckets are refilled by a timer each, and there is one bucket per cluster.
/// </summary>
internal sealed class RequestPace(double perSecond, int burst, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly long _gap = (long)(TimeSpan.TicksPerSecond / perSecond);
    private readonly long _start = time.GetTimestamp();

    // When the bucket is full again, in ticks since the start. Each request moves it on by one gap.
    private long _fullAt;

    public Task WaitAsync(CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        var wait = Take();

        // A request that is given up has used its token: the next ones come a little later than they could.
        return wait <= TimeSpan.Zero ? Task.CompletedTask : Task.Delay(wait, time, cancellation);
    }

    private TimeSpan Take()
    {
        lock (_lock)
        {
            var now = time.GetElapsedTime(_start).Ticks;

            // 20 a second, burst 40: the gap is 50 ms. 40 requests at once move the instant 2 s ahead; the 41st waits for 50 ms.
            _fullAt = Math.Max(_fullAt, now) + _gap;
            return TimeSpan.FromTicks(_fullAt - now - (burst * _gap));
        }
    }
}
