namespace Imago.Cli.Tests.Kit;

/// <summary>A clock that stands still.</summary>
internal sealed class StandingClock(DateTimeOffset now) : TimeProvider
{
    public StandingClock()
        : this(DateTimeOffset.Parse(CommandRun.Now))
    {
    }

    public override DateTimeOffset GetUtcNow() => now;
}
