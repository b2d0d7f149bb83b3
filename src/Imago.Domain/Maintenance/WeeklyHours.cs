using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>One entry of the legacy form: a weekday and its hours, UTC.</summary>
/// <param name="Day">The weekday.</param>
/// <param name="HourSlots">Slots 0–23; slot h is [h:00, h+1:00). Null: the whole day (MW-72).</param>
/// <remarks>Rules: MW-70, MW-72.</remarks>
public sealed record TimeInWeek(IsoDayOfWeek Day, ImmutableArray<int>? HourSlots);

/// <summary>The legacy form of <c>default</c>: hours of the week in UTC, less blocked instants.</summary>
/// <remarks>Rules: MW-70…74.</remarks>
public sealed record WeeklyHours : MaintenanceTimes
{
    private const int HoursPerWeek = 7 * 24;

    // 1970-01-05 was a Monday; weeks are counted from there.
    private static readonly Instant FirstMonday = Instant.FromUtc(1970, 1, 5, 0, 0);

    private readonly ImmutableArray<(int Start, int Length)> _runs;
    private readonly BlockedTime _blocked;

    /// <summary>Hours of the week of validated values.</summary>
    public WeeklyHours(ImmutableArray<TimeInWeek> entries, ImmutableArray<(Instant Start, Instant End)> notAllowedTime)
    {
        Entries = entries;
        NotAllowedTime = notAllowedTime;
        _blocked = BlockedTime.Of(notAllowedTime);
        _runs = Runs(entries);
    }

    /// <summary>The entries as written.</summary>
    public ImmutableArray<TimeInWeek> Entries { get; }

    /// <summary>Blocked instants, half-open (MW-73).</summary>
    public ImmutableArray<(Instant Start, Instant End)> NotAllowedTime { get; }

    /// <inheritdoc />
    public override Instant? BlockedUntil(Instant instant) => _blocked.BlockedUntil(instant);

    /// <inheritdoc />
    public override Window? FirstEndingAfter(Instant instant)
    {
        if (_runs.IsEmpty)
        {
            return null;
        }

        // A run may begin in the week before and reach into this one.
        var week = (long)Math.Floor((instant - FirstMonday).TotalHours / HoursPerWeek) - 1;
        while (true)
        {
            var weekStart = FirstMonday + Duration.FromHours(week * HoursPerWeek);
            if (weekStart > Instant.MaxValue - Duration.FromDays(15))
            {
                return null;
            }

            foreach (var (first, length) in _runs)
            {
                var start = weekStart + Duration.FromHours(first);
                var end = start + Duration.FromHours(length);
                for (var at = start; _blocked.FirstFree(at, end) is { } free; at = free.End)
                {
                    if (free.End > instant)
                    {
                        return new Window(free.Start, free.End, start);
                    }
                }
            }

            // Nothing left in this week: go on with the next, or with the one in which a block that covers all of it ends.
            var nextWeek = weekStart + Duration.FromHours(HoursPerWeek);
            var until = _blocked.BlockedUntil(nextWeek);
            week = until is { } far && far < Instant.MaxValue - Duration.FromDays(15)
                ? Math.Max(week + 1, (long)Math.Floor((far - FirstMonday).TotalHours / HoursPerWeek) - 1)
                : until is null ? week + 1 : long.MaxValue / HoursPerWeek / 4;
            if (week > 1_000_000_000)
            {
                return null;
            }
        }
    }

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
