using NodaTime;

namespace Imago.Agent.Tests.Kit;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class SetClock : TimeProvider
{
    public Instant Now { get; set; } = Instant.FromUtc(2026, 11, 24, 22, 0);

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();
}
