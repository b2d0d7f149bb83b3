using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>The times of a maintenance configuration: either form answers for its windows.</summary>
public abstract record MaintenanceTimes
{
    private protected MaintenanceTimes()
    {
    }

    /// <summary>The first effective window that ends after an instant; null if there is none before the end of the calendar.</summary>
    /// <remarks>Its cost depends neither on the distance from the start date nor on the length of blocked time.</remarks>
    public abstract Window? FirstEndingAfter(Instant instant);

    /// <summary>When blocked time that hides scheduled windows right now ends; null if nothing is blocked now (MW-49).</summary>
    public abstract Instant? BlockedUntil(Instant instant);

    /// <summary>Effective windows that end after an instant, in order, lazily.</summary>
    public IEnumerable<Window> EndingAfter(Instant instant)
    {
        for (var window = FirstEndingAfter(instant); window is { } found; window = FirstEndingAfter(found.End))
        {
            yield return found;
        }
    }

    /// <summary>Whether a window is open at an instant, and which opens next.</summary>
    public WindowState StateAt(Instant now)
    {
        var first = FirstEndingAfter(now);
        return first is { } window && window.Contains(now) ? new WindowState(window, FirstEndingAfter(window.End)) : new WindowState(null, first);
    }
}

/// <summary>The present form: a schedule on local dates at a fixed offset.</summary>
/// <remarks>Rules: MW-20…25, MW-40…43, MW-49a.</remarks>
public sealed record MaintenanceWindow : MaintenanceTimes
{
    private readonly BlockedTime _blocked;
    private readonly Duration _length;

    /// <summary>A window of validated values; see <see cref="MaintenanceValidation"/> for values that are not.</summary>
    public MaintenanceWindow(Schedule schedule, int durationHours, LocalTime startTime, Offset utcOffset, LocalDate startDate, ImmutableArray<BlockedDates> notAllowedDates)
    {
        (Schedule, DurationHours, StartTime, UtcOffset, StartDate, NotAllowedDates) = (schedule, durationHours, startTime, utcOffset, startDate, notAllowedDates);
        _blocked = BlockedTime.OfDates(notAllowedDates, utcOffset);
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
    public override Instant? BlockedUntil(Instant instant) => _blocked.BlockedUntil(instant);

    /// <inheritdoc />
    public override Window? FirstEndingAfter(Instant instant)
    {
        // An occurrence ends after the instant if it starts later than (instant − length); that instant's local date is the earliest candidate.
        var from = LocalDateOf(instant, _length);
        while (from is { } date && Schedule.Next(StartDate, date) is { } next)
        {
            // MW-40: UTC start = local date + start time − offset. "02:00" at +02:00 is 00:00 UTC.
            var start = (next + StartTime).WithOffset(UtcOffset).ToInstant();
            var end = start + _length;
            var resume = end;
            for (var at = start; _blocked.FirstFree(at, end) is { } free; at = free.End)
            {
                // MW-49a: a block in the middle splits the occurrence; each part is a window of its own.
                if (free.End > instant)
                {
                    return new Window(free.Start, free.End, start);
                }
            }

            if (_blocked.BlockedUntil(start) is { } until && until >= end)
            {
                // The whole occurrence is blocked. Jump past the block instead of asking day by day, so that a century of blocked dates costs one step.
                resume = until;
                from = LocalDateOf(resume, _length);
                if (from is { } jumped && jumped <= next)
                {
                    from = Following(next);
                }
            }
            else
            {
                from = Following(next);
            }
        }

        return null;
    }

    private static LocalDate? Following(LocalDate date) => date == LocalDate.MaxIsoValue ? null : date.PlusDays(1);

    // Instants at the calendar's edges have no local date at every offset: clamp before, give up after.
    private LocalDate? LocalDateOf(Instant instant, Duration back)
    {
        if (instant - Instant.MinValue < back + Duration.FromDays(1))
        {
            return LocalDate.MinIsoValue;
        }

        return Instant.MaxValue - instant < Duration.FromDays(1) ? null : (instant - back).WithOffset(UtcOffset).Date;
    }
}
