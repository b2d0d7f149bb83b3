using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>The present form: a schedule on local dates at a fixed offset.</summary>
/// <remarks>Rules: MW-20…25, MW-40…43, MW-49a.</remarks>
public sealed record MaintenanceWindow : MaintenanceTimes
{
    private readonly Duration _length;

    /// <summary>A window of validated values; see <see cref="MaintenanceValidation"/> for values that are not.</summary>
    public MaintenanceWindow(Schedule schedule, int durationHours, LocalTime startTime, Offset utcOffset, LocalDate startDate, ImmutableArray<BlockedDates> notAllowedDates)
        : base(BlockedTime.OfDates(notAllowedDates, utcOffset))
    {
        (Schedule, DurationHours, StartTime, UtcOffset, StartDate, NotAllowedDates) = (schedule, durationHours, startTime, utcOffset, startDate, notAllowedDates);
        _length = Duration.FromHours(durationHours);
    }

    /// <summary>The schedule (MW-20).</summary>
    public Schedule Schedule { get; }

    /// <summary>Length in hours, 4 to 24 (MW-21).</summary>
    public int DurationHours { get; }

    /// <summary>Local opening time (MW-22).</summary>
    public LocalTime StartTime { get; }

    /// <summary>The fixed offset from UTC (MW-23). MW-41: no zone names, no daylight saving.</summary>
    public Offset UtcOffset { get; }

    /// <summary>Local date from which the schedule counts; nothing before it (MW-24, MW-43).</summary>
    public LocalDate StartDate { get; }

    /// <summary>Blocked local dates (MW-25).</summary>
    public ImmutableArray<BlockedDates> NotAllowedDates { get; }

    /// <inheritdoc />
    public override Occurrence? OccurrenceEndingAfter(Instant instant)
    {
        // An occurrence ends after the instant if it starts later than (instant − length); that instant's local date is the earliest candidate,
        // and it or the next one is the answer.
        var from = CalendarEdges.DateAt(instant, _length, UtcOffset);
        while (from is { } date && Schedule.Next(StartDate, date) is { } next)
        {
            // MW-40: UTC start = local date + start time − offset. "02:00" at +02:00 is 00:00 UTC.
            var start = CalendarEdges.InstantOf(next, StartTime, UtcOffset);
            var end = CalendarEdges.InstantOf(next, StartTime, UtcOffset, _length);
            if (end > instant && start < end)
            {
                return new Occurrence(start, end);
            }

            from = next == LocalDate.MaxIsoValue ? null : next.PlusDays(1);
        }

        return null;
    }

    /// <summary>Equal when all values are.</summary>
    public bool Equals(MaintenanceWindow? other) =>
        other is not null && Schedule == other.Schedule && DurationHours == other.DurationHours && StartTime == other.StartTime
        && UtcOffset == other.UtcOffset && StartDate == other.StartDate && NotAllowedDates.AsSpan().SequenceEqual(other.NotAllowedDates.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Schedule, DurationHours, StartTime, UtcOffset, StartDate, NotAllowedDates.Length);
}
