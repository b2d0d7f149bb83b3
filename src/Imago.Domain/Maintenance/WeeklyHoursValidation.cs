using System.Collections.Immutable;
using NodaTime;
using static Imago.Domain.Maintenance.DraftFields;

namespace Imago.Domain.Maintenance;

/// <summary>Validates the older form of a configuration: hours of the week and blocked instants.</summary>
/// <remarks>Rules: MW-34, MW-36, MW-70, MW-72, MW-73.</remarks>
internal static class WeeklyHoursValidation
{
    public static WeeklyHours? Read(MaintenanceDraft draft, ValidationContext context, ImmutableArray<Problem>.Builder problems)
    {
        var before = problems.Count;
        if (context.Kind != ConfigurationKind.Default)
        {
            // MW-36: the older form exists for 'default' only.
            problems.Add(new(Join(draft.Path, "timeInWeek"), $"'timeInWeek' and 'notAllowedTime' are for configuration 'default' only, not for '{ConfigurationNames.NameOf(context.Kind)}'. Use 'maintenanceWindow', or the name 'default'."));
        }

        var entries = ImmutableArray.CreateBuilder<TimeInWeek>();
        foreach (var (entry, index) in (draft.TimeInWeek ?? []).Select((e, i) => (e, i)))
        {
            var at = $"{Join(draft.Path, "timeInWeek")}[{index}]";
            var day = Named<IsoDayOfWeek>(entry.Day, Join(at, "day"), problems);

            // MW-72: absent means the whole day. An empty list would mean never, which nobody writes on purpose.
            if (entry.HourSlots is { IsEmpty: true })
            {
                problems.Add(new(Join(at, "hourSlots"), "'hourSlots' is empty: list at least one slot, 0 to 23, or leave it out for the whole day."));
            }

            // MW-70: slots 0–23, UTC.
            ImmutableArray<int>? slots = entry.HourSlots is { } hours
                ? [.. hours.Select((h, i) => InRange(h, 0, 23, $"{Join(at, "hourSlots")}[{i}]", problems) ?? 0)]
                : null;
            entries.Add(new TimeInWeek(day, slots));
        }

        if (entries.Count == 0)
        {
            problems.Add(new(Join(draft.Path, "timeInWeek"), "'timeInWeek' needs at least one entry: a day and, optionally, its hour slots."));
        }

        var blocked = ImmutableArray.CreateBuilder<(Instant Start, Instant End)>();
        foreach (var (range, index) in (draft.NotAllowedTime ?? []).Select((r, i) => (r, i)))
        {
            var at = $"{Join(draft.Path, "notAllowedTime")}[{index}]";
            var start = ReadInstant(range.Start, Join(at, "start"), problems);
            var end = ReadInstant(range.End, Join(at, "end"), problems);
            if (start is { } first && end is { } last)
            {
                if (last < first)
                {
                    problems.Add(new(at, $"The end '{range.End}' lies before the start '{range.Start}'."));
                }
                else
                {
                    // MW-73: instants, half-open.
                    blocked.Add((first, last));
                }
            }
        }

        TooMany(draft.NotAllowedTime?.Length ?? 0, Join(draft.Path, "notAllowedTime"), problems);
        return problems.Count == before ? new WeeklyHours(entries.ToImmutable(), blocked.ToImmutable()) : null;
    }
}
