using Imago.Domain.Images;
using NodaTime;

namespace Imago.Domain.Tests.Rollouts.Kit;

/// <summary>The values that most stories share.</summary>
internal static class Some
{
    public const string FamilyName = "AKSUbuntu-2204gen2containerd";
    public const string Old = FamilyName + "-202606.01.0";
    public const string New = FamilyName + "-202606.22.0";
    public const string Newest = FamilyName + "-202607.06.0";

    public static readonly ImageFamily Family = new(FamilyName);

    /// <summary>Wednesday, 1 July 2026, noon UTC: when stories begin.</summary>
    public static readonly Instant Noon = Instant.FromUtc(2026, 7, 1, 12, 0);

    public static Instant After(double minutes) => Noon + Duration.FromMinutes(minutes);

    public static PatchLevel Level(int month, int day) => PatchLevel.OfDate(new LocalDate(2026, month, day));
}
