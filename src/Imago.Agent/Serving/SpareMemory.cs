using System.Runtime;
using System.Runtime.InteropServices;

namespace Imago.Agent.Serving;

/// <summary>
/// Gives the memory back that a piece of work took. Left alone, the collector and the C library keep it for the next one, and an agent rests nearly always: measured, a third of
/// what it has after it has read its machine.
/// </summary>
internal static class SpareMemory
{
    /// <summary>Gives back what can be; takes some ten milliseconds.</summary>
    public static void GiveBack()
    {
        GCSettings.LargeObjectHeapCompactionMode = GCLargeObjectHeapCompactionMode.CompactOnce;
        GC.Collect(2, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        try
        {
            _ = Trim(0);
        }
        catch (Exception missing) when (missing is DllNotFoundException or EntryPointNotFoundException)
        {
            // Another C library, which keeps less for itself.
        }
    }

    // What compiled the agent's code takes its memory from the C library, not from the collector.
    [DllImport("libc.so.6", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Trim(nuint keep);
}
