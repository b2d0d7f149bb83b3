using Shouldly;

namespace Imago.Kubernetes.Tests.Kit;

/// <summary>Waits for what another thread does.</summary>
internal static class Eventually
{
    public static async Task IsTrueAsync(Func<bool> condition, string what, int seconds = 15)
    {
        var clock = new RealClock();
        for (var began = clock.GetTimestamp(); !condition();)
        {
            clock.GetElapsedTime(began).ShouldBeLessThan(TimeSpan.FromSeconds(seconds), what);
            await Task.Delay(10);
        }
    }
}
