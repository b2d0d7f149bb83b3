using System.CommandLine;
using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Options;

/// <summary>An option that takes an instant: RFC 3339, or a date for its first instant in UTC.</summary>
public static class InstantOption
{
    private static readonly IPattern<OffsetDateTime>[] Patterns =
    [
        OffsetDateTimePattern.Rfc3339,
        OffsetDateTimePattern.CreateWithInvariantCulture("uuuu-MM-dd'T'HH:mmo<Z+HH:mm>"),
    ];

    /// <summary>The option; null when it is not given.</summary>
    public static Option<Instant?> Create(string name, string description) => new(name)
    {
        Description = description,
        HelpName = "instant",
        CustomParser = result =>
        {
            var text = result.Tokens[0].Value;
            if (Parse(text) is { } instant)
            {
                return instant;
            }

            result.AddError($"{name}: '{text}' is not an instant. Write RFC 3339, for example 2026-07-01T22:00:00Z or 2026-07-01T22:00:00+02:00, or a date, which is its midnight in UTC.");
            return null;
        },
    };

    private static Instant? Parse(string text)
    {
        if (LocalDatePattern.Iso.Parse(text) is { Success: true } date)
        {
            return date.Value.AtMidnight().InUtc().ToInstant();
        }

        foreach (var pattern in Patterns)
        {
            if (pattern.Parse(text) is { Success: true, Value: var found } && !IsBeyondTheCalendar(found))
            {
                return found.ToInstant();
            }
        }

        return null;
    }

    // On the calendar's first and last day an offset can point past it.
    private static bool IsBeyondTheCalendar(OffsetDateTime time) =>
        (time.Date == LocalDate.MinIsoValue && time.Offset > Offset.Zero) || (time.Date == LocalDate.MaxIsoValue && time.Offset < Offset.Zero);
}
