using System.Collections.Immutable;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;

namespace Imago.Application.Catalog.Archives;

/// <summary>What a distribution calls its archives.</summary>
/// <param name="Name">Name of the preset.</param>
/// <param name="Family">Family of its machines.</param>
/// <param name="Codename">Codename of the release.</param>
/// <param name="Mirror">Address of its release and updates pockets.</param>
/// <param name="SecurityMirror">Address of its security pocket.</param>
/// <param name="Snapshots">Snapshots of the first, with the level left open.</param>
/// <param name="SecuritySnapshots">Snapshots of the second.</param>
/// <param name="Label">Label of release and updates.</param>
/// <param name="SecurityLabel">Label of security.</param>
/// <param name="Components">Components.</param>
/// <param name="Keyring">Where the distribution's keyring package puts its keys.</param>
/// <remarks>Rules: NM-41, NM-48.</remarks>
public sealed record ArchivePreset(
    string Name,
    ImageFamily Family,
    string Codename,
    string Mirror,
    string SecurityMirror,
    string? Snapshots,
    string? SecuritySnapshots,
    string? Label,
    string? SecurityLabel,
    ImmutableArray<string> Components,
    string Keyring)
{
    /// <summary>The presets, by name.</summary>
    public static ImmutableSortedDictionary<string, ArchivePreset> All { get; } = new[]
    {
        Debian("12", "bookworm"), Debian("13", "trixie"),
        Ubuntu("20.04", "focal"), Ubuntu("22.04", "jammy"), Ubuntu("24.04", "noble"),
    }.ToImmutableSortedDictionary(p => p.Name, p => p, StringComparer.Ordinal);

    /// <summary>The suites.</summary>
    public ImmutableArray<SuiteSource> Suites =>
    [
        new(ArchivePocket.Release, Mirror, Codename, Components) { Label = Label, Snapshots = Snapshots },
        new(ArchivePocket.Updates, Mirror, $"{Codename}-updates", Components) { Label = Label, Snapshots = Snapshots },
        new(ArchivePocket.Security, SecurityMirror, $"{Codename}-security", Components) { Label = SecurityLabel, Snapshots = SecuritySnapshots },
    ];

    private static ArchivePreset Debian(string version, string codename) => new(
        $"debian-{version}",
        ImageFamily.OfMachine("debian", version)!,
        codename,
        "http://deb.debian.org/debian",
        "http://deb.debian.org/debian-security",
        $"https://snapshot.debian.org/archive/debian/{SuiteSource.LevelMark}",
        $"https://snapshot.debian.org/archive/debian-security/{SuiteSource.LevelMark}",
        "Debian",
        "Debian-Security",
        ["main"],
        "/usr/share/keyrings/debian-archive-keyring.gpg");

    private static ArchivePreset Ubuntu(string version, string codename) => new(
        $"ubuntu-{version}",
        ImageFamily.OfMachine("ubuntu", version)!,
        codename,
        "http://archive.ubuntu.com/ubuntu",
        "http://security.ubuntu.com/ubuntu",
        $"https://snapshot.ubuntu.com/ubuntu/{SuiteSource.LevelMark}",
        $"https://snapshot.ubuntu.com/ubuntu/{SuiteSource.LevelMark}",
        "Ubuntu",
        "Ubuntu",
        ["main", "universe"],
        "/usr/share/keyrings/ubuntu-archive-keyring.gpg");
}
