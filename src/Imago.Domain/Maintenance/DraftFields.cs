using System.Collections.Immutable;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Maintenance;

/// <summary>Reads single fields of a draft: each is a value, or a problem with its path.</summary>
/// <remarks>Rules: MW-31, MW-34.</remarks>
internal static class DraftFields
{
    private const int MostBlockedRanges = 100;

    private static readonly LocalDatePattern DatePattern = LocalDatePattern.CreateWithInvariantCulture("uuuu-MM-dd");

    public static void TooMany(int count, string path, ImmutableArray<Problem>.Builder problems)
    {
        // MW-34: no more than 100 ranges.
        if (count > MostBlockedRanges)
        {
            problems.Add(new(path, $"{count} blocked ranges are too many: at most {MostBlockedRanges} are allowed. Join neighbouring ones."));
        }
    }

    public static Instant? ReadInstant(string? text, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (Required(text, path, "an instant such as '2026-12-24T00:00:00Z'", problems) is not { } value)
        {
            return null;
        }

        if (OffsetDateTimePattern.Rfc3339.Parse(value) is { Success: true } parsed)
        {
            // "9999-12-31T23:59:59-01:00" is past what an instant can be; it means the end of the calendar.
            return CalendarEdges.InstantOf(parsed.Value.Date, parsed.Value.TimeOfDay, parsed.Value.Offset);
        }

        problems.Add(new(path, $"'{Shown(value)}' is not an instant. Write RFC 3339, for example '2026-12-24T00:00:00Z'."));
        return null;
    }

    public static LocalDate? ReadDate(string text, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (text.Length == 10 && DatePattern.Parse(text) is { Success: true } parsed)
        {
            return parsed.Value;
        }

        problems.Add(new(path, $"'{Shown(text)}' is not a date. Write 'YYYY-MM-DD'."));
        return null;
    }

    public static string? Required(string? text, string path, string what, ImmutableArray<Problem>.Builder problems)
    {
        if (text is null)
        {
            problems.Add(new(path, $"'{path[(path.LastIndexOf('.') + 1)..]}' is required: {what}."));
        }

        return text;
    }

    // MW-31: numbers out of range, with the range.
    public static int? InRange(long? value, int least, int most, string path, ImmutableArray<Problem>.Builder problems)
    {
        if (value is { } number && number >= least && number <= most)
        {
            return (int)number;
        }

        var allowed = least == most ? $"only {least} is allowed" : $"{least} to {most} is allowed";
        problems.Add(new(path, value is null ? $"'{path[(path.LastIndexOf('.') + 1)..]}' is required: {allowed}." : $"{value} is out of range: {allowed}."));
        return null;
    }

    public static T Named<T>(string? text, string path, ImmutableArray<Problem>.Builder problems)
        where T : struct, Enum
    {
        var names = Enum.GetNames<T>().Where(n => !string.Equals(n, nameof(IsoDayOfWeek.None), StringComparison.Ordinal)).ToList();
        var at = names.FindIndex(n => string.Equals(n, text, StringComparison.OrdinalIgnoreCase));
        if (at >= 0)
        {
            return Enum.Parse<T>(names[at]);
        }

        problems.Add(new(path, (text is null ? $"'{path[(path.LastIndexOf('.') + 1)..]}' is required: " : $"'{Shown(text)}' is not known: ") + $"one of {string.Join(", ", names)}."));
        return default;
    }

    public static string FormatDate(LocalDate date) => DatePattern.Format(date);

    public static string Join(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    // What people mistype is short; what is hostile is not echoed whole.
    public static string Shown(string text) => text.Length <= 60 ? text : text[..57] + "...";
}
