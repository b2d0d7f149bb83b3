namespace Imago.NodeOs.Rig.Roots;

/// <summary>What is mounted where, as this process sees it.</summary>
internal static class MountTable
{
    /// <summary>Places at or below a folder that something is mounted on, the deepest first.</summary>
    public static IReadOnlyList<string> Below(string folder) => Below(folder, File.ReadLines("/proc/self/mountinfo"));

    /// <summary>The same for the lines of a table.</summary>
    public static IReadOnlyList<string> Below(string folder, IEnumerable<string> lines)
    {
        var wanted = Path.TrimEndingDirectorySeparator(Path.GetFullPath(folder));
        return [.. lines.Select(Place).Where(p => p == wanted || p.StartsWith(wanted + '/', StringComparison.Ordinal)).OrderByDescending(p => p, StringComparer.Ordinal)];
    }

    // The fifth field; blanks and the like are written as octal numbers.
    private static string Place(string line) =>
        line.Split(' ')[4].Replace("\\040", " ", StringComparison.Ordinal).Replace("\\011", "\t", StringComparison.Ordinal).Replace("\\134", "\\", StringComparison.Ordinal);
}
