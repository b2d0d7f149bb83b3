using NodaTime;

namespace Imago.Application.Tests.Reconciling.Kit;

/// <summary>A clock that stands still until a test moves it; wall and monotonic time move apart when somebody sets the wall clock.</summary>
internal sealed class ManualClock : TimeProvider
{
    private Duration _elapsed = Duration.Zero;
    private Duration _set = Duration.Zero;

    public static Instant Start { get; } = Instant.FromUtc(2026, 8, 10, 0, 0);

    public Instant Now => Start + _elapsed + _set;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public void Pass(double seconds) => _elapsed += Duration.FromSeconds(seconds);

    public void SetWall(double seconds) => _set += Duration.FromSeconds(seconds);

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();

    public override long GetTimestamp() => _elapsed.BclCompatibleTicks;
}
