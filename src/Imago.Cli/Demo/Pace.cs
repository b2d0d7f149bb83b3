using NodaTime;

namespace Imago.Cli.Demo;

/// <summary>Turns virtual time into waiting time. Of a long stretch in which nothing is told, only the beginning is waited for.</summary>
/// <param name="speed">Virtual seconds per second.</param>
/// <param name="clock">The clock to wait by.</param>
internal sealed class Pace(double speed, TimeProvider clock)
{
    private static readonly Duration LongestSilence = Duration.FromSeconds(2);
    private static readonly Duration ShortestWait = Duration.FromMilliseconds(30);
    private Duration _owed = Duration.Zero;
    private Duration _silence = Duration.Zero;

    /// <summary>There is something new to look at.</summary>
    public void Told() => _silence = Duration.Zero;

    public async Task WaitAsync(Duration passed, CancellationToken cancellation)
    {
        var next = Duration.Min(passed / speed, LongestSilence - _silence);
        _silence += next;

        // Tiny waits add up to more than they should; they are saved until they are worth one.
        _owed += next;
        if (_owed >= ShortestWait)
        {
            var wait = _owed.ToTimeSpan();
            _owed = Duration.Zero;
            await Task.Delay(wait, clock, cancellation);
        }
    }
}
