using System.Collections.Immutable;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;

namespace Imago.NodeOs.Apt;

/// <summary>An installed package with a newer version in a pocket that counts.</summary>
/// <param name="Name">Name.</param>
/// <param name="Architecture">Architecture of the version to install.</param>
/// <param name="Installed">Installed version.</param>
/// <param name="Available">The highest version of those pockets.</param>
/// <param name="Pocket">Its pocket.</param>
internal sealed record PendingFix(string Name, string Architecture, string Installed, string Available, ArchivePocket Pocket);

/// <summary>
/// NM-40: what is pending, computed from versions alone. The machine's candidate is not asked: a newer build of another pocket hides the fix from it, a hold or a pin hides
/// it too, and none of these makes the machine less vulnerable.
/// </summary>
internal static class PendingFixes
{
    public static ImmutableArray<PendingFix> Of(InstalledState installed, IEnumerable<OfferedPackage> offered, OrderContent content)
    {
        var best = new Dictionary<(string, string), OfferedPackage>();
        foreach (var offer in offered.Where(o => content != OrderContent.Security || o.Pocket == ArchivePocket.Security))
        {
            if (installed.Find(offer.Name, offer.Architecture) is { } has
                && DebVersion.Compare(offer.Version, has.Version) > 0
                && (!best.TryGetValue((has.Name, has.Architecture), out var known) || Better(offer, known)))
            {
                best[(has.Name, has.Architecture)] = offer;
            }
        }

        return
        [
            .. installed.Packages.Where(p => best.ContainsKey((p.Name, p.Architecture)))
                .Select(p => (Package: p, Offer: best[(p.Name, p.Architecture)]))
                .Select(x => new PendingFix(x.Package.Name, x.Offer.Architecture, x.Package.Version, x.Offer.Version, x.Offer.Pocket)),
        ];
    }

    // Two pockets may offer the same version: it is a security fix then.
    private static bool Better(OfferedPackage offer, OfferedPackage known) => DebVersion.Compare(offer.Version, known.Version) switch
    {
        0 => offer.Pocket > known.Pocket,
        var order => order > 0,
    };
}
