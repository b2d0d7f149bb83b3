using System.Diagnostics;

namespace Imago.Machines.Tests.Kit;

/// <summary>Waits for what programs do in a machine.</summary>
internal static class Soon
{
    private static readonly TimeSpan AtMost = TimeSpan.FromSeconds(60);

    public static async Task Async(string what, Func<bool> seen)
    {
        var waited = Stopwatch.StartNew();
        while (!seen())
        {
            if (waited.Elapsed > AtMost)
            {
                throw new TimeoutException($"{what}: not within {AtMost.TotalSeconds} s.");
            }

            await Task.Delay(50);
        }
    }
}
