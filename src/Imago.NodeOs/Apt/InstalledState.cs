using System.Collections.Immutable;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Imago.NodeOs.Apt;

/// <summary>What dpkg says is installed.</summary>
/// <param name="Packages">Installed packages, whole or half, ordered by name and architecture.</param>
/// <param name="Holds">Names that somebody holds.</param>
/// <param name="Sizes">Installed size in KiB, by name and architecture.</param>
/// <param name="Torn">Packages that were interrupted while they were being unpacked, by name and architecture: they have to be unpacked again.</param>
internal sealed record InstalledState(
    ImmutableArray<InstalledPackage> Packages,
    ImmutableHashSet<string> Holds,
    ImmutableDictionary<(string Name, string Architecture), long> Sizes,
    ImmutableHashSet<(string Name, string Architecture)> Torn)
{
    /// <summary>The question to <c>dpkg-query -W -f</c>, whose answer <see cref="Parse"/> reads.</summary>
    public const string Format = @"${Package}\t${Architecture}\t${Version}\t${db:Status-Want}\t${db:Status-Status}\t${db:Status-Eflag}\t${Installed-Size}\n";

    // Of these nothing but settings is left, or nothing at all.
    private static readonly string[] Gone = ["not-installed", "config-files"];

    public static InstalledState Parse(string output)
    {
        var packages = new List<InstalledPackage>();
        var holds = ImmutableHashSet.CreateBuilder<string>(StringComparer.Ordinal);
        var torn = ImmutableHashSet.CreateBuilder<(string, string)>();
        var sizes = ImmutableDictionary.CreateBuilder<(string, string), long>();
        foreach (var line in output.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            if (line.Split('\t') is [var name, var architecture, var version, var want, var status, var flag, var size] && !Gone.Contains(status, StringComparer.Ordinal))
            {
                packages.Add(new InstalledPackage(name, architecture, version, Complete: status is "installed" && flag is "ok"));
                sizes[(name, architecture)] = long.TryParse(size, NumberStyles.None, CultureInfo.InvariantCulture, out var kibibytes) ? kibibytes : 0;
                if (flag is "reinstreq" || status is "half-installed")
                {
                    torn.Add((name, architecture));
                }

                if (want is "hold")
                {
                    holds.Add(name);
                }
            }
        }

        packages.Sort((a, b) => string.CompareOrdinal(a.Name, b.Name) is var order && order != 0 ? order : string.CompareOrdinal(a.Architecture, b.Architecture));
        return new InstalledState([.. packages], holds.ToImmutable(), sizes.ToImmutable(), torn.ToImmutable());
    }

    /// <summary>NM-30: the same packages in the same versions give the same hash, on any machine.</summary>
    public string Inventory() => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Concat(Packages.Select(p => $"{p.Name} {p.Architecture} {p.Version}{(p.Complete ? "" : " incomplete")}\n")))));

    /// <summary>The installed package of that name, for the architecture or for all of them: a package may move between the two.</summary>
    public InstalledPackage? Find(string name, string architecture)
    {
        InstalledPackage? found = null;
        foreach (var package in Packages.Where(p => p.Name == name))
        {
            if (package.Architecture == architecture)
            {
                return package;
            }

            if (package.Architecture is "all" || architecture is "all")
            {
                found = package;
            }
        }

        return found;
    }
}
