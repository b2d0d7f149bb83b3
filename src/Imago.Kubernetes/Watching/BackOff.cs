namespace Imago.Kubernetes.Watching;

/// <summary>How long to wait after the failures so far.</summary>
internal sealed class BackOff(InformerOptions options, TimeProvider time, Func<double> jitter)
{
    private int _failures;
    private long _last;

    /// <summary>The wait after one more failure.</summary>
    public TimeSpan Next()
    {
        if (_failures > 0 && time.GetElapsedTime(_last) > options.WellAfter + options.LongestWait)
        {
            _failures = 0;
        }

        var wait = Math.Min(options.FirstWait.TotalSeconds * Math.Pow(2, Math.Min(_failures, 30)), options.LongestWait.TotalSeconds);
        _failures++;
        _last = time.GetTimestamp();
        return TimeSpan.FromSeconds(wait * (1 + jitter()));
    }

    /// <summary>It went well for a while: what failed before is forgotten.</summary>
    public void Forgive() => _failures = 0;

    /// <summary>Waits that long, or as long as the server asks for if that is longer.</summary>
    public Task WaitAsync(TimeSpan? asked, CancellationToken cancellation)
    {
        var wait = Next();
        return Task.Delay(asked > wait ? asked.Value : wait, time, cancellation);
    }
}
