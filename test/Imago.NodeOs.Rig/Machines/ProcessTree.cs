namespace Imago.NodeOs.Rig.Machines;

/// <summary>Who began whom, among the processes of the host.</summary>
internal static class ProcessTree
{
    public static async Task<IReadOnlyList<int>> ChildrenAsync(int process) =>
        [.. (await File.ReadAllTextAsync($"/proc/{process}/task/{process}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];

    /// <summary>What a process began, and what that began, and so on.</summary>
    public static async Task<IReadOnlyList<int>> DescendantsAsync(int process)
    {
        var found = new List<int>();
        var open = new Queue<int>([process]);
        while (open.TryDequeue(out var one))
        {
            try
            {
                // Any thread may have begun one.
                foreach (var thread in Directory.EnumerateDirectories($"/proc/{one}/task"))
                {
                    foreach (var child in (await File.ReadAllTextAsync(Path.Join(thread, "children"))).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse))
                    {
                        found.Add(child);
                        open.Enqueue(child);
                    }
                }
            }
            catch (Exception problem) when (problem is DirectoryNotFoundException or FileNotFoundException)
            {
                // It has ended in the meantime.
            }
        }

        return found;
    }
}
