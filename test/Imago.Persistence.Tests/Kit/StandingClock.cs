namespace Imago.Persistence.Tests.Kit;

/// <summary>A clock that stands.</summary>
internal sealed class StandingClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => new(2026, 11, 2, 8, 0, 0, TimeSpan.Zero);
}
