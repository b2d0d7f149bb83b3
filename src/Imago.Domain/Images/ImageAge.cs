using NodaTime;

namespace Imago.Domain.Images;

/// <summary>What the age of an image means for support.</summary>
public enum AgeVerdict
{
    /// <summary>The image states no version: its age is not known, which is not the same as young.</summary>
    Unknown,

    /// <summary>Younger than 60 days.</summary>
    Current,

    /// <summary>60 days or older: warned about.</summary>
    Ageing,

    /// <summary>Older than 90 days: out of support.</summary>
    OutOfSupport,
}

/// <summary>The age of an image on a day.</summary>
/// <param name="Verdict">What it means.</param>
/// <param name="Days">Days since the base date of the version; null if unknown. Negative for an image of the future.</param>
/// <remarks>Rules: IM-40.</remarks>
public readonly record struct ImageAge(AgeVerdict Verdict, int? Days)
{
    /// <summary>From this age on it is warned about, in days.</summary>
    public const int WarnFrom = 60;

    /// <summary>The oldest age that is in support, in days.</summary>
    public const int SupportedUpTo = 90;

    /// <summary>The age of an image.</summary>
    /// <remarks>IM-40: by the version's own date; neither when it was installed nor a security patch on top makes it younger.</remarks>
    public static ImageAge Of(NodeImage image, LocalDate today)
    {
        if (!image.IsKnown)
        {
            return new ImageAge(AgeVerdict.Unknown, null);
        }

        var days = Period.DaysBetween(image.Version.Date, today);
        return new ImageAge(days > SupportedUpTo ? AgeVerdict.OutOfSupport : days >= WarnFrom ? AgeVerdict.Ageing : AgeVerdict.Current, days);
    }
}
