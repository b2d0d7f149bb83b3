using NodaTime;

namespace Imago.Kubernetes.Tests.Providers.Kit;

/// <summary>A clock that a test sets, with the machine's own timers: sockets do not wait for virtual time.</summary>
internal sealed class WorldClock(Func<Instant> now) : TimeProvider
{
    public WorldClock(Instant now)
        : this(() => now)
    {
    }

    public override DateTimeOffset GetUtcNow() => now().ToDateTimeOffset();
}
