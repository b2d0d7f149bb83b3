namespace Imago.NodeOs.Apt;

/// <summary>A version as Debian writes it, <c>[epoch:]upstream[-revision]</c>, in the order that dpkg gives versions.</summary>
/// <param name="text">The version.</param>
public readonly struct DebVersion(string text) : IComparable<DebVersion>, IEquatable<DebVersion>
{
    private readonly string _text = text;

    /// <summary>Orders two versions: negative if the first is lower, zero if dpkg takes them as equal, as it does with <c>1.0</c> and <c>1.00</c>.</summary>
    public static int Compare(string left, string right) => new DebVersion(left).CompareTo(new DebVersion(right));

    /// <inheritdoc />
    public int CompareTo(DebVersion other)
    {
        var (left, right) = (Split(_text), Split(other._text));
        var epochs = Part(left.Epoch, right.Epoch);
        if (epochs != 0)
        {
            return epochs;
        }

        var upstream = Part(left.Upstream, right.Upstream);
        return upstream != 0 ? upstream : Part(left.Revision, right.Revision);
    }

    /// <inheritdoc />
    public bool Equals(DebVersion other) => CompareTo(other) == 0;

    /// <inheritdoc />
    public override bool Equals(object? obj) => obj is DebVersion other && Equals(other);

    /// <summary>Versions that are equal may be written differently, so that only their epoch could be hashed; versions are compared, not looked up.</summary>
    public override int GetHashCode() => 0;

    /// <inheritdoc />
    public override string ToString() => _text ?? "";

    public static bool operator ==(DebVersion left, DebVersion right) => left.Equals(right);

    public static bool operator !=(DebVersion left, DebVersion right) => !left.Equals(right);

    public static bool operator <(DebVersion left, DebVersion right) => left.CompareTo(right) < 0;

    public static bool operator >(DebVersion left, DebVersion right) => left.CompareTo(right) > 0;

    public static bool operator <=(DebVersion left, DebVersion right) => left.CompareTo(right) <= 0;

    public static bool operator >=(DebVersion left, DebVersion right) => left.CompareTo(right) >= 0;

    // The epoch ends at the first colon, the revision begins after the last hyphen.
    private static (string Epoch, string Upstream, string Revision) Split(string? version)
    {
        var rest = version ?? "";
        var colon = rest.IndexOf(':', StringComparison.Ordinal);
        var epoch = colon < 0 ? "" : rest[..colon];
        rest = rest[(colon + 1)..];
        var hyphen = rest.LastIndexOf('-');
        return hyphen < 0 ? (epoch, rest, "") : (epoch, rest[..hyphen], rest[(hyphen + 1)..]);
    }

    // Turn by turn a run of other characters and a run of digits, as dpkg's verrevcmp does.
    private static int Part(string left, string right)
    {
        var (l, r) = (0, 0);
        while (l < left.Length || r < right.Length)
        {
            while ((l < left.Length && !char.IsAsciiDigit(left[l])) || (r < right.Length && !char.IsAsciiDigit(right[r])))
            {
                var difference = Weight(left, l) - Weight(right, r);
                if (difference != 0)
                {
                    return difference;
                }

                l++;
                r++;
            }

            var (leftNumber, rightNumber) = (Number(left, ref l), Number(right, ref r));
            var order = leftNumber.Length != rightNumber.Length
                ? leftNumber.Length - rightNumber.Length
                : string.CompareOrdinal(leftNumber, rightNumber);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
    }

    // A tilde sorts before the end, the end before letters, letters before all else; a digit ends the run as the end does.
    private static int Weight(string text, int at) => at >= text.Length || char.IsAsciiDigit(text[at]) ? 0
        : text[at] == '~' ? -1
        : char.IsAsciiLetter(text[at]) ? text[at]
        : text[at] + 256;

    // Without leading zeros: of two numbers the longer is the greater, whatever its length.
    private static string Number(string text, ref int at)
    {
        while (at < text.Length && text[at] == '0')
        {
            at++;
        }

        var begin = at;
        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return text[begin..at];
    }
}
