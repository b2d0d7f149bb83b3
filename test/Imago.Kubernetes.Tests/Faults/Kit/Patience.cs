using System.Diagnostics;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>Waits for what happens by itself.</summary>
internal static class Patience
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>Looks until nothing is missing any more.</summary>
    /// <param name="what">What is waited for, for the message of a failure.</param>
    /// <param name="atMost">How long.</param>
    /// <param name="missing">What is missing; null: nothing.</param>
    /// <param name="more">What else the message of a failure tells.</param>
    public static async Task UntilAsync(string what, TimeSpan atMost, Func<Task<string?>> missing, Func<string>? more = null)
    {
        var waited = Stopwatch.StartNew();
        while (await missing() is { } lacking)
        {
            if (waited.Elapsed > atMost)
            {
                throw new TimeoutException($"Not within {atMost.TotalSeconds} s: {what}. {lacking}\n{more?.Invoke()}");
            }

            await Task.Delay(Pause);
        }
    }
}
