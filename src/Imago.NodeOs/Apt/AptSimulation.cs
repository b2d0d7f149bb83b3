using System.Collections.Immutable;
using System.Text.RegularExpressions;

namespace Imago.NodeOs.Apt;

/// <summary>What <c>apt-get -s</c> says would happen.</summary>
/// <param name="Installs">What would be installed or upgraded.</param>
/// <param name="Removals">Names of what would be removed.</param>
internal sealed partial record AptSimulation(ImmutableArray<SimulatedInstall> Installs, ImmutableArray<string> Removals)
{
    // Inst perl [5.36.0-7+deb12u3] (5.36.0-7+deb12u4 Debian-Security:12/oldstable-security [amd64]) [perl:amd64 ]
    // Inst linux-image-6.1.0-56-amd64 (6.1.187-1 Debian-Security:12/oldstable-security [amd64])
    [GeneratedRegex(@"^Inst (?<name>[^\s:]+)(:(?<qualifier>\S+))?( \[(?<from>[^\]]+)\])? \((?<to>\S+) (?<origins>.*)\[(?<arch>[^\]]+)\]\)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Inst();

    [GeneratedRegex(@"^(Remv|Purg) (?<name>\S+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Remv();

    public static AptSimulation Parse(string output)
    {
        var installs = ImmutableArray.CreateBuilder<SimulatedInstall>();
        var removals = ImmutableArray.CreateBuilder<string>();
        foreach (var line in output.Split('\n'))
        {
            if (Inst().Match(line) is { Success: true } inst)
            {
                var from = inst.Groups["from"];
                installs.Add(new SimulatedInstall(
                    inst.Groups["name"].Value, inst.Groups["arch"].Value, from.Success ? from.Value : null, inst.Groups["to"].Value, inst.Groups["origins"].Value.Trim()));
            }
            else if (Remv().Match(line) is { Success: true } remv)
            {
                removals.Add(remv.Groups["name"].Value);
            }
        }

        return new AptSimulation(installs.ToImmutable(), removals.ToImmutable());
    }
}

/// <summary>One <c>Inst</c> line.</summary>
/// <param name="Name">Name.</param>
/// <param name="Architecture">Architecture.</param>
/// <param name="From">Installed version; null: new.</param>
/// <param name="To">Version that would be installed.</param>
/// <param name="Origins">Where the version comes from, by label and suite, for people.</param>
internal sealed record SimulatedInstall(string Name, string Architecture, string? From, string To, string Origins);
