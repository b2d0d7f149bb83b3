using System.Diagnostics;
using System.Globalization;

namespace Imago.Bench.Servers;

/// <summary>What a process has used.</summary>
/// <param name="Resident">Memory in RAM now, in MiB.</param>
/// <param name="Processor">Processor time since its start.</param>
internal sealed record ProcessUse(double Resident, TimeSpan Processor)
{
    public static ProcessUse Of(int processId)
    {
        using var process = Process.GetProcessById(processId);
        var kibibytes = File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{processId}/status"))
            .First(l => l.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1];
        return new(double.Parse(kibibytes, CultureInfo.InvariantCulture) / 1024, process.TotalProcessorTime);
    }
}
