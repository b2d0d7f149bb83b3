using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>
/// Between instants and local dates at a fixed offset, up to the edges of the calendar (-9998-01-01 to 9999-12-31). There an instant may have no local
/// date, and a local time no instant; NodaTime throws, a question about windows gets an answer instead.
/// </summary>
internal static class CalendarEdges
{
    private static readonly Duration Span = Instant.MaxValue - Instant.MinValue;

    /// <summary>The local date of an instant moved back by a length: the first of the calendar if it lies before it, null if after it.</summary>
    public static LocalDate? DateAt(Instant instant, Duration back, Offset offset)
    {
        var sinceFirst = instant - Instant.MinValue - back + Duration.FromSeconds(offset.Seconds);
        return sinceFirst < Duration.Zero ? LocalDate.MinIsoValue : sinceFirst > Span ? null : LocalDate.MinIsoValue.PlusDays(sinceFirst.Days);
    }

    /// <summary>The instant that lies a length after a local date and time; at the edge itself if it lies beyond.</summary>
    public static Instant InstantOf(LocalDate date, LocalTime time, Offset offset, Duration length = default)
    {
        var sinceFirst = Duration.FromDays(Period.DaysBetween(LocalDate.MinIsoValue, date)) + Duration.FromNanoseconds(time.NanosecondOfDay) - Duration.FromSeconds(offset.Seconds) + length;
        return Instant.MinValue + Duration.Max(Duration.Zero, Duration.Min(Span, sinceFirst));
    }

    /// <summary>An instant later by a length; the last of the calendar if it lies beyond.</summary>
    public static Instant Later(Instant instant, Duration length) => length > Instant.MaxValue - instant ? Instant.MaxValue : instant + length;
}
