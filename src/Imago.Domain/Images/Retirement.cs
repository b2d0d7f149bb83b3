using System.Collections.Immutable;
using NodaTime;

namespace Imago.Domain.Images;

/// <summary>Where an operating system stands in its retirement.</summary>
public enum RetirementState
{
    /// <summary>In support, and no end within the warning time.</summary>
    Supported,

    /// <summary>Support ends within 90 days.</summary>
    EndsSoon,

    /// <summary>No new images or patches, and no new pools.</summary>
    EndOfSupport,

    /// <summary>The images are gone: scale-out, reimage and redeploy fail. Running nodes keep running.</summary>
    Removed,
}

/// <summary>The two dates of a retirement, both inclusive: on the day itself it has happened.</summary>
/// <param name="Sku">Operating system.</param>
/// <param name="EndOfSupport">From this day no new images, patches or pools.</param>
/// <param name="ImagesRemoved">From this day the images are gone; null if no date is known.</param>
/// <remarks>Rules: IM-42, IM-43, IM-44.</remarks>
public sealed record Retirement(OsSku Sku, LocalDate EndOfSupport, LocalDate? ImagesRemoved)
{
    /// <summary>IM-44: existing pools are warned this many days before the end of support.</summary>
    public const int WarnDays = 90;

    /// <summary>The retirements that are announced, by end of support.</summary>
    public static ImmutableArray<Retirement> All { get; } =
    [
        new(OsSku.Ubuntu1804, new(2025, 6, 17), null),
        new(OsSku.AzureLinux2, new(2025, 11, 30), new(2026, 3, 31)),

        // Mariner 2 is Azure Linux 2 under its earlier name.
        new(OsSku.Mariner2, new(2025, 11, 30), new(2026, 3, 31)),
        new(OsSku.Windows2019, new(2026, 3, 1), new(2027, 4, 1)),
        new(OsSku.WindowsAnnual, new(2026, 5, 15), new(2027, 5, 15)),
        new(OsSku.Flatcar, new(2026, 6, 8), new(2026, 9, 8)),
        new(OsSku.Ubuntu2004, new(2027, 3, 17), new(2027, 3, 17)),
        new(OsSku.Ubuntu2204, new(2027, 6, 30), new(2028, 4, 30)),
        new(OsSku.Windows2022, new(2028, 6, 30), new(2029, 6, 30)),
    ];

    /// <summary>The retirement of an operating system; null if none is announced.</summary>
    public static Retirement? Of(OsSku sku) => All.FirstOrDefault(r => r.Sku == sku);

    /// <summary>The retirement of a family's operating system; null if none is announced or the family is not in the table.</summary>
    public static Retirement? Of(ImageFamily family) => ImageFamilies.Find(family) is { } facts ? Of(facts.Sku) : null;

    /// <summary>Where it stands on a day.</summary>
    public RetirementState StateOn(LocalDate day) =>
        day >= ImagesRemoved ? RetirementState.Removed
        : day >= EndOfSupport ? RetirementState.EndOfSupport
        : day >= EndOfSupport.PlusDays(-WarnDays) ? RetirementState.EndsSoon
        : RetirementState.Supported;

    /// <summary>IM-44: why a new pool of the system is refused on a day, or null.</summary>
    public static string? RefusalOfNewPool(OsSku sku, LocalDate day) =>
        Of(sku) is { } retirement && retirement.StateOn(day) is RetirementState.EndOfSupport or RetirementState.Removed
            ? $"OS SKU {sku} has been out of support since {retirement.EndOfSupport:uuuu-MM-dd}: no new node pools. Choose another OS SKU."
            : null;

    /// <summary>IM-44, IM-42: what the owner of an existing pool should know on a day, or null.</summary>
    public string? WarningOn(string pool, LocalDate day) => StateOn(day) switch
    {
        RetirementState.EndsSoon => $"Node pool '{pool}': support of {Sku} ends on {EndOfSupport:uuuu-MM-dd}; there will be no new images or patches. Move to another OS SKU.",
        RetirementState.EndOfSupport => $"Node pool '{pool}': {Sku} has been out of support since {EndOfSupport:uuuu-MM-dd}; there are no new images or patches"
            + (ImagesRemoved is { } gone ? $", and from {gone:uuuu-MM-dd} on it cannot scale out or be reimaged" : "") + ". Move to another OS SKU.",
        RetirementState.Removed => $"Node pool '{pool}': the images of {Sku} were removed on {ImagesRemoved!.Value:uuuu-MM-dd}; scale-out, reimage and redeploy fail, running nodes go on. Move to another OS SKU.",
        _ => null,
    };
}
