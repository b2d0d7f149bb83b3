using Imago.Contracts.Schemas;
using static Imago.Contracts.Schemas.Values;

namespace Imago.Contracts.ContainerService;

/// <summary>Maintenance configurations.</summary>
/// <remarks>Rules: MW-20…29, MW-70…73. Both forms exist in every version that is served (from 2023-05-01, preview 2023-02-02).</remarks>
public static class MaintenanceConfigurationSchema
{
    private static readonly ValueSchema.Text Weekday = OneOf("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday");

    private static readonly ValueSchema.Object Schedule = Object(
        "Schedule",
        new("daily", Object("DailySchedule", new SchemaProperty("intervalDays", Whole(1, 7), "Days from one window to the next (MW-26).")), "Every few days."),
        new("weekly", Object(
            "WeeklySchedule",
            new("intervalWeeks", Whole(1, 4), "Weeks from one window to the next (MW-27)."),
            new("dayOfWeek", Weekday, "The weekday.")), "Every few weeks."),
        new("absoluteMonthly", Object(
            "AbsoluteMonthlySchedule",
            new("intervalMonths", Whole(1, 6), "Months from one window to the next (MW-28)."),

            // AZ-52: one client writes this number as text.
            new("dayOfMonth", new ValueSchema.Whole(1, 31) { TakesText = true }, "The day; in shorter months the last one (MW-47).")), "On a day of the month."),
        new("relativeMonthly", Object(
            "RelativeMonthlySchedule",
            new("intervalMonths", Whole(1, 6), "Months from one window to the next (MW-29)."),
            new("weekIndex", OneOf("First", "Second", "Third", "Fourth", "Last"), "Which such weekday of the month."),
            new("dayOfWeek", Weekday, "The weekday.")), "On a weekday of the month."));

    private static readonly ValueSchema.Object Window = Object(
        "MaintenanceWindow",
        new("schedule", Schedule, "Exactly one of the four types (MW-20)."),
        new("durationHours", Whole(4, 24), "Length in hours (MW-21)."),
        new("utcOffset", Text, "±HH:MM; +00:00 by default (MW-23)."),
        new("startDate", Text, "Local date from which it counts; today by default (MW-24)."),
        new("startTime", Text, "Local time HH:mm at which it opens (MW-22)."),
        new("notAllowedDates", ListOf(Object("DateSpan", new("start", Text, "First day."), new("end", Text, "Last day, included."))), "Blocked local dates (MW-25)."));

    /// <summary>A maintenance configuration.</summary>
    public static ValueSchema.Object Resource { get; } = Object(
        "MaintenanceConfiguration",
        new("id", Text, "Resource id.") { ReadOnly = true },
        new("name", Text, "Name: one of three (MW-1).") { ReadOnly = true },
        new("type", Text, "Resource type.") { ReadOnly = true },
        new("systemData", Any, "Who wrote it when.") { ReadOnly = true },
        new("properties", Object(
            "MaintenanceConfigurationProperties",
            new("maintenanceWindow", Window, "The present form."),
            new("timeInWeek", ListOf(Object(
                "TimeInWeek",
                new("day", Weekday, "The weekday."),
                new("hourSlots", ListOf(Whole(0, 23)), "Hours, UTC; absent: the whole day (MW-70, MW-72)."))), "The older form, for default only."),
            new("notAllowedTime", ListOf(Object("TimeSpan", new("start", Text, "First instant."), new("end", Text, "Instant after the last one."))), "Blocked instants, for default only (MW-73).")), "The times."));
}
