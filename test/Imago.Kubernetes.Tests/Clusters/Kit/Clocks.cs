namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>The clock of the machine, for what waits for real sockets.</summary>
internal sealed class WallClock : TimeProvider;

/// <summary>A clock that a test sets; its timers never fire.</summary>
internal sealed class HandClock : TimeProvider
{
    private TimeSpan _gone;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero) + _gone;

    public override long GetTimestamp() => _gone.Ticks;

    public void Advance(double seconds) => _gone += TimeSpan.FromSeconds(seconds);
}
