using NodaTime;

namespace Imago.Api.Tests.Authentication;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class MovedClock(Instant start) : TimeProvider
{
    public Instant Now { get; set; } = start;

    public override DateTimeOffset GetUtcNow() => Now.ToDateTimeOffset();
}
