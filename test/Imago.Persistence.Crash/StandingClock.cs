namespace Imago.Persistence.Crash;

/// <summary>A clock that stands: what is written has instants of its own.</summary>
internal sealed class StandingClock : TimeProvider
{
    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;
}
