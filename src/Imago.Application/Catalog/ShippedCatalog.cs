using System.IO.Compression;
using System.Text;
using Imago.Domain.Images;
using NodaTime;

namespace Imago.Application.Catalog;

/// <summary>The catalogue that comes with the product: the history of node images and patch levels, and where it is from.</summary>
/// <param name="Releases">The releases.</param>
/// <param name="Source">Where the facts come from.</param>
/// <param name="Licence">Under which licence.</param>
/// <param name="State">The last day whose publications are in it.</param>
public sealed record ShippedCatalog(ReleaseCatalog Releases, string Source, string Licence, LocalDate State)
{
    private const string Resource = "Imago.Application.Catalog.catalog.txt.gz";

    /// <summary>Reads the catalogue from the assembly. Its families are read when they are first asked about, so a start costs little: load it once and pass it on.</summary>
    public static ShippedCatalog Load()
    {
        using var packed = typeof(ShippedCatalog).Assembly.GetManifestResourceStream(Resource)
            ?? throw new InvalidOperationException($"Resource '{Resource}' is missing from the assembly: it was built without it.");
        using var reader = new StreamReader(new GZipStream(packed, CompressionMode.Decompress), Encoding.UTF8);
        return CatalogText.Read(reader.ReadToEnd());
    }

    /// <summary>What to say when an answer is asked for at an instant after the end of the data; null when it is not.</summary>
    public string? WarningAt(Instant asOf) => Releases.LiesAfterData(asOf)
        ? $"The catalogue ends on {State:uuuu-MM-dd}; newer images may exist that it does not know."
        : null;
}
