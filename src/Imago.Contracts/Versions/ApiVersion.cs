using System.Globalization;

namespace Imago.Contracts.Versions;

/// <summary>An api-version: a date, and whether it is a preview. Ordered by date; a preview comes before the stable version of the same day.</summary>
/// <param name="Date">The date.</param>
/// <param name="IsPreview">Whether the text ends with <c>-preview</c>.</param>
public readonly record struct ApiVersion(DateOnly Date, bool IsPreview) : IComparable<ApiVersion>
{
    private const string Suffix = "-preview";

    /// <summary>Reads <c>2025-03-01</c> or <c>2026-03-02-preview</c>; the suffix in any case.</summary>
    public static bool TryParse(string? text, out ApiVersion version)
    {
        var isPreview = text?.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase) == true;
        var date = isPreview ? text![..^Suffix.Length] : text;
        var read = DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day);
        version = new ApiVersion(day, isPreview);
        return read;
    }

    /// <summary>The version that a literal stands for.</summary>
    /// <exception cref="FormatException">The text is no api-version.</exception>
    public static ApiVersion Of(string text) => TryParse(text, out var version) ? version : throw new FormatException($"'{text}' is no api-version.");

    /// <inheritdoc />
    public int CompareTo(ApiVersion other) => (Date, IsPreview ? 0 : 1).CompareTo((other.Date, other.IsPreview ? 0 : 1));

    /// <summary>Order of versions.</summary>
    public static bool operator <(ApiVersion left, ApiVersion right) => left.CompareTo(right) < 0;

    /// <summary>Order of versions.</summary>
    public static bool operator >(ApiVersion left, ApiVersion right) => left.CompareTo(right) > 0;

    /// <summary>Order of versions.</summary>
    public static bool operator <=(ApiVersion left, ApiVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Order of versions.</summary>
    public static bool operator >=(ApiVersion left, ApiVersion right) => left.CompareTo(right) >= 0;

    /// <summary>As it is written in a request.</summary>
    public override string ToString() => Date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) + (IsPreview ? Suffix : "");
}
