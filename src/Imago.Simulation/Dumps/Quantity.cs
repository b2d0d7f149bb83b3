using System.Globalization;

namespace Imago.Simulation.Dumps;

/// <summary>Kubernetes quantities: <c>250m</c>, <c>1.5Gi</c>, <c>1e3</c>, <c>12E</c>.</summary>
internal static class Quantity
{
    /// <summary>
    /// Amounts above are counted as this: it is far above any machine (a pebibyte, a trillion cores), and sums over a node cannot overflow.
    /// </summary>
    public const long Most = 1L << 50;

    /// <summary>Reads a quantity. Negative amounts and anything outside the grammar are refused.</summary>
    public static bool TryParse(string? text, out decimal value)
    {
        value = 0;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var end = 0;
        while (end < text.Length && (text[end] is (>= '0' and <= '9') or '.' || (end == 0 && text[end] is '+' or '-')))
        {
            end++;
        }

        if (!decimal.TryParse(
            text.AsSpan(0, end), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            || number < 0 || Factor(text.AsSpan(end)) is not { } factor)
        {
            return false;
        }

        // Clamped before multiplying: a decimal overflows at 7.9e28.
        value = factor > 1 && number > Most / factor ? Most : number * factor;
        return true;
    }

    /// <summary>In whole units, a part of one counting as one, as the scheduler does.</summary>
    public static long Units(decimal value) => (long)Math.Ceiling(Math.Min(value, Most));

    /// <summary>In thousandths, a part of one counting as one.</summary>
    public static long Thousandths(decimal value) => (long)Math.Ceiling(Math.Min(value, Most / 1000m) * 1000);

    private static decimal? Factor(ReadOnlySpan<char> suffix) => suffix switch
    {
        "" => 1m,
        "n" => 0.000_000_001m,
        "u" => 0.000_001m,
        "m" => 0.001m,
        "k" => 1_000m,
        "M" => 1_000_000m,
        "G" => 1_000_000_000m,
        "T" => 1_000_000_000_000m,
        "P" => 1_000_000_000_000_000m,
        "E" => 1_000_000_000_000_000_000m,
        "Ki" => 1L << 10,
        "Mi" => 1L << 20,
        "Gi" => 1L << 30,
        "Ti" => 1L << 40,
        "Pi" => 1L << 50,
        "Ei" => 1L << 60,
        ['e' or 'E', .. var exponent] => Power(exponent),
        _ => null,
    };

    private static decimal? Power(ReadOnlySpan<char> exponent)
    {
        if (!int.TryParse(exponent, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) || power is < -18 or > 18)
        {
            return null;
        }

        var factor = 1m;
        for (var i = 0; i < Math.Abs(power); i++)
        {
            factor = power > 0 ? factor * 10 : factor / 10;
        }

        return factor;
    }
}
