using System.Diagnostics.CodeAnalysis;
using NodaTime;
using NodaTime.Text;

namespace Imago.Domain.Images;

/// <summary>A security patch level: the moment of the package snapshot that it brings, to the second, in UTC.</summary>
/// <remarks>IM-6, CH-34: written <c>YYYYMMDDThhmmssZ</c>.</remarks>
public readonly record struct PatchLevel(Instant Moment) : IComparable<PatchLevel>
{
    private static readonly InstantPattern Pattern = InstantPattern.CreateWithInvariantCulture("uuuuMMdd'T'HHmmss'Z'");

    /// <summary>The UTC date; label suffix and level carry the same one (IM-6).</summary>
    public LocalDate Date => Moment.InUtc().Date;

    /// <summary>The level of a date: its first second.</summary>
    public static PatchLevel OfDate(LocalDate date) => new(date.AtStartOfDayInZone(DateTimeZone.Utc).ToInstant());

    /// <summary>Reads <c>YYYYMMDDThhmmssZ</c>; dates and times that do not exist are refused.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out PatchLevel level)
    {
        level = default;
        // The pattern would take 24:00:00 for the next day, and one moment would have two spellings.
        if (text is null || text.Length != 16 || text.AsSpan(9, 2).SequenceEqual("24") || Pattern.Parse(text) is not { Success: true } parsed)
        {
            return false;
        }

        level = new PatchLevel(parsed.Value);
        return true;
    }

    /// <inheritdoc />
    public int CompareTo(PatchLevel other) => Moment.CompareTo(other.Moment);

    /// <summary>Order in time.</summary>
    public static bool operator <(PatchLevel left, PatchLevel right) => left.Moment < right.Moment;

    /// <summary>Order in time.</summary>
    public static bool operator >(PatchLevel left, PatchLevel right) => left.Moment > right.Moment;

    /// <summary>Order in time.</summary>
    public static bool operator <=(PatchLevel left, PatchLevel right) => left.Moment <= right.Moment;

    /// <summary>Order in time.</summary>
    public static bool operator >=(PatchLevel left, PatchLevel right) => left.Moment >= right.Moment;

    /// <summary><c>YYYYMMDDThhmmssZ</c>.</summary>
    public override string ToString() => Pattern.Format(Moment);
}
