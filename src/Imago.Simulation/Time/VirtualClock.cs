using NodaTime;

namespace Imago.Simulation.Time;

/// <summary>
/// The clock that production code sees in the simulation. The wall clock may be set (<see cref="Skew"/>); the monotonic one goes on evenly whatever happens.
/// </summary>
public sealed class VirtualClock(VirtualTime time) : TimeProvider
{
    /// <summary>How far the wall clock is ahead of the world's time; may be negative.</summary>
    public Duration Skew { get; set; } = Duration.Zero;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => (time.Now + Skew).ToDateTimeOffset();

    public override long GetTimestamp() => (time.Now - time.Start).BclCompatibleTicks;

    /// <summary>Not offered: shells wake at instants that the loop knows of, and never keep timers of their own.</summary>
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        throw new NotSupportedException("The simulated clock has no timers: wake at an instant instead.");
}
