using System.Collections.Concurrent;
using System.Diagnostics;

namespace Imago.Bench.Servers;

/// <summary>
/// Requests at a fixed rate, whether the ones before have been answered or not, each measured from the moment at which it was due: a server that falls behind
/// cannot slow down who asks it.
/// </summary>
internal static class SteadyLoad
{
    public static async Task<(Latencies Latencies, int Failed)> RunAsync(int perSecond, TimeSpan length, Func<int, Task<bool>> send)
    {
        var total = (int)(perSecond * length.TotalSeconds);
        ConcurrentBag<double> answered = [];
        var failed = 0;
        var clock = Stopwatch.StartNew();
        List<Task> underWay = new(total);
        for (var n = 0; n < total; n++)
        {
            var due = TimeSpan.FromSeconds((double)n / perSecond);
            // A timer's grain is a millisecond; what is due within it is sent together.
            while (clock.Elapsed < due)
            {
                await Task.Delay(1);
            }

            underWay.Add(OneAsync(n, due));
        }

        await Task.WhenAll(underWay);
        return (new Latencies(answered), failed);

        async Task OneAsync(int number, TimeSpan due)
        {
            if (await send(number))
            {
                answered.Add((clock.Elapsed - due).TotalMilliseconds);
            }
            else
            {
                Interlocked.Increment(ref failed);
            }
        }
    }
}
