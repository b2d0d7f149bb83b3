using System.Globalization;
using System.Text.RegularExpressions;
using Imago.Simulation.Blueprints;

namespace Imago.Simulation.Serving.Pools;

/// <summary>What a machine of a named size has for pods. Azure's names say the number of processors and the family; the family says how much memory goes with each.</summary>
internal static partial class MachineSize
{
    // Standard_D4ds_v5 where nobody names a size: what AKS gives most people.
    private const int UsualCores = 4;

    private const long Gibibyte = 1L << 30;

    /// <summary>What is left for pods after what AKS reserves for the kubelet and the system.</summary>
    public static Resources Of(string vmSize)
    {
        var match = Size().Match(vmSize);
        var cores = match.Success ? int.Parse(match.Groups["cores"].ValueSpan, CultureInfo.InvariantCulture) : UsualCores;
        var perCore = match.Success ? MemoryPerCore(match.Groups["family"].Value) : 4;
        return Resources.None with
        {
            MilliCpu = (cores * 1000) - Math.Min(60 * cores, 480),
            MemoryBytes = cores * perCore * Gibibyte * 78 / 100,
            Pods = 110,
        };
    }

    private static long MemoryPerCore(string family) => char.ToUpperInvariant(family[0]) switch
    {
        'E' or 'M' => 8,
        'F' => 2,
        _ => 4,
    };

    [GeneratedRegex("^Standard_(?<family>[A-Z]+)(?<cores>[1-9][0-9]{0,2})", RegexOptions.IgnoreCase | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Size();
}
