using NodaTime;

namespace Imago.Domain.Maintenance;

/// <summary>Which weekday of a month is meant.</summary>
public enum WeekIndex
{
    /// <summary>The first.</summary>
    First,

    /// <summary>The second.</summary>
    Second,

    /// <summary>The third.</summary>
    Third,

    /// <summary>The fourth.</summary>
    Fourth,

    /// <summary>The last: the fifth if there is one.</summary>
    Last,
}

/// <summary>
/// A recurrence on local dates: one total, pure question. Every schedule answers at the same cost however far the asked date is from its start,
/// because it computes the number of whole intervals instead of walking them.
/// </summary>
public abstract record Schedule
{
    private static readonly int FirstYear = LocalDate.MinIsoValue.Year;

    private Schedule()
    {
    }

    /// <summary>The first date of the schedule on or after both dates; null past the end of the calendar (year 9999).</summary>
    /// <param name="start">The configuration's start date, from which intervals are counted; itself possible (MW-43).</param>
    /// <param name="from">Nothing before this date is asked for.</param>
    public LocalDate? Next(LocalDate start, LocalDate from) => OnOrAfter(start, LocalDate.Max(start, from));

    private protected abstract LocalDate? OnOrAfter(LocalDate start, LocalDate from);

    /// <summary>Every <paramref name="IntervalDays"/> days (1–7).</summary>
    /// <remarks>MW-26, MW-44: start + k·interval.</remarks>
    public sealed record Daily(int IntervalDays) : Schedule
    {
        private protected override LocalDate? OnOrAfter(LocalDate start, LocalDate from) => Step(start, from, IntervalDays);
    }

    /// <summary>Every <paramref name="IntervalWeeks"/> weeks (1–4) on one weekday.</summary>
    /// <remarks>MW-27, MW-45: anchored at the first such weekday on or after the start.</remarks>
    public sealed record Weekly(int IntervalWeeks, IsoDayOfWeek Day) : Schedule
    {
        private protected override LocalDate? OnOrAfter(LocalDate start, LocalDate from)
        {
            var toAnchor = ((int)Day - (int)start.DayOfWeek + 7) % 7;
            return DaysLeft(start) < toAnchor ? null : Step(start.PlusDays(toAnchor), from, 7 * IntervalWeeks);
        }
    }

    /// <summary>Every <paramref name="IntervalMonths"/> months (1–6) on one day (1–31).</summary>
    /// <remarks>MW-28, MW-46, MW-47: a day that the month lacks becomes its last day; the stored day is used afresh each month.</remarks>
    public sealed record AbsoluteMonthly(int IntervalMonths, int DayOfMonth) : Schedule
    {
        private protected override LocalDate? OnOrAfter(LocalDate start, LocalDate from) => StepMonths(start, from, IntervalMonths, InMonth);

        // MW-47: the 31st of April is the 30th, of February the 28th or 29th.
        private LocalDate InMonth(int year, int month) => new(year, month, Math.Min(DayOfMonth, CalendarSystem.Iso.GetDaysInMonth(year, month)));
    }

    /// <summary>Every <paramref name="IntervalMonths"/> months (1–6) on, say, the second Tuesday.</summary>
    /// <remarks>MW-29, MW-48: <c>Last</c> is the fifth such weekday if there is one.</remarks>
    public sealed record RelativeMonthly(int IntervalMonths, WeekIndex Index, IsoDayOfWeek Day) : Schedule
    {
        private protected override LocalDate? OnOrAfter(LocalDate start, LocalDate from) => StepMonths(start, from, IntervalMonths, InMonth);

        private LocalDate InMonth(int year, int month)
        {
            var first = new LocalDate(year, month, 1);
            var day = 1 + (((int)Day - (int)first.DayOfWeek + 7) % 7);
            var days = CalendarSystem.Iso.GetDaysInMonth(year, month);
            return Index == WeekIndex.Last
                ? new LocalDate(year, month, day + (7 * ((days - day) / 7)))
                : new LocalDate(year, month, day + (7 * (int)Index));
        }
    }

    // 2024-01-01 every 7 days, asked from 2024-01-10: 9 days lie between, 9 / 7 rounded up is 2, so 2024-01-15.
    private static LocalDate? Step(LocalDate anchor, LocalDate from, int days)
    {
        var between = from <= anchor ? 0 : Period.DaysBetween(anchor, from);
        var steps = ((long)between + days - 1) / days;
        return steps * days > DaysLeft(anchor) ? null : anchor.PlusDays((int)(steps * days));
    }

    // MW-46: months are counted from the month of the start date. In month 0 the day may lie before the start; then a whole interval passes.
    private static LocalDate? StepMonths(LocalDate start, LocalDate from, int interval, Func<int, int, LocalDate> inMonth)
    {
        var first = MonthNumber(start);
        var asked = MonthNumber(from);
        var month = first + ((asked - first) / interval * interval);
        for (var attempt = 0; attempt < 2; attempt++, month += interval)
        {
            if (month > MonthNumber(LocalDate.MaxIsoValue))
            {
                return null;
            }

            var date = inMonth(FirstYear + (month / 12), (month % 12) + 1);
            if (date >= from)
            {
                return date;
            }
        }

        // The second month tried lies wholly after the asked one, so its day cannot be before it.
        return null;
    }

    // Counted from the first year of the calendar, so that it is never negative and division rounds down.
    private static int MonthNumber(LocalDate date) => ((date.Year - FirstYear) * 12) + date.Month - 1;

    private static int DaysLeft(LocalDate date) => Period.DaysBetween(date, LocalDate.MaxIsoValue);
}
