using NodaTime;
using NodaTime.Text;

namespace Imago.Cli.Terminals;

/// <summary>Instants and durations for people. All instants are in UTC; the text around them says so once.</summary>
internal static class TimeText
{
    private static readonly InstantPattern Minutes = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm");
    private static readonly InstantPattern Seconds = InstantPattern.CreateWithInvariantCulture("uuuu-MM-dd HH:mm:ss");

    public static string ToMinute(Instant instant) => Minutes.Format(instant);

    public static string ToMinute(Instant? instant) => instant is { } known ? Minutes.Format(known) : "-";

    public static string ToSecond(Instant instant) => Seconds.Format(instant);

    /// <summary>A duration by its two largest units: <c>45 s</c>, <c>29 min</c>, <c>2 h 15 min</c>, <c>3 d 4 h</c>.</summary>
    public static string Of(Duration duration)
    {
        // What is cut off is less than a hundredth of what is said, except below a minute.
        var (days, hours, minutes, seconds) = (duration.Days, duration.Hours, duration.Minutes, duration.Seconds);
        return (days, hours, minutes) switch
        {
            (> 0, 0, _) => $"{days} d",
            (> 0, _, _) => $"{days} d {hours} h",
            (_, > 0, 0) => $"{hours} h",
            (_, > 0, _) => $"{hours} h {minutes} min",
            (_, _, > 0) => $"{minutes} min",
            _ => $"{seconds} s",
        };
    }
}
