using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using NodaTime;

namespace Imago.Simulation.Worlds;

/// <summary>Durations as people write them: <c>90s</c>, <c>1.5m</c>, <c>4h</c>, <c>28d</c>, or several parts, <c>1h30m</c>.</summary>
public static class DurationText
{
    /// <summary>What is allowed, for error messages.</summary>
    public const string Allowed = "a number with ms, s, m, h or d, for example 90s, 1h30m or 28d";

    /// <summary>The longest duration that is read, all its parts together.</summary>
    public static Duration Longest { get; } = Duration.FromDays(10_000);

    /// <summary>Reads a duration; signs, spaces and anything else are refused, and so is more than <see cref="Longest"/>.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Duration duration)
    {
        duration = Duration.Zero;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var rest = text.AsSpan();
        while (!rest.IsEmpty)
        {
            var digits = rest.IndexOfAnyExcept("0123456789.");
            if (digits <= 0 || !double.TryParse(rest[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number))
            {
                return false;
            }

            rest = rest[digits..];
            var unit = rest.IndexOfAny("0123456789.");
            unit = unit < 0 ? rest.Length : unit;
            var nanoseconds = number * UnitOf(rest[..unit]);
            if (nanoseconds is < 0 or double.NaN || nanoseconds > Longest.TotalNanoseconds - duration.TotalNanoseconds)
            {
                return false;
            }

            duration += Duration.FromNanoseconds(nanoseconds);
            rest = rest[unit..];
        }

        return true;
    }

    private static double UnitOf(ReadOnlySpan<char> unit) => unit switch
    {
        "ms" => NodaConstants.NanosecondsPerMillisecond,
        "s" => NodaConstants.NanosecondsPerSecond,
        "m" => NodaConstants.NanosecondsPerMinute,
        "h" => NodaConstants.NanosecondsPerHour,
        "d" => NodaConstants.NanosecondsPerDay,
        _ => double.NaN,
    };
}
