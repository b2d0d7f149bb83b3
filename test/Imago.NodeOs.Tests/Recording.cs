using System.Collections.Immutable;
using Imago.Domain.Images.Archives;
using Imago.NodeOs.Apt;

namespace Imago.NodeOs.Tests;

/// <summary>Outputs recorded on real root file systems of Debian 12 and Ubuntu 22.04.</summary>
internal static class Recording
{
    public static string Text(string name) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Recorded", name));

    public static AptSimulation Simulation(string name) => AptSimulation.Parse(Text(name));

    /// <summary>The recorded lists name package and version; all are whole and nobody holds them.</summary>
    public static InstalledState Installed(string name) => InstalledState.Parse(string.Concat(Text(name).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split('\t'))
        .Select(w => $"{w[0]}\tamd64\t{w[1]}\tinstall\tinstalled\tok\t100\n")));

    /// <summary>What the security pocket offered, as far as the recording shows it: the versions that apt would take from there.</summary>
    public static ImmutableArray<OfferedPackage> Offered(AptSimulation simulation, string security) =>
    [
        .. simulation.Installs.Select(i => new OfferedPackage(i.Name, "amd64", i.To, i.Origins.Contains(security, StringComparison.Ordinal) ? ArchivePocket.Security : ArchivePocket.Release, 100)),
    ];
}
