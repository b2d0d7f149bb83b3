namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>The clock of the machine, for what waits for real sockets.</summary>
internal sealed class WallClock : TimeProvider;

/// <summary>The clock of the machine, with jumps: of all its hands, as after a sleep, or of the one on the wall alone.</summary>
internal sealed class JumpingClock : TimeProvider
{
    private long _gone;
    private long _set;

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Volatile.Read(ref _gone) + Volatile.Read(ref _set));

    public override long GetTimestamp() => base.GetTimestamp() + (long)(Volatile.Read(ref _gone) * ((double)TimestampFrequency / TimeSpan.TicksPerSecond));

    /// <summary>Time goes by at once.</summary>
    public void Sleep(TimeSpan time) => Interlocked.Add(ref _gone, time.Ticks);

    /// <summary>Somebody sets the clock.</summary>
    public void Set(TimeSpan by) => Interlocked.Add(ref _set, by.Ticks);
}

/// <summary>A clock that a test sets; its timers never fire.</summary>
internal sealed class HandClock : TimeProvider
{
    private TimeSpan _gone;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => new DateTimeOffset(2026, 11, 26, 0, 0, 0, TimeSpan.Zero) + _gone;

    public override long GetTimestamp() => _gone.Ticks;

    public void Advance(double seconds) => _gone += TimeSpan.FromSeconds(seconds);
}
