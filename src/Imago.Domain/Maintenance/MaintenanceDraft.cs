using System.Collections.Immutable;

namespace Imago.Domain.Maintenance;

/// <summary>A maintenance configuration as it was written, not validated: every value as on the wire, null where it is absent.</summary>
public sealed record MaintenanceDraft
{
    /// <summary>Path of <see cref="Window"/>'s parent in the document, for example <c>properties</c>; empty at the top.</summary>
    public string Path { get; init; } = "";

    /// <summary>Path of <see cref="Window"/> itself, when the document is not one in which it is called <c>maintenanceWindow</c>; null when it is.</summary>
    public string? WindowPath { get; init; }

    /// <summary><c>maintenanceWindow</c>.</summary>
    public WindowDraft? Window { get; init; }

    /// <summary><c>timeInWeek</c>.</summary>
    public ImmutableArray<TimeInWeekDraft>? TimeInWeek { get; init; }

    /// <summary><c>notAllowedTime</c>.</summary>
    public ImmutableArray<RangeDraft>? NotAllowedTime { get; init; }
}

/// <summary><c>maintenanceWindow</c> as written.</summary>
public sealed record WindowDraft
{
    /// <summary><c>schedule</c>.</summary>
    public ScheduleDraft? Schedule { get; init; }

    /// <summary><c>durationHours</c>.</summary>
    public long? DurationHours { get; init; }

    /// <summary><c>startTime</c>.</summary>
    public string? StartTime { get; init; }

    /// <summary><c>utcOffset</c>.</summary>
    public string? UtcOffset { get; init; }

    /// <summary><c>startDate</c>.</summary>
    public string? StartDate { get; init; }

    /// <summary><c>notAllowedDates</c>.</summary>
    public ImmutableArray<RangeDraft>? NotAllowedDates { get; init; }
}

/// <summary><c>schedule</c> as written: the types that are present.</summary>
public sealed record ScheduleDraft
{
    /// <summary><c>daily</c>.</summary>
    public RecurrenceDraft? Daily { get; init; }

    /// <summary><c>weekly</c>.</summary>
    public RecurrenceDraft? Weekly { get; init; }

    /// <summary><c>absoluteMonthly</c>.</summary>
    public RecurrenceDraft? AbsoluteMonthly { get; init; }

    /// <summary><c>relativeMonthly</c>.</summary>
    public RecurrenceDraft? RelativeMonthly { get; init; }
}

/// <summary>Fields of any schedule type.</summary>
public sealed record RecurrenceDraft
{
    /// <summary><c>intervalDays</c>, <c>intervalWeeks</c> or <c>intervalMonths</c>.</summary>
    public long? Interval { get; init; }

    /// <summary><c>dayOfWeek</c>.</summary>
    public string? DayOfWeek { get; init; }

    /// <summary><c>dayOfMonth</c>.</summary>
    public long? DayOfMonth { get; init; }

    /// <summary><c>weekIndex</c>.</summary>
    public string? WeekIndex { get; init; }
}

/// <summary>A range of dates or instants as written.</summary>
public sealed record RangeDraft(string? Start, string? End);

/// <summary>An entry of <c>timeInWeek</c> as written.</summary>
public sealed record TimeInWeekDraft(string? Day, ImmutableArray<long>? HourSlots);

/// <summary>One problem of a document: where, and what is wrong with what is allowed.</summary>
public sealed record Problem(string Path, string Message);
