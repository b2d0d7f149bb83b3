using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>
/// Finds the suites that a goal is planned from. In this order: what the order names; the package service inside the cluster; the machine's settings; the addresses of the
/// machine's own sources where the settings ask for them; the distribution's public snapshot service.
/// </summary>
internal static class AptSources
{
    /// <summary>The suites for a goal.</summary>
    /// <exception cref="NodeOsException">With <see cref="NodeOsReason.ArchiveUnknown"/> when a pocket that is needed is not among them.</exception>
    public static ImmutableArray<AptSource> For(PatchGoal goal, OsRelease system, MachineSettings settings, ImmutableArray<OwnSource> own, MachineKeys keys)
    {
        own = OfDistribution(system, own);
        var service = goal.RepoService is { } address && IsPrivate(address) ? address : null;
        var found = goal.Archive is { } archive ? archive.Suites.Select(s => Ordered(s, service, system, settings, own, keys))
            : service is not null ? Named(Service(service, system, own), goal, system, keys)
            : settings.Archives.Length > 0 ? Named(settings.Archives, goal, system, keys)
            : settings.OwnSources ? Named(Own(system, own), goal, system, keys)
            : Named(Snapshot(system, own), goal, system, keys);

        // NM-40: release and security only, so that no newer build of another pocket hides a fix; everything takes all.
        var sources = found.Where(s => goal.Content != OrderContent.Security || s.Pocket != ArchivePocket.Updates).OrderBy(s => s.Pocket).ToImmutableArray();
        var needed = ((ArchivePocket[])[ArchivePocket.Release, ArchivePocket.Security]).Where(p => sources.All(s => s.Pocket != p)).ToArray();
        return needed.Length == 0 ? sources : throw new NodeOsException(NodeOsReason.ArchiveUnknown,
            $"The archives of level {goal.Level} name no suite of pocket {string.Join(" and ", needed.Select(p => $"'{p}'"))}; both the release and its security fixes are needed. "
            + "Add it to the order or to 'archives' of the machine's settings.");
    }

    /// <summary>The same suites as a plan was made from, at the editions that it was made from.</summary>
    public static ImmutableArray<AptSource> Of(PatchPlan plan, OsRelease system, MachineSettings settings, ImmutableArray<OwnSource> own, MachineKeys keys) =>
        [.. plan.Archive.Suites.Select(s => Ordered(s, null, system, settings, OfDistribution(system, own), keys))];

    /// <summary>NM-5: only an address inside a private network is taken for a package service; any other is passed over.</summary>
    public static bool IsPrivate(IPAddress address) => address.AddressFamily == AddressFamily.InterNetwork && address.GetAddressBytes() switch
    {
        [10, ..] or [192, 168, ..] => true,
        [172, var second, ..] => second is >= 16 and <= 31,
        _ => false,
    };

    private static AptSource Ordered(
        SuiteState suite, IPAddress? service, OsRelease system, MachineSettings settings, ImmutableArray<OwnSource> own, MachineKeys keys)
    {
        var uri = service is null ? suite.Uri.TrimEnd('/') : Service(service, system, own).First(a => a.Pocket == suite.Pocket).Uri;
        var signedBy = settings.Archives.FirstOrDefault(a => a.Pocket == suite.Pocket)?.SignedBy
            ?? own.FirstOrDefault(o => o.Suite == suite.Suite)?.SignedBy ?? keys.Default(system);
        return new AptSource(suite.Pocket, uri, suite.Suite, suite.Components, signedBy, suite, Pinned: true);
    }

    private static IEnumerable<AptSource> Named(IEnumerable<MachineArchive> archives, PatchGoal goal, OsRelease system, MachineKeys keys) => archives.Select(a => new AptSource(
        a.Pocket,
        a.Uri.Replace("{level}", goal.Level.ToString(), StringComparison.Ordinal).TrimEnd('/'),
        a.Suite.Replace("{codename}", system.Codename, StringComparison.Ordinal),
        a.Components,
        a.SignedBy ?? keys.Default(system),
        Expected: null,
        Pinned: a.Uri.Contains("{level}", StringComparison.Ordinal)));

    private static IEnumerable<MachineArchive> Service(IPAddress service, OsRelease system, ImmutableArray<OwnSource> own) => Pockets(system, own, pocket =>
        IsDebian(system) && pocket == ArchivePocket.Security ? $"http://{service}/debian-security" : $"http://{service}/{system.Id}");

    private static IEnumerable<MachineArchive> Snapshot(OsRelease system, ImmutableArray<OwnSource> own) => Pockets(system, own, pocket =>
        !IsDebian(system) ? "https://snapshot.ubuntu.com/ubuntu/{level}"
        : pocket == ArchivePocket.Security ? "http://snapshot.debian.org/archive/debian-security/{level}"
        : "http://snapshot.debian.org/archive/debian/{level}");

    private static IEnumerable<MachineArchive> Own(OsRelease system, ImmutableArray<OwnSource> own) => Pockets(system, own, pocket =>
        own.FirstOrDefault(o => o.Suite == SuiteOf(system, pocket))?.Uri
        ?? (!IsDebian(system) ? own.FirstOrDefault(o => o.Suite == system.Codename)?.Uri ?? "http://archive.ubuntu.com/ubuntu"
            : pocket == ArchivePocket.Security ? "http://deb.debian.org/debian-security"
            : own.FirstOrDefault(o => o.Suite == system.Codename)?.Uri ?? "http://deb.debian.org/debian"));

    // Each pocket with the components and keys that the machine itself uses for it.
    private static IEnumerable<MachineArchive> Pockets(OsRelease system, ImmutableArray<OwnSource> own, Func<ArchivePocket, string> uri)
    {
        foreach (var pocket in Enum.GetValues<ArchivePocket>())
        {
            var suite = SuiteOf(system, pocket);
            var same = own.Where(o => o.Suite == suite).ToArray();
            var components = (same.Length > 0 ? same : own.Where(o => o.Suite == system.Codename)).SelectMany(o => o.Components).Distinct(StringComparer.Ordinal).ToImmutableArray();
            yield return new MachineArchive(pocket, uri(pocket), suite, components.IsEmpty ? Usual(system) : components, same.FirstOrDefault()?.SignedBy);
        }
    }

    // NM-42: vendors name their suite by the distribution's codename as well (Docker's `noble stable`), but have no pockets beside it. Where no source has one, it is told by the
    // component that every distribution has.
    private static ImmutableArray<OwnSource> OfDistribution(OsRelease system, ImmutableArray<OwnSource> own)
    {
        var release = own.Where(o => o.Suite == system.Codename).ToArray();
        var updated = release.Where(o => own.Any(u => u.Uri == o.Uri && u.Suite == SuiteOf(system, ArchivePocket.Updates))).ToArray();
        var kept = updated.Length > 0 ? updated : [.. release.Where(o => o.Components.Contains("main", StringComparer.Ordinal))];
        return [.. own.Where(o => o.Suite != system.Codename || kept.Contains(o))];
    }

    // NM-41: codenames stay; `stable-security` becomes `oldstable-security` one day.
    private static string SuiteOf(OsRelease system, ArchivePocket pocket) => pocket switch
    {
        ArchivePocket.Security => system.Codename + "-security",
        ArchivePocket.Updates => system.Codename + "-updates",
        _ => system.Codename,
    };

    private static ImmutableArray<string> Usual(OsRelease system) => IsDebian(system) ? ["main"] : ["main", "restricted", "universe", "multiverse"];

    private static bool IsDebian(OsRelease system) => string.Equals(system.Id, "debian", StringComparison.Ordinal);
}

/// <summary>The keys that a machine trusts.</summary>
internal sealed class MachineKeys(MachineRoot root)
{
    private static readonly string[] DebianRings = ["/usr/share/keyrings/debian-archive-keyring.gpg", "/usr/share/keyrings/debian-archive-keyring.pgp"];

    /// <summary>The distribution's own key ring on machines that trust no key for all archives, as newer ones do; null: the keys that the machine trusts for all.</summary>
    public string? Default(OsRelease system) =>
        root.List("/etc/apt/trusted.gpg.d").Any(f => f.EndsWith(".gpg", StringComparison.Ordinal) || f.EndsWith(".asc", StringComparison.Ordinal)) || root.Has("/etc/apt/trusted.gpg")
            ? null
            : (system.Id == "debian" ? DebianRings : ["/usr/share/keyrings/ubuntu-archive-keyring.gpg"]).FirstOrDefault(root.Has);
}
