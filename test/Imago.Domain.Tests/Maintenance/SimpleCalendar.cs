namespace Imago.Domain.Tests.Maintenance;

/// <summary>
/// A second implementation of recurrence and blocked time, written for the tests: it walks day by day and minute by minute, knows no shortcut,
/// and shares nothing with the product, not even its calendar library. Slow and obvious on purpose.
/// </summary>
internal static class SimpleCalendar
{
    /// <summary>A schedule in the words of the document.</summary>
    public sealed record Case(
        string Type, int Interval, DayOfWeek Day, int DayOfMonth, int WeekIndex, int StartMinute, int OffsetMinutes, int Hours, DateOnly StartDate,
        (DateOnly Start, DateOnly End)[] Blocked)
    {
        public override string ToString() =>
            $"{Type}/{Interval} {Day} day {DayOfMonth} index {WeekIndex}; minute {StartMinute} at {OffsetMinutes:+0;-0} min; {Hours} h; from {StartDate:O}; blocked {string.Join(", ", Blocked.Select(b => $"{b.Start:O}..{b.End:O}"))}";
    }

    /// <summary>Effective windows of occurrences whose local date lies from <paramref name="first"/> to <paramref name="last"/>, one after the other.</summary>
    public static IEnumerable<(DateTime Start, DateTime End)> Windows(Case schedule, DateOnly first, DateOnly last)
    {
        var weekdaysSeen = 0;
        for (var day = schedule.StartDate; day <= last; day = day.AddDays(1))
        {
            var months = ((day.Year - schedule.StartDate.Year) * 12) + day.Month - schedule.StartDate.Month;
            var matches = false;
            switch (schedule.Type)
            {
                case "daily":
                    matches = (day.DayNumber - schedule.StartDate.DayNumber) % schedule.Interval == 0;
                    break;
                case "weekly":
                    if (day.DayOfWeek == schedule.Day)
                    {
                        matches = weekdaysSeen % schedule.Interval == 0;
                        weekdaysSeen++;
                    }

                    break;
                case "absoluteMonthly":
                    var isLastDay = day.AddDays(1).Month != day.Month;
                    matches = months % schedule.Interval == 0 && (day.Day == schedule.DayOfMonth || (isLastDay && day.Day < schedule.DayOfMonth));
                    break;
                case "relativeMonthly":
                    var isLast = day.AddDays(7).Month != day.Month;
                    matches = months % schedule.Interval == 0 && day.DayOfWeek == schedule.Day
                        && (schedule.WeekIndex == 4 ? isLast : Enumerable.Range(1, day.Day).Count(d => new DateOnly(day.Year, day.Month, d).DayOfWeek == schedule.Day) == schedule.WeekIndex + 1);
                    break;
            }

            foreach (var window in matches && day >= first ? Cut(schedule, day) : [])
            {
                yield return window;
            }
        }
    }

    /// <summary>Windows of the legacy form in whole UTC weeks, from a Monday on; blocked time in whole minutes.</summary>
    public static List<(DateTime Start, DateTime End)> LegacyWindows(bool[,] hours, (DateTime Start, DateTime End)[] blocked, DateTime monday, int weeks)
    {
        var found = new List<(DateTime Start, DateTime End)>();
        DateTime? open = null;
        for (var minute = monday; minute < monday.AddDays(7 * weeks); minute = minute.AddMinutes(1))
        {
            var isFree = hours[(int)minute.DayOfWeek, minute.Hour] && !Array.Exists(blocked, b => b.Start <= minute && minute < b.End);
            if (isFree)
            {
                open ??= minute;
            }
            else if (open is { } start)
            {
                found.Add((start, minute));
                open = null;
            }
        }

        return found;
    }

    private static IEnumerable<(DateTime Start, DateTime End)> Cut(Case schedule, DateOnly day)
    {
        var local = day.ToDateTime(TimeOnly.MinValue).AddMinutes(schedule.StartMinute);
        DateTime? open = null;
        for (var minute = 0; minute <= schedule.Hours * 60; minute++)
        {
            var at = local.AddMinutes(minute);
            var isFree = minute < schedule.Hours * 60 && !Array.Exists(schedule.Blocked, b => b.Start <= DateOnly.FromDateTime(at) && DateOnly.FromDateTime(at) <= b.End);
            if (isFree)
            {
                open ??= at;
            }
            else if (open is { } start)
            {
                yield return (start.AddMinutes(-schedule.OffsetMinutes), at.AddMinutes(-schedule.OffsetMinutes));
                open = null;
            }
        }
    }
}
