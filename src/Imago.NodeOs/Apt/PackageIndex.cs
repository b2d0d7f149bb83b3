using System.Globalization;
using Imago.Domain.Images.Archives;

namespace Imago.NodeOs.Apt;

/// <summary>One version that an archive offers.</summary>
/// <param name="Name">Name.</param>
/// <param name="Architecture">Architecture.</param>
/// <param name="Version">Version.</param>
/// <param name="Pocket">Pocket of the suite that offers it.</param>
/// <param name="InstalledKibibytes">Size when unpacked, in KiB.</param>
internal sealed record OfferedPackage(string Name, string Architecture, string Version, ArchivePocket Pocket, long InstalledKibibytes);

/// <summary>Reads an index of packages.</summary>
internal static class PackageIndex
{
    /// <summary>The versions of the wanted packages.</summary>
    /// <param name="text">The index.</param>
    /// <param name="pocket">Pocket of its suite.</param>
    /// <param name="wanted">Tells by name whether a package is wanted.</param>
    public static IEnumerable<OfferedPackage> Read(TextReader text, ArchivePocket pocket, Func<string, bool> wanted)
    {
        foreach (var stanza in Stanza.Of(text, "Package", "Architecture", "Version", "Installed-Size"))
        {
            var name = stanza.Field("Package");
            if (wanted(name))
            {
                var size = long.TryParse(stanza.Field("Installed-Size"), NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes : 0;
                yield return new OfferedPackage(name, stanza.Field("Architecture"), stanza.Field("Version"), pocket, size);
            }
        }
    }
}
