using NodaTime;

namespace Imago.Simulation.Forecasts;

/// <summary>The length of what overlapping intervals cover together.</summary>
internal static class Union
{
    public static Duration LengthWithin(Interval whole, IEnumerable<Interval> parts)
    {
        var length = Duration.Zero;
        var reached = whole.Start;
        foreach (var part in parts.OrderBy(p => p.Start))
        {
            var from = Instant.Max(part.Start, reached);
            var to = Instant.Min(part.End, whole.End);
            if (to > from)
            {
                length += to - from;
                reached = to;
            }
        }

        return length;
    }
}
