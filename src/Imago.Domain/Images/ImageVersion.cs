using NodaTime;

namespace Imago.Domain.Images;

/// <summary>
/// The version part of an image, as numbers. Linux: build date and respin. Windows: build, revision and date. Order is numeric; string order is
/// wrong (<c>202603.18.10</c> is newer than <c>202603.18.9</c>).
/// </summary>
/// <param name="WindowsBuild">Windows build such as 20348; 0 for Linux.</param>
/// <param name="WindowsRevision">Windows revision; 0 for Linux.</param>
/// <param name="Date">Build date.</param>
/// <param name="Respin">Linux respin counter; 0 for Windows and for the old Linux form.</param>
/// <remarks>Rules: IM-2, IM-3, IM-4, IM-9.</remarks>
public readonly record struct ImageVersion(int WindowsBuild, int WindowsRevision, LocalDate Date, int Respin) : IComparable<ImageVersion>
{
    /// <summary>Whether this is a Windows version.</summary>
    public bool IsWindows => WindowsBuild != 0;

    /// <summary>Reads the version part of an image: <c>YYYYMM.DD.P</c>, <c>YYYY.MM.DD</c> or <c>build.revision.YYMMDD</c>, of a date that exists.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out ImageVersion version) => NodeImageGrammar.TryVersion(text, out version);

    /// <summary>IM-9: Linux by (date, respin), Windows by (build, revision, date), all numeric.</summary>
    public int CompareTo(ImageVersion other)
    {
        var byBuild = WindowsBuild.CompareTo(other.WindowsBuild);
        if (byBuild != 0)
        {
            return byBuild;
        }

        var byRevision = WindowsRevision.CompareTo(other.WindowsRevision);
        if (byRevision != 0)
        {
            return byRevision;
        }

        var byDate = Date.CompareTo(other.Date);
        return byDate != 0 ? byDate : Respin.CompareTo(other.Respin);
    }

    /// <summary>Numeric order.</summary>
    public static bool operator <(ImageVersion left, ImageVersion right) => left.CompareTo(right) < 0;

    /// <summary>Numeric order.</summary>
    public static bool operator >(ImageVersion left, ImageVersion right) => left.CompareTo(right) > 0;

    /// <summary>Numeric order.</summary>
    public static bool operator <=(ImageVersion left, ImageVersion right) => left.CompareTo(right) <= 0;

    /// <summary>Numeric order.</summary>
    public static bool operator >=(ImageVersion left, ImageVersion right) => left.CompareTo(right) >= 0;

    /// <summary>Canonical text: <c>YYYYMM.DD.P</c> or <c>build.revision.YYMMDD</c>. The old Linux form is never generated (IM-3).</summary>
    public override string ToString() => IsWindows
        ? $"{WindowsBuild:D5}.{WindowsRevision}.{Date.Year % 100:D2}{Date.Month:D2}{Date.Day:D2}"
        : $"{Date.Year:D4}{Date.Month:D2}.{Date.Day:D2}.{Respin}";
}
