using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Imago.Application.Storage;
using Imago.Contracts.Resources;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Api.Documents;

/// <summary>From the document of a maintenance configuration to the domain's draft and configuration.</summary>
internal static class MaintenanceDrafts
{
    /// <summary>The draft of a document as <c>SchemaReader</c> gives it.</summary>
    public static MaintenanceDraft Of(JsonObject document)
    {
        var properties = document.Object("properties") ?? [];
        return new MaintenanceDraft
        {
            Path = "properties",
            Window = properties.Object("maintenanceWindow") is { } window ? Window(window) : null,
            TimeInWeek = List(properties, "timeInWeek", e => new TimeInWeekDraft(e.Text("day"), Slots(e))),

            // AZ-61, AZ-34: az always sends the list; an empty one says nothing, in either form.
            NotAllowedTime = List(properties, "notAllowedTime", Range) is { IsEmpty: false } ranges ? ranges : null,
        };
    }

    /// <summary>A stored configuration; null if its document does not hold one any more.</summary>
    public static MaintenanceConfiguration? Stored(StoredResource resource)
    {
        var kind = ConfigurationNames.Find(ResourceId.Parse(resource.Id).Id!.Name) ?? ConfigurationKind.NodeOsUpgrade;
        var draft = Of(JsonReading.Parse(resource.Document));

        // MW-32: what an older api-version may write for 'default' is read as it is; MW-60 says that it is not honoured.
        var shape = kind == ConfigurationKind.Default && draft.Window is not null ? ConfigurationKind.NodeOsUpgrade : kind;
        var (value, _) = MaintenanceValidation.Validate(draft, new ValidationContext(shape, resource.ChangedAt, IsStored: true));
        return value is null ? null : value with { Kind = kind, ChangedAt = resource.ChangedAt };
    }

    /// <summary>The configuration of a kind among the resources of a cluster; null if there is none (MW-12).</summary>
    public static MaintenanceConfiguration? Find(IEnumerable<StoredResource> resources, ConfigurationKind kind) =>
        resources.Where(r => string.Equals(r.Type, Application.Resources.ResourceTypes.MaintenanceConfiguration, StringComparison.OrdinalIgnoreCase))
            .Where(r => ConfigurationNames.Find(ResourceId.Parse(r.Id).Id!.Name) == kind)
            .Select(Stored).FirstOrDefault();

    /// <summary>A date as documents write it.</summary>
    public static string DateText(LocalDate date) => NodaTime.Text.LocalDatePattern.Iso.Format(date);

    private static WindowDraft Window(JsonObject window) => new()
    {
        Schedule = window.Object("schedule") is not { } schedule ? null : new ScheduleDraft
        {
            Daily = Recurrence(schedule, "daily", "intervalDays"),
            Weekly = Recurrence(schedule, "weekly", "intervalWeeks"),
            AbsoluteMonthly = Recurrence(schedule, "absoluteMonthly", "intervalMonths"),
            RelativeMonthly = Recurrence(schedule, "relativeMonthly", "intervalMonths"),
        },
        DurationHours = window.Whole("durationHours"),
        StartTime = window.Text("startTime"),
        UtcOffset = window.Text("utcOffset"),
        StartDate = window.Text("startDate"),
        NotAllowedDates = List(window, "notAllowedDates", Range),
    };

    private static RecurrenceDraft? Recurrence(JsonObject schedule, string type, string interval) => schedule.Object(type) is not { } fields ? null : new RecurrenceDraft
    {
        Interval = fields.Whole(interval),
        DayOfWeek = fields.Text("dayOfWeek"),
        DayOfMonth = fields.Whole("dayOfMonth"),
        WeekIndex = fields.Text("weekIndex"),
    };

    private static RangeDraft Range(JsonObject range) => new(range.Text("start"), range.Text("end"));

    private static ImmutableArray<long>? Slots(JsonObject entry) =>
        entry["hourSlots"] is JsonArray slots ? [.. slots.Select(s => s?.AsWhole() ?? -1)] : null;

    private static ImmutableArray<T>? List<T>(JsonObject from, string name, Func<JsonObject, T> read) =>
        from[name] is JsonArray list ? [.. list.Select(e => read(e as JsonObject ?? []))] : null;
}
