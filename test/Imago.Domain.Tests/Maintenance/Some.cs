using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Tests.Maintenance;

/// <summary>Short ways to write the values of this area in tests.</summary>
internal static class Some
{
    public static Instant At(string utc) => InstantPattern.ExtendedIso.Parse(utc).Value;

    public static LocalDate Date(string date) => LocalDatePattern.Iso.Parse(date).Value;

    public static MaintenanceWindow Window(
        Schedule schedule, string startDate, string startTime = "00:00", string offset = "+00:00", int hours = 4, params (string Start, string End)[] blocked) =>
        new(
            schedule,
            hours,
            LocalTimePattern.CreateWithInvariantCulture("HH:mm").Parse(startTime).Value,
            OffsetPattern.CreateWithInvariantCulture("+HH:mm").Parse(offset).Value,
            Date(startDate),
            [.. blocked.Select(b => new BlockedDates(Date(b.Start), Date(b.End)))]);

    public static Schedule.Weekly EverySunday { get; } = new(1, IsoDayOfWeek.Sunday);

    public static Schedule.Daily EveryDay { get; } = new(1);

    public static string[] Next(this MaintenanceTimes times, string asOf, int count) =>
        [.. times.EndingAfter(At(asOf)).Take(count).Select(w => $"{InstantPattern.ExtendedIso.Format(w.Start)}/{InstantPattern.ExtendedIso.Format(w.End)}")];
}
