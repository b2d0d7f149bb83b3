using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Imago.Domain.Clusters;

/// <summary>A whole number of things, or a share of a whole: <c>3</c> or <c>33%</c>. Never negative.</summary>
/// <param name="Value">The number, or the percentage; ≥ 0.</param>
/// <param name="IsPercent">Whether <paramref name="Value"/> is a percentage.</param>
public readonly record struct IntOrPercent(int Value, bool IsPercent)
{
    /// <summary>A plain number.</summary>
    public static IntOrPercent Of(int count) => new(count, IsPercent: false);

    /// <summary>A percentage.</summary>
    public static IntOrPercent Percent(int percent) => new(percent, IsPercent: true);

    /// <summary>Whether the value is zero or zero percent.</summary>
    public bool IsZero => Value == 0;

    /// <summary>The number of things meant, out of <paramref name="whole"/>; a percentage is rounded up.</summary>
    /// <param name="whole">The size of the whole; ≥ 0.</param>
    /// <remarks>UP-21: 10 % of 11 nodes are 2 (1.1 rounded up), 33 % of 10 are 4 (3.3 rounded up).</remarks>
    public int RoundedUp(int whole) => IsPercent ? (int)(((long)whole * Value + 99) / 100) : Value;

    /// <summary>Reads <c>3</c> or <c>33%</c>: digits only, no sign, no space.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out IntOrPercent value)
    {
        value = default;
        if (string.IsNullOrEmpty(text))
        {
            return false;
        }

        var percent = text[^1] == '%';
        if (!int.TryParse(percent ? text.AsSpan(0, text.Length - 1) : text, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
        {
            return false;
        }

        value = new IntOrPercent(number, percent);
        return true;
    }

    /// <summary>As it is written on the wire.</summary>
    public override string ToString() => IsPercent ? $"{Value}%" : Value.ToString(CultureInfo.InvariantCulture);
}
