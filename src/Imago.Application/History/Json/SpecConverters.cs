using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using Imago.Domain.Clusters;
using Imago.Domain.Maintenance;
using NodaTime;

namespace Imago.Application.History.Json;

/// <summary>A label selector as its requirements; null selects nothing.</summary>
internal sealed class SelectorConverter : JsonConverter<LabelSelector>
{
    public override bool HandleNull => true;

    public override LabelSelector Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonSerializer.Deserialize<SelectorRequirement[]>(ref reader, options) is { } requirements ? LabelSelector.Of(requirements) : LabelSelector.Nothing;

    public override void Write(Utf8JsonWriter writer, LabelSelector value, JsonSerializerOptions options) =>
        JsonSerializer.Serialize(writer, value.Equals(LabelSelector.Nothing) ? null : value.Requirements.ToArray(), options);
}

/// <summary>The times of a maintenance configuration, in the form in which they are written.</summary>
internal sealed class TimesConverter : JsonConverter<MaintenanceTimes>
{
    public override MaintenanceTimes Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => JsonSerializer.Deserialize<Fields>(ref reader, options) switch
    {
        { Window: { } window } => new MaintenanceWindow(ScheduleOf(window), window.DurationHours, window.StartTime, window.UtcOffset, window.StartDate, window.NotAllowedDates),
        { Hours: { } hours } => new WeeklyHours(hours.Entries, [.. hours.NotAllowedTime.Select(b => (b.Start, b.End))]),
        _ => throw new JsonException("Maintenance times are a window or hours."),
    };

    public override void Write(Utf8JsonWriter writer, MaintenanceTimes value, JsonSerializerOptions options) => JsonSerializer.Serialize(
        writer,
        value switch
        {
            MaintenanceWindow window => new Fields(FieldsOf(window), null),
            WeeklyHours hours => new Fields(null, new HourFields(hours.Entries, [.. hours.NotAllowedTime.Select(b => new Block(b.Start, b.End))])),
            _ => throw new InvalidOperationException($"Maintenance times {value.GetType().Name} are not known."),
        },
        options);

    private static Schedule ScheduleOf(WindowFields window) => window switch
    {
        { Daily: { } daily } => daily,
        { Weekly: { } weekly } => weekly,
        { AbsoluteMonthly: { } monthly } => monthly,
        { RelativeMonthly: { } monthly } => monthly,
        _ => throw new JsonException("A maintenance window has a schedule."),
    };

    private static WindowFields FieldsOf(MaintenanceWindow window) => new()
    {
        Daily = window.Schedule as Schedule.Daily,
        Weekly = window.Schedule as Schedule.Weekly,
        AbsoluteMonthly = window.Schedule as Schedule.AbsoluteMonthly,
        RelativeMonthly = window.Schedule as Schedule.RelativeMonthly,
        DurationHours = window.DurationHours,
        StartTime = window.StartTime,
        UtcOffset = window.UtcOffset,
        StartDate = window.StartDate,
        NotAllowedDates = window.NotAllowedDates,
    };

    private sealed record Fields(WindowFields? Window, HourFields? Hours);

    private sealed record HourFields(ImmutableArray<TimeInWeek> Entries, ImmutableArray<Block> NotAllowedTime);

    private sealed record Block(Instant Start, Instant End);

    private sealed record WindowFields
    {
        public Schedule.Daily? Daily { get; init; }

        public Schedule.Weekly? Weekly { get; init; }

        public Schedule.AbsoluteMonthly? AbsoluteMonthly { get; init; }

        public Schedule.RelativeMonthly? RelativeMonthly { get; init; }

        public int DurationHours { get; init; }

        public LocalTime StartTime { get; init; }

        public Offset UtcOffset { get; init; }

        public LocalDate StartDate { get; init; }

        public ImmutableArray<BlockedDates> NotAllowedDates { get; init; } = [];
    }
}
