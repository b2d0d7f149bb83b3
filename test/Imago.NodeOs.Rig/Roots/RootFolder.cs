using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig.Roots;

/// <summary>Removes folders that were root file systems.</summary>
internal static class RootFolder
{
    /// <summary>Unmounts what is mounted below, and removes the folder. What cannot be unmounted is left, with everything: a removal must never reach through it into the host.</summary>
    public static async Task RemoveAsync(string folder)
    {
        if (!Directory.Exists(folder))
        {
            return;
        }

        foreach (var place in MountTable.Below(folder))
        {
            await HostProgram.RunAsync(["umount", "--lazy", place]);
        }

        if (MountTable.Below(folder) is { Count: > 0 } left)
        {
            throw new InvalidOperationException($"{folder} is not removed, because something is still mounted there: {string.Join(", ", left)}. Unmount it and remove the folder by hand.");
        }

        (await HostProgram.RunAsync(["rm", "-rf", "--one-file-system", folder])).MustSucceed();
    }
}
