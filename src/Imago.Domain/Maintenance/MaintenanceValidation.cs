using System.Collections.Immutable;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Maintenance;

/// <summary>In which circumstances a draft is validated.</summary>
/// <param name="Kind">The configuration it is for.</param>
/// <param name="Now">Today follows from it, in the draft's offset.</param>
/// <param name="IsStored">True: the document counts as stored, so that its start date may lie in the past.</param>
/// <param name="Stored">The configuration it replaces; null when it is new.</param>
public sealed record ValidationContext(ConfigurationKind Kind, Instant Now, bool IsStored, MaintenanceConfiguration? Stored = null);

/// <summary>Turns a draft into a configuration, or into all its problems at once, each with its path.</summary>
/// <remarks>Rules: MW-20…37.</remarks>
public static class MaintenanceValidation
{
    private const int MostBlockedRanges = 100;

    private static readonly LocalDatePattern DatePattern = LocalDatePattern.CreateWithInvariantCulture("uuuu-MM-dd");
    private static readonly LocalTimePattern TimePattern = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    /// <summary>The configuration, or its problems in document order; exactly one of them is given.</summary>
    public static (MaintenanceConfiguration? Value, ImmutableArray<Problem> Problems) Validate(MaintenanceDraft draft, ValidationContext context)
    {
        var problems = ImmutableArray.CreateBuilder<Problem>();
        var windowPath = draft.WindowPath ?? Join(draft.Path, "maintenanceWindow");
        var legacy = draft.TimeInWeek is not null || draft.NotAllowedTime is not null;
        if (draft.Window is not null && legacy)
        {
            // MW-35: one form or the other.
            problems.Add(new(windowPath, "'maintenanceWindow' cannot be combined with 'timeInWeek' or 'notAllowedTime'. Keep one form."));
        }
        else if (draft.Window is null && !legacy)
        {
            problems.Add(new(windowPath, "A maintenance configuration needs 'maintenanceWindow' (or, for 'default' only, the older 'timeInWeek')."));
        }

        MaintenanceTimes? times = draft.Window is { } window ? ReadWindow(window, windowPath, context, problems) : null;
        if (legacy)
        {
            times = ReadHours(draft, context, problems);
        }

        return problems.Count == 0 && times is not null
            ? (new MaintenanceConfiguration(context.Kind, times), [])
            : (null, problems.ToImmutable());
    }

    private static MaintenanceWindow? ReadWindow(WindowDraft draft, string path, ValidationContext context, ImmutableArray<Problem>.Builder problems)
    {
        var schedule = ReadSchedule(draft.Schedule, Join(path, "schedule"), context.Kind, problems);

        // MW-21, MW-37: required, although the schema carries a client default; shorter than four hours cannot be written.
        var duration = InRange(draft.DurationHours, 4, 24, Join(path, "durationHours"), problems);
        var startTime = ReadStartTime(draft.StartTime, Join(path, "startTime"), problems);
        var offset = ReadOffset(draft.UtcOffset, Join(path, "utcOffset"), problems);
        var today = CalendarEdges.DateAt(context.Now, Duration.Zero, offset ?? Offset.Zero) ?? LocalDate.MaxIsoValue;
        var startDate = ReadStartDate(draft.StartDate, Join(path, "startDate"), today, context, problems);
        var blocked = ReadBlockedDates(draft.NotAllowedDates, Join(path, "notAllowedDates"), problems);
        return schedule is null || duration is null || startTime is null || offset is null || startDate is null || blocked is null
            ? null
            : new MaintenanceWindow(schedule, duration.Value, startTime.Value, offset.Value, startDate.Value, blocked.Value);
    }

    private static Schedule? ReadSchedule(ScheduleDraft? draft, string path, ConfigurationKind kind, ImmutableArray<Problem>.Builder problems)
    {
        var present = new List<(string Name, RecurrenceDraft Value)>();
        Add("daily", draft?.Daily);
        Add("weekly", draft?.Weekly);
        Add("absoluteMonthly", draft?.AbsoluteMonthly);
        Add("relativeMonthly", draft?.RelativeMonthly);
        if (present.Count != 1)
        {
            // MW-20, MW-30: exactly one of the four.
            problems.Add(new(path, present.Count == 0
                ? "A schedule is required: exactly one of 'daily', 'weekly', 'absoluteMonthly', 'relativeMonthly'."
                : $"A schedule has exactly one type, found {string.Join(", ", present.Select(p => $"'{p.Name}'"))}. Keep one."));
            return null;
        }

        var (name, value) = present[0];
        path = Join(path, name);
        var before = problems.Count;

        // MW-26, MW-28, MW-29, MW-32: 'default' knows weekly schedules only, and only every week (MW-27).
        if (kind == ConfigurationKind.Default && !string.Equals(name, "weekly", StringComparison.Ordinal))
        {
            problems.Add(new(path, $"Configuration 'default' allows a 'weekly' schedule only, found '{name}'."));
        }

        Schedule schedule = name switch
        {
            "daily" => ReadDaily(value, path, problems),
            "weekly" => ReadWeekly(value, path, kind, problems),
            "absoluteMonthly" => ReadAbsolute(value, path, problems),
            _ => ReadRelative(value, path, problems),
        };
        return problems.Count == before ? schedule : null;

        void Add(string type, RecurrenceDraft? recurrence)
        {
            if (recurrence is not null)
            {
                present.Add((type, recurrence));
            }
        }
    }

    // MW-26: 1–7 days.
    private static Schedule.Daily ReadDaily(RecurrenceDraft value, string path, ImmutableArray<Problem>.Builder problems) =>
        new(InRange(value.Interval, 1, 7, Join(path, "intervalDays"), problems) ?? 0);

    // MW-27: 1–4 weeks, one weekday (MW-38); 'default' every week.
    private static Schedule.Weekly ReadWeekly(RecurrenceDraft value, string path, ConfigurationKind kind, ImmutableArray<Problem>.Builder problems) =>
        new(InRange(value.Interval, 1, kind == ConfigurationKind.Default ? 1 : 4, Join(path, "intervalWeeks"), problems) ?? 0,
            Named<IsoDayOfWeek>(value.DayOfWeek, Join(path, "dayOfWeek"), problems));

    // MW-28: 1–6 months, day 1–31.
    private static Schedule.AbsoluteMonthly ReadAbsolute(RecurrenceDraft value, string path, ImmutableArray<Problem>.Builder problems) =>
        new(InRange(value.Interval, 1, 6, Join(path, "intervalMonths"), problems) ?? 0,
            InRange(value.DayOfMonth, 1, 31, Join(path, "dayOfMonth"), problems) ?? 0);

    // MW-29: 1–6 months, First…Last, weekday.
    private static Schedule.RelativeMonthly ReadRelative(RecurrenceDraft value, string path, ImmutableArray<Problem>.Builder problems) =>
        new(InRange(value.Interval, 1, 6, Join(path, "intervalMonths"), problems) ?? 0,
            Named<WeekIndex>(value.WeekIndex, Join(path, "weekIndex"), problems),
            Named<IsoDayOfWeek>(value.DayOfWeek, Join(path, "dayOfWeek"), problems));

    private static LocalTime? ReadStartTime(string? text, string path, ImmutableArray<Problem>.Builder problems)
    {
        // MW-22, MW-31: two digits, colon, two digits, within a day.
        if (text is not null && text.Length == 5 && TimePattern.Parse(text) is { Success: true } parsed)
        {
            return parsed.Value;
        }

        problems.Add(new(path, text is null ? "'startTime' is required: 'HH:mm', 00:00 to 23:59." : $"'{Shown(text)}' is not a time. Write 'HH:mm', 00:00 to 23:59."));
        return null;
    }

    private static Offset? ReadOffset(string? text, string path, ImmutableArray<Problem>.Builder problems)
    {
        // MW-23: absent means UTC; ±HH:MM within 14 hours.
        if (text is null)
        {
            return Offset.Zero;
        }

        if (text.Length == 6 && text[0] is '+' or '-' && text[3] == ':' && Digits(text[1..3]) is { } hours && Digits(text[4..]) is { } minutes && minutes <= 59
            && (hours * 60) + minutes <= 14 * 60)
        {
            return Offset.FromSeconds((text[0] == '-' ? -1 : 1) * ((hours * 60) + minutes) * 60);
        }

        problems.Add(new(path, $"'{Shown(text)}' is not an offset from UTC. Write '+HH:MM' or '-HH:MM', at most 14:00."));
        return null;
    }

    private static LocalDate? ReadStartDate(string? text, string path, LocalDate today, ValidationContext context, ImmutableArray<Problem>.Builder problems)
    {
        if (text is null)
        {
            // MW-24: today in the offset; when updating, what is stored stays.
            return (context.Stored?.Times as MaintenanceWindow)?.StartDate ?? today;
        }

        if (ReadDate(text, path, problems) is not { } date)
        {
            return null;
        }

        // MW-33: not before today, unless it is what is stored already.
        if (!context.IsStored && date < today && (context.Stored?.Times as MaintenanceWindow)?.StartDate != date)
        {
            problems.Add(new(path, $"'{text}' lies in the past: today is {DatePattern.Format(today)} at this offset. Choose today or later."));
            return null;
        }

        return date;
    }

    private static ImmutableArray<BlockedDates>? ReadBlockedDates(ImmutableArray<RangeDraft>? ranges, string path, ImmutableArray<Problem>.Builder problems)
    {
        var before = problems.Count;
        var found = ImmutableArray.CreateBuilder<BlockedDates>();
        foreach (var (range, index) in (ranges ?? []).Select((r, i) => (r, i)))
        {
            var at = $"{path}[{index}]";
            var start = Required(range.Start, Join(at, "start"), "a date 'YYYY-MM-DD'", problems) is { } s ? ReadDate(s, Join(at, "start"), problems) : null;
            var end = Required(range.End, Join(at, "end"), "a date 'YYYY-MM-DD'", problems) is { } e ? ReadDate(e, Join(at, "end"), problems) : null;
            if (start is { } first && end is { } last)
            {
                if (last < first)
                {
                    // MW-25, MW-34.
                    problems.Add(new(at, $"The end '{range.End}' lies before the start '{range.Start}'. The end day is included and may be the start day."));
                }
                else
                {
                    found.Add(new BlockedDates(first, last));
                }
            }
        }

        TooMany(ranges?.Length ?? 0, path, problems);
        return problems.Count == before ? found.ToImmutable() : null;
    }

    private static WeeklyHours? ReadHours(MaintenanceDraft draft, ValidationContext context, ImmutableArray<Problem>.Builder problems)
    {
        var before = problems.Count;
        if (context.Kind != ConfigurationKind.Default)
        {
            // MW-36: the older form exists for 'default' only.
            problems.Add(new(Join(draft.Path, "timeInWeek"), $"'timeInWeek' and 'notAllowedTime' are for configuration 'default' only, not for '{ConfigurationNames.NameOf(context.Kind)}'. Use 'maintenanceWindow', or the name 'default'."));
        }

        var entries = ImmutableArray.CreateBuilder<TimeInWeek>();
        foreach (var (entry, index) in (draft.TimeInWeek ?? []).Select((e, i) => (e, i)))
        {
            var at = $"{Join(draft.Path, "timeInWeek")}[{index}]";
            var day = Named<IsoDayOfWeek>(entry.Day, Join(at, "day"), problems);

            // MW-72: absent means the whole day. An empty list would mean never, which nobody writes on purpose.
            if (entry.HourSlots is { IsEmpty: true })
            {
                problems.Add(new(Join(at, "hourSlots"), "'hourSlots' is empty: list at least one slot, 0 to 23, or leave it out for the whole day."));
            }

            // MW-70: slots 0–23, UTC.
            ImmutableArray<int>? slots = entry.HourSlots is { } hours
                ? [.. hours.Select((h, i) => InRange(h, 0, 23, $"{Join(at, "hourSlots")}[{i}]", problems) ?? 0)]
                : null;
            entries.Add(new TimeInWeek(day, slots));
        }

        if (entries.Count == 0)
        {
            problems.Add(new(Join(draft.Path, "timeInWeek"), "'timeInWeek' needs at least one entry: a day and, optionally, its hour slots."));
        }

        var blocked = ImmutableArray.CreateBuilder<(Instant Start, Instant End)>();
        foreach (var (range, index) in (draft.NotAllowedTime ?? []).Select((r, i) => (r, i)))
        {
            var at = $"{Join(draft.Path, "notAllowedTime")}[{index}]";
            var start = ReadInstant(range.Start, Join(at, "start"), problems);
            var end = ReadInstant(range.End, Join(at, "end"), problems);
            if (start is { } first && end is { } last)
            {
                if (last < first)
                {
                    problems.Add(new(at, $"The end '{range.End}' lies before the start '{range.Start}'."));
                }
                else
                {
                    // MW-73: instants, half-open.
                    blocked.Add((first, last));
                }
            }
        }

        TooMany(draft.NotAllowedTime?.Length ?? 0, Join(draft.Path, "notAllowedTime"), problems);
        return problems.Count == before ? new WeeklyHours(entries.ToImmutable(), blocked.ToImmutable()) : null;
    }

    private static void TooMany(int count, string path, ImmutableArray<Problem>.Builder problems)
    {
        // MW-34: no more than 100 ranges.
        if (count > MostBlockedRanges)
        {
            problems.Add(new(path, $"{count} blocked ranges are too many: at most {MostBlockedRanges} are allowed. Join neighbouring ones."));
        }
    }

    private static Instant? ReadInstant(string? text, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (Required(text, path, "an instant such as '2026-12-24T00:00:00Z'", problems) is not { } value)
        {
            return null;
        }

        if (OffsetDateTimePattern.Rfc3339.Parse(value) is { Success: true } parsed)
        {
            // "9999-12-31T23:59:59-01:00" is past what an instant can be; it means the end of the calendar.
            return CalendarEdges.InstantOf(parsed.Value.Date, parsed.Value.TimeOfDay, parsed.Value.Offset);
        }

        problems.Add(new(path, $"'{Shown(value)}' is not an instant. Write RFC 3339, for example '2026-12-24T00:00:00Z'."));
        return null;
    }

    private static LocalDate? ReadDate(string text, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (text.Length == 10 && DatePattern.Parse(text) is { Success: true } parsed)
        {
            return parsed.Value;
        }

        problems.Add(new(path, $"'{Shown(text)}' is not a date. Write 'YYYY-MM-DD'."));
        return null;
    }

    private static string? Required(string? text, string path, string what, ImmutableArray<Problem>.Builder problems)
    {
        if (text is null)
        {
            problems.Add(new(path, $"'{path[(path.LastIndexOf('.') + 1)..]}' is required: {what}."));
        }

        return text;
    }

    // MW-31: numbers out of range, with the range.
    private static int? InRange(long? value, int least, int most, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (value is { } number && number >= least && number <= most)
        {
            return (int)number;
        }

        var allowed = least == most ? $"only {least} is allowed" : $"{least} to {most} is allowed";
        problems.Add(new(path, value is null ? $"'{path[(path.LastIndexOf('.') + 1)..]}' is required: {allowed}." : $"{value} is out of range: {allowed}."));
        return null;
    }

    private static T Named<T>(string? text, string path, ImmutableArray<Problem>.Builder problems)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Where(n => !string.Equals(n, nameof(IsoDayOfWeek.None), StringComparison.Ordinal)).ToList();
        var at = names.FindIndex(n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
        {
            return Enum.Parse<T>(names[at]);
        }

        problems.Add(new(path, (text is null ? $"'{path[(path.LastIndexOf('.') + 1)..]}' is required: " : $"'{Shown(text)}' is not known: ") + $"one of {string.Join(", ", names)}."));
        return default;
    }

    private static int? Digits(string text) => text.All(char.IsAsciiDigit) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;

    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    // What people mistype is short; what is hostile is not echoed whole.
    private static string Shown(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
