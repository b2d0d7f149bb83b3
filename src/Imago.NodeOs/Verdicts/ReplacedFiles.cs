using System.Collections.Immutable;
using System.Globalization;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>One process that still uses a library of which dpkg has put a newer one in place.</summary>
/// <param name="Pid">Its number.</param>
/// <param name="Name">Its name.</param>
/// <param name="Unit">The systemd service that it belongs to; null: none.</param>
/// <param name="Library">One such library.</param>
internal sealed record StaleProcess(int Pid, string Name, string? Unit, string Library);

/// <summary>Finds processes that map files that were replaced.</summary>
internal static class ReplacedFiles
{
    private static readonly string[] Libraries = ["/lib", "/usr/lib", "/usr/local/lib", "/opt/"];

    // A container's libraries come with its image; the machine's packages do not change them.
    private static readonly string[] Containers = ["kubepods", "docker-", "cri-containerd", "crio-", "libpod", "/lxc"];

    public static ImmutableArray<StaleProcess> Of(MachineRoot root)
    {
        // This process is not restarted by itself in the middle of its work: see OwnFiles. The link is empty where the machine's processes are not numbered as ours.
        var own = root.Link("/proc/self");
        var found = ImmutableArray.CreateBuilder<StaleProcess>();
        foreach (var folder in root.List("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
                && Path.GetFileName(folder) != own
                && Replaced(root.Read(folder + "/maps") ?? "") is { } library
                && (root.Read(folder + "/cgroup") ?? "") is var cgroup
                && !Containers.Any(c => cgroup.Contains(c, StringComparison.Ordinal)))
            {
                found.Add(new StaleProcess(pid, root.Read(folder + "/comm")?.Trim() ?? $"{pid}", UnitOf(cgroup), library));
            }
        }

        return [.. found.OrderBy(p => p.Pid)];
    }

    /// <summary>The first library in a process's maps that was deleted or replaced; null: none.</summary>
    public static string? Replaced(string maps) => maps.Split('\n')
        .Where(l => l.EndsWith(" (deleted)", StringComparison.Ordinal) && l.Contains('/', StringComparison.Ordinal))
        .Select(l => l[l.IndexOf('/', StringComparison.Ordinal)..^" (deleted)".Length])
        // While dpkg works the old file may carry this ending for a moment.
        .Select(p => p.EndsWith(".dpkg-new", StringComparison.Ordinal) ? p[..^".dpkg-new".Length] : p)
        .FirstOrDefault(p => Libraries.Any(l => p.StartsWith(l, StringComparison.Ordinal)) && p.Contains(".so", StringComparison.Ordinal));

    /// <summary>The innermost service of a control group, for example <c>ssh.service</c> of <c>0::/system.slice/ssh.service</c>; null: it belongs to none.</summary>
    public static string? UnitOf(string cgroup) => cgroup.Split('\n').SelectMany(l => l.Split('/'))
        .LastOrDefault(part => part.EndsWith(".service", StringComparison.Ordinal));
}
