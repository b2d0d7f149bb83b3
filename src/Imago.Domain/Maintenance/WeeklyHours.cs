using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>One entry of the legacy form: a weekday and its hours, UTC.</summary>
/// <param name="Day">The weekday.</param>
/// <param name="HourSlots">Slots 0–23; slot h is [h:00, h+1:00). Null: the whole day (MW-72).</param>
/// <remarks>Rules: MW-70, MW-72.</remarks>
public sealed record TimeInWeek(IsoDayOfWeek Day, ImmutableArray<int>? HourSlots)
{
    /// <summary>Equal when the slots are, as written.</summary>
    public bool Equals(TimeInWeek? other) =>
        other is not null && Day == other.Day && HourSlots.HasValue == other.HourSlots.HasValue
        && (HourSlots ?? []).AsSpan().SequenceEqual((other.HourSlots ?? []).AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(Day, HourSlots?.Length);
}

/// <summary>The legacy form of <c>default</c>: hours of the week in UTC, less blocked instants.</summary>
/// <remarks>Rules: MW-70…74.</remarks>
public sealed record WeeklyHours : MaintenanceTimes
{
    private const int HoursPerWeek = 7 * 24;

    // Weeks begin on Monday (MW-71: the run that crosses from Sunday belongs to Sunday's week); the calendar does not.
    private static readonly int HoursBeforeCalendar = 24 * ((int)LocalDate.MinIsoValue.DayOfWeek - 1);
    private static readonly int HoursOfCalendar = ((Instant.MaxValue - Instant.MinValue).Days + 1) * 24;

    private readonly ImmutableArray<(int Start, int Length)> _runs;

    /// <summary>Hours of the week of validated values.</summary>
    public WeeklyHours(ImmutableArray<TimeInWeek> entries, ImmutableArray<(Instant Start, Instant End)> notAllowedTime)
        : base(BlockedTime.Of(notAllowedTime))
    {
        Entries = entries;
        NotAllowedTime = notAllowedTime;
        _runs = Runs(entries);
    }

    /// <summary>The entries as written.</summary>
    public ImmutableArray<TimeInWeek> Entries { get; }

    /// <summary>Blocked instants, half-open (MW-73).</summary>
    public ImmutableArray<(Instant Start, Instant End)> NotAllowedTime { get; }

    /// <inheritdoc />
    public override Occurrence? OccurrenceEndingAfter(Instant instant)
    {
        // Whole hours since the first Monday on or before the calendar's first instant: never negative, so that division rounds down.
        var sinceFirst = instant - Instant.MinValue;
        var week = ((sinceFirst.Days * 24) + sinceFirst.Hours + HoursBeforeCalendar) / HoursPerWeek;

        // A run may begin in the week before and reach into this one; next week has all of them.
        for (var candidate = Math.Max(0, week - 1); candidate <= week + 1; candidate++)
        {
            foreach (var (first, length) in _runs)
            {
                var hour = (candidate * HoursPerWeek) + first - HoursBeforeCalendar;
                if (hour >= 0 && hour < HoursOfCalendar)
                {
                    var start = Instant.MinValue + Duration.FromHours(hour);
                    var end = CalendarEdges.Later(start, Duration.FromHours(length));
                    if (end > instant)
                    {
                        return new Occurrence(start, end);
                    }
                }
            }
        }

        return null;
    }

    /// <summary>Equal when entries and blocked instants are, as written.</summary>
    public bool Equals(WeeklyHours? other) =>
        other is not null && NotAllowedTime.AsSpan().SequenceEqual(other.NotAllowedTime.AsSpan()) && Entries.AsSpan().SequenceEqual(other.Entries.AsSpan());

    /// <inheritdoc />
    public override int GetHashCode() => HashCode.Combine(NotAllowedTime.Length, Entries.Length, _runs.Length, _runs.IsEmpty ? default : _runs[0]);

    /// <summary>The present form of these hours, when it can say exactly the same; null when it cannot.</summary>
    /// <param name="startDate">Date from which the new form counts.</param>
    /// <remarks>MW-74: one day, one run of at least 4 slots, no blocked time. MW-37: shorter windows cannot be written in the new form.</remarks>
    public MaintenanceWindow? ToWindow(LocalDate startDate)
    {
        if (_runs.Length != 1 || !NotAllowedTime.IsEmpty || Entries.Select(e => e.Day).Distinct().Count() != 1)
        {
            return null;
        }

        var (start, length) = _runs[0];
        return length is < 4 or > 24
            ? null
            : new MaintenanceWindow(
                new Schedule.Weekly(1, (IsoDayOfWeek)(1 + (start / 24))), length, new LocalTime(start % 24, 0), Offset.Zero, startDate, []);
    }

    // MW-71: the same day twice is a union; neighbouring slots, also across midnight and across the end of the week, form one window.
    private static ImmutableArray<(int Start, int Length)> Runs(ImmutableArray<TimeInWeek> entries)
    {
        var hours = new bool[HoursPerWeek];
        foreach (var entry in entries)
        {
            // MW-72: no slots, the whole day.
            foreach (var slot in entry.HourSlots ?? [.. Enumerable.Range(0, 24)])
            {
                hours[(((int)entry.Day - 1) * 24) + slot] = true;
            }
        }

        if (Array.TrueForAll(hours, h => h))
        {
            // Always open: one window a week, so that windows stay countable.
            return [(0, HoursPerWeek)];
        }

        var runs = ImmutableArray.CreateBuilder<(int Start, int Length)>();
        for (var hour = 0; hour < HoursPerWeek; hour++)
        {
            if (hours[hour] && !hours[(hour + HoursPerWeek - 1) % HoursPerWeek])
            {
                var length = 1;
                while (hours[(hour + length) % HoursPerWeek])
                {
                    length++;
                }

                runs.Add((hour, length));
            }
        }

        return runs.ToImmutable();
    }
}
