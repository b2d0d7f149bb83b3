using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Windows;

/// <summary>Schedules in words.</summary>
internal static class ScheduleText
{
    private static readonly OffsetPattern OffsetText = OffsetPattern.CreateWithInvariantCulture("+HH:mm");
    private static readonly LocalTimePattern TimeText = LocalTimePattern.CreateWithInvariantCulture("HH:mm");

    public static string Of(MaintenanceTimes times) => times switch
    {
        MaintenanceWindow window =>
            $"{Of(window.Schedule)} from {LocalDatePattern.Iso.Format(window.StartDate)}, {TimeText.Format(window.StartTime)} at {Of(window.UtcOffset)} for {window.DurationHours} h",
        _ => "hours of the week (timeInWeek, UTC)",
    };

    public static string Of(Offset offset) => OffsetText.Format(offset);

    private static string Of(Schedule schedule) => schedule switch
    {
        Schedule.Daily daily => Every(daily.IntervalDays, "day"),
        Schedule.Weekly weekly => $"{Every(weekly.IntervalWeeks, "week")} on {weekly.Day}",
        Schedule.AbsoluteMonthly monthly => $"{Every(monthly.IntervalMonths, "month")} on day {monthly.DayOfMonth}",
        Schedule.RelativeMonthly monthly => $"{Every(monthly.IntervalMonths, "month")} on the {monthly.Index.ToString().ToLowerInvariant()} {monthly.Day}",
        _ => throw new InvalidOperationException($"Schedule '{schedule}' has no words."),
    };

    private static string Every(int interval, string unit) => interval == 1 ? $"every {unit}" : $"every {interval} {unit}s";
}
