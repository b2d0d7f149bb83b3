using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>Which kernel runs, since which boot.</summary>
/// <param name="Kernel">Release of the running kernel.</param>
/// <param name="BootId">Identity of the boot.</param>
internal sealed record BootFacts(string Kernel, string BootId)
{
    // Read from files and not from `uname`, so that a test host can stand in for a machine.
    public static BootFacts Of(MachineRoot root) => new(
        root.Read("/proc/sys/kernel/osrelease")?.Trim() ?? "",
        root.Read("/proc/sys/kernel/random/boot_id")?.Trim() ?? "");
}
