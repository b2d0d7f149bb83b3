using System.Diagnostics;

namespace Imago.Acceptance.Tests.Serving;

/// <summary>Waits for what another process does: asks again and again, and gives up after a time with what was seen last.</summary>
internal static class Until
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    /// <summary>The first answer that is wanted.</summary>
    /// <param name="what">What is waited for, for the message of a failure.</param>
    /// <param name="atMost">How long.</param>
    /// <param name="ask">One look.</param>
    /// <param name="wanted">Whether that is it.</param>
    /// <param name="pause">Between two looks; null: a fifth of a second.</param>
    public static async Task<T> Async<T>(string what, TimeSpan atMost, Func<Task<T>> ask, Func<T, bool> wanted, TimeSpan? pause = null)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            var seen = await ask();
            if (wanted(seen))
            {
                return seen;
            }

            if (waited.Elapsed > atMost)
            {
                throw new TimeoutException($"{what}: not within {atMost.TotalSeconds} s. Seen last: {seen}");
            }

            await Task.Delay(pause ?? Pause);
        }
    }
}
