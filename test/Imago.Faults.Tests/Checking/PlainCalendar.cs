using Imago.Domain.Maintenance;
using Imago.Domain.Rollouts.Settings;
using NodaTime;

namespace Imago.Faults.Tests.Checking;

/// <summary>Whether a window is open, found out by walking over the days one by one: slow, and simple enough to be right.</summary>
internal static class PlainCalendar
{
    public static bool IsOpen(ClusterSpec spec, Instant at)
    {
        if (spec.WindowOverrideUntil is { } until && at < until)
        {
            return true;
        }

        return spec.Window is not { Times: MaintenanceWindow window } || IsOpen(window, at);
    }

    private static bool IsOpen(MaintenanceWindow window, Instant at)
    {
        var today = at.WithOffset(window.UtcOffset).Date;
        foreach (var blocked in window.NotAllowedDates)
        {
            if (today >= blocked.Start && today <= blocked.End)
            {
                return false;
            }
        }

        for (var day = today.PlusDays(-2); day <= today; day = day.PlusDays(1))
        {
            var opens = day.At(window.StartTime).WithOffset(window.UtcOffset).ToInstant();
            if (day >= window.StartDate && IsScheduled(window, day) && at >= opens && at < opens + Duration.FromHours(window.DurationHours))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsScheduled(MaintenanceWindow window, LocalDate day)
    {
        switch (window.Schedule)
        {
            case Schedule.Daily(var interval):
                return Period.DaysBetween(window.StartDate, day) % interval == 0;
            case Schedule.Weekly(var weeks, var weekday):
                var first = window.StartDate;
                while (first.DayOfWeek != weekday)
                {
                    first = first.PlusDays(1);
                }

                return day >= first && Period.DaysBetween(first, day) % (7 * weeks) == 0;
            default:
                throw new InvalidOperationException($"The generator makes no {window.Schedule.GetType().Name} schedules.");
        }
    }
}
