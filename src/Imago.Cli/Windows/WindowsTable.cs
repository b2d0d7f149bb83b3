using System.Globalization;
using Imago.Cli.Terminals;
using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Windows;

/// <summary>An answer for people: a heading for each file and a row for each window.</summary>
internal static class WindowsTable
{
    private static readonly InstantPattern Exact = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss;FFFFFFFFF");

    public static void Write(Terminal terminal, WindowsAnswer answer, Instant from)
    {
        if (answer.Configuration is not { } configuration)
        {
            foreach (var problem in answer.Problems)
            {
                terminal.Error.WriteLine(problem.Path.Length == 0 ? $"imago: {answer.File}: {problem.Message}" : $"imago: {answer.File}: {problem.Path}: {problem.Message}");
            }

            return;
        }

        terminal.WriteProse($"{answer.File}: {ConfigurationNames.NameOf(configuration.Kind)}, {ScheduleText.Of(configuration.Times)}");
        if (answer.Windows.IsEmpty)
        {
            terminal.WriteProse("No window opens any more: its blocked time, or the calendar, leaves none.", "  ");
        }
        else
        {
            WriteRows(terminal, answer, configuration.Times, from);
        }

        terminal.Out.WriteLine();
    }

    private static void WriteRows(Terminal terminal, WindowsAnswer answer, MaintenanceTimes times, Instant from)
    {
        var offset = (times as MaintenanceWindow)?.UtcOffset ?? Offset.Zero;
        var table = new TextTable(
            new("Opens (UTC)"), new("Closes (UTC)"), new($"At {ScheduleText.Of(offset)}", IsOptional: true), new("Length"), new("Remarks"));
        foreach (var window in answer.Windows)
        {
            table.Add(
                Utc(window.Start), Utc(window.End), $"{Local(window.Start, offset)} – {Local(window.End, offset)}", Length(window.End - window.Start), Remarks(window, times, from));
        }

        table.Write(terminal);
    }

    private static string Remarks(Window window, MaintenanceTimes times, Instant from)
    {
        var remarks = new List<string>();
        if (window.Contains(from))
        {
            remarks.Add("open");
        }

        // MW-49a: what blocked time leaves of an occurrence, one part or several.
        if (times.OccurrenceEndingAfter(window.Start) is { } scheduled && scheduled != new Occurrence(window.Start, window.End))
        {
            remarks.Add($"of {Length(scheduled.End - scheduled.Start)}, the rest is blocked");
        }

        return string.Join("; ", remarks);
    }

    private static string Utc(Instant instant) => (instant - NodaConstants.UnixEpoch).NanosecondOfDay % NodaConstants.NanosecondsPerMinute == 0 ? TimeText.ToMinute(instant) : Exact.Format(instant);

    // Weekday and time, reckoned from the first instant of the calendar: at its edges an instant has no local date at every offset.
    private static string Local(Instant instant, Offset offset)
    {
        var sinceWeekBefore = instant - Instant.MinValue + Duration.FromDays(7) + Duration.FromSeconds(offset.Seconds);
        var weekday = (IsoDayOfWeek)(1 + (((int)LocalDate.MinIsoValue.DayOfWeek - 1 + sinceWeekBefore.Days) % 7));
        return string.Create(CultureInfo.InvariantCulture, $"{weekday.ToString()[..3]} {sinceWeekBefore.Hours:00}:{sinceWeekBefore.Minutes:00}");
    }

    private static string Length(Duration length)
    {
        var hours = (length.Days * 24) + length.Hours;
        var seconds = length.Seconds == 0 ? "" : $" {length.Seconds} s";
        return (hours, length.Minutes) switch
        {
            (0, var minutes) => $"{minutes} min{seconds}",
            (_, 0) when seconds.Length == 0 => $"{hours} h",
            (_, var minutes) => $"{hours} h {minutes} min{seconds}",
        };
    }
}
