namespace Imago.NodeOs.Rig.Roots;

/// <summary>
/// Where copies are made: in memory where there is enough of it, since a copy for every test is much to write for a disk that others use as well; else in the temporary folder.
/// </summary>
internal static class RootPlace
{
    private const string Prefix = "imago-root-";
    private const string Memory = "/dev/shm";

    // A minimal root takes 140 MB, what a test adds to it some tens.
    private const long Enough = 3L << 30;

    private static readonly Lazy<Task<string>> Place = new(ChooseAsync);

    /// <summary>A new, empty folder.</summary>
    public static async Task<string> NewAsync()
    {
        var place = await Place.Value;
        return Directory.CreateDirectory(Path.Join(place, $"{Prefix}{Environment.ProcessId}-{Path.GetRandomFileName()}")).FullName;
    }

    private static async Task<string> ChooseAsync()
    {
        var place = InMemory() ? Memory : Path.GetTempPath();

        // A process that was killed could not remove its copies.
        foreach (var folder in Directory.EnumerateDirectories(place, Prefix + "*"))
        {
            if (int.TryParse(Path.GetFileName(folder)[Prefix.Length..].Split('-')[0], out var owner) && !Directory.Exists($"/proc/{owner}"))
            {
                await RootFolder.RemoveAsync(folder);
            }
        }

        return place;
    }

    // Containers often mount it so that nothing in it can be executed.
    private static bool InMemory() =>
        File.ReadLines("/proc/self/mounts").LastOrDefault(l => l.Split(' ')[1] == Memory) is { } line
        && line.Split(' ') is [_, _, "tmpfs", var options, ..]
        && !options.Split(',').Any(o => o is "noexec" or "nosuid" or "ro")
        && new DriveInfo(Memory).AvailableFreeSpace > Enough
        && MemoryAvailable() > Enough;

    private static long MemoryAvailable() =>
        File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, var kibibytes, ..]
            ? long.Parse(kibibytes) << 10
            : 0;
}
