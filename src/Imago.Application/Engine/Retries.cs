using Imago.Domain;
using NodaTime;

namespace Imago.Application.Engine;

/// <summary>How long to wait after failures: doubling up to a bound, with a jitter that follows from a seed, so that it is the same every time and different everywhere.</summary>
internal static class Retries
{
    /// <summary>The wait after a number of failures, from 1: between half of the full wait and all of it.</summary>
    public static Duration After(int failures, EngineOptions options, string who)
    {
        var full = Duration.Min(options.LongestRetry, options.FirstRetry * Math.Pow(2, Math.Min(failures - 1, 16)));
        return full * (0.5 + (StableHash.Of($"{options.Seed}/{who}/{failures}") % 1000 / 2000.0));
    }
}
