using System.Diagnostics;
using Imago.Acceptance.Tests.Serving;
using Imago.NodeOs.Rig.Machines;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>The agent as it is given to users: one trimmed file, which the script for that makes. It is made once for a state of the sources.</summary>
internal static class PublishedAgent
{
    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(15);
    private static readonly SemaphoreSlim One = new(1, 1);

    private static string File => Path.Combine(Clone.Artifacts("agent"), "imago-agent");

    /// <summary>Makes it if it is missing or older than the sources.</summary>
    /// <returns>The file.</returns>
    public static async Task<string> EnsureAsync()
    {
        await One.WaitAsync();
        try
        {
            if (!System.IO.File.Exists(File) || System.IO.File.GetLastWriteTimeUtc(File) < NewestSource())
            {
                var begun = HostClock.Instance.GetUtcNow().UtcDateTime;
                (await ProgramRun.Of(new ProcessStartInfo(Path.Combine(Clone.Root, "eng", "publish-agent.sh"), [Path.GetDirectoryName(File)!]), AtMost)).MustSucceed();

                // Sources that were changed in the meantime are not in it.
                System.IO.File.SetLastWriteTimeUtc(File, begun);
            }

            return File;
        }
        finally
        {
            One.Release();
        }
    }

    private static DateTime NewestSource() =>
        Directory.EnumerateFiles(Path.Combine(Clone.Root, "src"), "*", SearchOption.AllDirectories).Where(IsSource)
            .Append(Path.Combine(Clone.Root, "Directory.Packages.props")).Append(Path.Combine(Clone.Root, "Directory.Build.props"))
            .Max(System.IO.File.GetLastWriteTimeUtc);

    private static bool IsSource(string path)
    {
        var below = Path.GetRelativePath(Path.Combine(Clone.Root, "src"), path).Split(Path.DirectorySeparatorChar);
        return below is [_, not ("bin" or "obj"), ..] && Path.GetExtension(path) is ".cs" or ".csproj";
    }
}
