using System.Text.RegularExpressions;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>What names of packages say about them.</summary>
internal static class PackageNames
{
    /// <summary>Whether a name fits one of the patterns, in which <c>*</c> stands for anything.</summary>
    public static bool Fits(string name, IEnumerable<string> patterns) => patterns.Any(pattern =>
        Regex.IsMatch(name, "^" + Regex.Escape(pattern).Replace("\\*", ".*", StringComparison.Ordinal) + "$", RegexOptions.CultureInvariant, TimeSpan.FromSeconds(1)));

    /// <summary>
    /// NM-15, NM-55: what will have to happen after these changes, as far as names tell: a kernel or the C library asks for a reboot, another library for services to be
    /// restarted. What really has to happen is read from the machine afterwards.
    /// </summary>
    public static RebootVerdict Predict(IEnumerable<PackageChange> changes, MachineSettings settings)
    {
        var verdict = RebootVerdict.None;
        foreach (var name in changes.Select(c => c.Name))
        {
            if (Fits(name, settings.KernelPackages) || Fits(name, settings.LibcPackages))
            {
                return RebootVerdict.Reboot;
            }

            if (name.StartsWith("lib", StringComparison.Ordinal))
            {
                verdict = RebootVerdict.RestartServices;
            }
        }

        return verdict;
    }

    /// <summary>A package as an argument of apt-get, for example <c>libssl3=3.0.22-1</c> or <c>libc6:i386=2.36-9</c>.</summary>
    public static string Argument(string name, string architecture, string version, string native) =>
        architecture == native || architecture is "all" ? $"{name}={version}" : $"{name}:{architecture}={version}";
}
