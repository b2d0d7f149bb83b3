using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>Turns virtual time into waiting time. Long stretches in which nothing happens are cut short.</summary>
/// <param name="speed">Virtual seconds per second.</param>
/// <param name="clock">The clock to wait by.</param>
internal sealed class Pace(double speed, TimeProvider clock)
{
    private static readonly Duration LongestWait = Duration.FromSeconds(1.5);
    private static readonly Duration ShortestWait = Duration.FromMilliseconds(30);
    private Duration _owed = Duration.Zero;

    public async Task WaitAsync(Duration passed, CancellationToken cancellation)
    {
        // Tiny waits add up to more than they should; they are saved until they are worth one.
        _owed += Duration.Min(passed / speed, LongestWait);
        if (_owed >= ShortestWait)
        {
            var wait = _owed.ToTimeSpan();
            _owed = Duration.Zero;
            await Task.Delay(wait, clock, cancellation);
        }
    }
}
