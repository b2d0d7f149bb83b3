using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig.Machines;

/// <summary>Which kernel a boot loader would start.</summary>
internal static class Kernels
{
    /// <summary>Release of the newest kernel in <c>/boot</c> of a root file system; the host's where there is none.</summary>
    public static async Task<string> NewestAsync(string root)
    {
        var boot = Path.Join(root, "boot");
        var releases = Directory.Exists(boot) ? Directory.EnumerateFiles(boot, "vmlinuz-*").Select(f => Path.GetFileName(f)["vmlinuz-".Length..]).ToList() : [];
        if (releases.Count == 0)
        {
            return (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease")).Trim();
        }

        var sorted = (await HostProgram.RunAsync(["sort", "-V"], System.Text.Encoding.UTF8.GetBytes(string.Join('\n', releases) + '\n'))).MustSucceed();
        return sorted.Out.TrimEnd().Split('\n')[^1];
    }
}
