using System.Collections.Immutable;
using System.Text.Json;
using Imago.Domain.Maintenance;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Tests.Maintenance;

/// <summary>One worked example of the specification.</summary>
public sealed record Vector(string Id, ConfigurationKind Kind, MaintenanceDraft Draft, Instant AsOf, ImmutableArray<string> Next);

/// <summary>The worked examples of the specification, as they are published there.</summary>
public static class VectorFile
{
    public static IReadOnlyDictionary<string, Vector> All { get; } = Read();

    private static Dictionary<string, Vector> Read()
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(AppContext.BaseDirectory, "Maintenance", "maintenance-vectors.json")));
        return document.RootElement.EnumerateArray().Select(Read).ToDictionary(v => v.Id);
    }

    private static Vector Read(JsonElement vector)
    {
        var isWindow = vector.TryGetProperty("maintenanceWindow", out var window);
        return new(
            vector.GetProperty("id").GetString()!,
            isWindow ? ConfigurationKind.NodeOsUpgrade : ConfigurationKind.Default,
            new MaintenanceDraft
            {
                Window = isWindow ? ReadWindow(window) : null,
                TimeInWeek = List(vector, "timeInWeek", e => new TimeInWeekDraft(Text(e, "day"), List(e, "hourSlots", h => h.GetInt64()))),
                NotAllowedTime = List(vector, "notAllowedTime", ReadRange),
            },
            InstantPattern.General.Parse(vector.GetProperty("asOf").GetString()!).Value,
            [.. vector.GetProperty("next").EnumerateArray().Select(w => $"{Text(w, "opens")}/{Text(w, "closes")}")]);
    }

    private static WindowDraft ReadWindow(JsonElement window) => new()
    {
        Schedule = new ScheduleDraft
        {
            Daily = Recurrence(window, "daily", "intervalDays"),
            Weekly = Recurrence(window, "weekly", "intervalWeeks"),
            AbsoluteMonthly = Recurrence(window, "absoluteMonthly", "intervalMonths"),
            RelativeMonthly = Recurrence(window, "relativeMonthly", "intervalMonths"),
        },
        DurationHours = window.GetProperty("durationHours").GetInt64(),
        StartTime = Text(window, "startTime"),
        UtcOffset = Text(window, "utcOffset"),
        StartDate = Text(window, "startDate"),
        NotAllowedDates = List(window, "notAllowedDates", ReadRange),
    };

    private static RecurrenceDraft? Recurrence(JsonElement window, string type, string interval) =>
        window.GetProperty("schedule").TryGetProperty(type, out var found)
            ? new RecurrenceDraft
            {
                Interval = found.GetProperty(interval).GetInt64(),
                DayOfWeek = Text(found, "dayOfWeek"),
                DayOfMonth = found.TryGetProperty("dayOfMonth", out var day) ? day.GetInt64() : null,
                WeekIndex = Text(found, "weekIndex"),
            }
            : null;

    private static RangeDraft ReadRange(JsonElement range) => new(Text(range, "start"), Text(range, "end"));

    private static string? Text(JsonElement parent, string name) => parent.TryGetProperty(name, out var found) ? found.GetString() : null;

    private static ImmutableArray<T>? List<T>(JsonElement parent, string name, Func<JsonElement, T> read) =>
        parent.TryGetProperty(name, out var found) ? [.. found.EnumerateArray().Select(read)] : null;
}
