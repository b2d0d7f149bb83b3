using System.Collections.Immutable;
using Imago.NodeOs.Apt;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>The kernels that packages brought.</summary>
internal static class Kernels
{
    private static readonly string[] Prefixes = ["linux-image-unsigned-", "linux-image-"];

    /// <summary>
    /// The newest kernel release among installed packages, of the kind that runs where there are any of it: beside it may lie kernels of other kinds (<c>cloud</c>, <c>rt</c>),
    /// symbols for debugging and unsigned builds, which no restart brings. Null: there is none. Packages without a number only point to others.
    /// </summary>
    public static string? Newest(IEnumerable<InstalledPackage> packages, string running)
    {
        var releases = packages.Where(p => p.Complete).Select(p => Release(p.Name)).OfType<string>().OrderBy(r => new DebVersion(r)).ToArray();
        return releases.LastOrDefault(r => Kind(r) == Kind(running)) ?? releases.LastOrDefault();
    }

    /// <summary>NM-55, NM-58: whether the running kernel came from a package of this machine. In containers and small virtual machines it does not, and nothing follows from it.</summary>
    public static bool Own(string running, ImmutableArray<InstalledPackage> packages, MachineRoot root) =>
        running.Length > 0 && (packages.Any(p => Release(p.Name) == running) || root.Has($"/boot/vmlinuz-{running}")
            || Prefixes.Any(prefix => root.Has($"/var/lib/dpkg/info/{prefix}{running}.list")));

    // `cloud-amd64` of `6.1.0-28-cloud-amd64`, `azure` of `5.15.0-1051-azure`: the last parts that begin with a letter.
    private static string Kind(string release) => string.Join('-', release.Split('-').Reverse().TakeWhile(p => p.Length > 0 && char.IsAsciiLetter(p[0])).Reverse());

    private static string? Release(string package)
    {
        var prefix = Prefixes.FirstOrDefault(p => package.StartsWith(p, StringComparison.Ordinal));
        return prefix is not null && package.Length > prefix.Length && char.IsAsciiDigit(package[prefix.Length]) ? package[prefix.Length..] : null;
    }
}
