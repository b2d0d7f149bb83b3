using NodaTime;

namespace Imago.Simulation.Tests.Serving.Kit;

/// <summary>The real clock of a server, moved by hand.</summary>
internal sealed class SetClock(Instant start) : TimeProvider
{
    public Instant Now { get; set; } = start;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();

    public override long GetTimestamp() => (Now - Instant.FromUnixTimeTicks(0)).BclCompatibleTicks;
}
