using System.Collections.Immutable;
using NodaTime;
using NodaTime.Text;
using static Imago.Domain.Maintenance.DraftFields;

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
            times = WeeklyHoursValidation.Read(draft, context, problems);
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
            problems.Add(new(path, $"'{text}' lies in the past: today is {FormatDate(today)} at this offset. Choose today or later."));
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

    private static int? Digits(string text) => text.All(char.IsAsciiDigit) ? int.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
}
