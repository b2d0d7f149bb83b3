using NodaTime;
using NodaTime.Text;

namespace Imago.NodeOs;

/// <summary>
/// A date of a <c>Release</c> file, for example <c>Sat, 05 Sep 2026 09:12:33 UTC</c>. The server reads it when it makes a level, the machine when it checks an edition (NM-31): both have to
/// come to the same instant.
/// </summary>
internal static class ReleaseDate
{
    private static readonly LocalDateTimePattern Pattern = LocalDateTimePattern.CreateWithInvariantCulture("ddd, d MMM yyyy H:mm:ss");

    /// <summary>The instant; null if the text is no date in UTC, or its day of the week is another one.</summary>
    public static Instant? Read(string text) =>
        // Debian writes "UTC", others "GMT" or "+0000"; other zones are not used by archives. Days below ten are padded by some.
        text.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [.. var words, "UTC" or "GMT" or "Z" or "+0000"]
        && Pattern.Parse(string.Join(' ', words)) is { Success: true } parsed
            ? parsed.Value.InUtc().ToInstant()
            : null;
}
