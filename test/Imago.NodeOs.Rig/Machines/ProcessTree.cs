namespace Imago.NodeOs.Rig.Machines;

/// <summary>Who began whom, among the processes of the host.</summary>
internal static class ProcessTree
{
    public static async Task<IReadOnlyList<int>> ChildrenAsync(int process) =>
        [.. (await File.ReadAllTextAsync($"/proc/{process}/task/{process}/children")).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(int.Parse)];
}
