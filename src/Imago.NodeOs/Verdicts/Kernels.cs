using System.Collections.Immutable;
using Imago.NodeOs.Apt;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>The kernels that packages brought.</summary>
internal static class Kernels
{
    private static readonly string[] Prefixes = ["linux-image-unsigned-", "linux-image-"];

    /// <summary>The newest kernel release among installed packages; null: there is none. Packages without a number only point to others.</summary>
    public static string? Newest(IEnumerable<InstalledPackage> packages) => packages.Where(p => p.Complete).Select(p => Release(p.Name)).OfType<string>()
        .OrderBy(r => new DebVersion(r)).LastOrDefault();

    /// <summary>NM-55, NM-58: whether the running kernel came from a package of this machine. In containers and small virtual machines it does not, and nothing follows from it.</summary>
    public static bool Own(string running, ImmutableArray<InstalledPackage> packages, MachineRoot root) =>
        running.Length > 0 && (packages.Any(p => Release(p.Name) == running) || root.Has($"/boot/vmlinuz-{running}")
            || Prefixes.Any(prefix => root.Has($"/var/lib/dpkg/info/{prefix}{running}.list")));

    private static string? Release(string package)
    {
        var prefix = Prefixes.FirstOrDefault(p => package.StartsWith(p, StringComparison.Ordinal));
        return prefix is not null && package.Length > prefix.Length && char.IsAsciiDigit(package[prefix.Length]) ? package[prefix.Length..] : null;
    }
}
