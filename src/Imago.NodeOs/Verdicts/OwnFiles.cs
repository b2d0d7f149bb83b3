using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>The libraries that this process itself uses.</summary>
/// <remarks>Rules: NM-59. Verdicts leave this process out: it ends, or starts anew, when its work is done.</remarks>
public static class OwnFiles
{
    /// <summary>Whether one of them was replaced since it began, as OpenSSL is by many levels.</summary>
    public static bool AreReplaced() => ReplacedFiles.Replaced(new MachineRoot().Read("/proc/self/maps") ?? "") is not null;
}
