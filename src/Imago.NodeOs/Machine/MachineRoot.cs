namespace Imago.NodeOs.Machine;

/// <summary>The file system of the machine: <c>/</c>, or the folder under which another machine's root is seen, such as <c>/proc/1/root</c> or <c>/host</c>.</summary>
/// <param name="path">The folder.</param>
/// <param name="freeBytes">Tells the free space below a folder as seen from here; null: asks the file system.</param>
public sealed class MachineRoot(string path = "/", Func<string, long>? freeBytes = null)
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Where a path of the machine lies as seen from here.</summary>
    /// <param name="machinePath">Absolute path on the machine.</param>
    public string At(string machinePath) => path.TrimEnd('/') + machinePath;

    /// <summary>Whether a file or folder is there.</summary>
    public bool Has(string machinePath) => Path.Exists(At(machinePath));

    /// <summary>Text of a file; null if it is not there or cannot be read, as happens to files of processes that end.</summary>
    public string? Read(string machinePath)
    {
        try
        {
            return File.ReadAllText(At(machinePath));
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Where a symbolic link leads; null if there is none, or if it leads nowhere for this process.</summary>
    public string? Link(string machinePath)
    {
        try
        {
            return new FileInfo(At(machinePath)).LinkTarget;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes a file whole or not at all: after a loss of power there is the old text or the new one.</summary>
    public void Write(string machinePath, string text)
    {
        var target = At(machinePath);
        Folder(Path.GetDirectoryName(machinePath)!);
        var draft = target + ".new";
        using (var stream = new FileStream(draft, FileMode.Create, FileAccess.Write))
        {
            using var writer = new StreamWriter(stream, leaveOpen: true);
            writer.Write(text);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, target, overwrite: true);
    }

    /// <summary>Makes a folder that every user of the machine may enter: apt downloads as a user without rights.</summary>
    public void Folder(string machinePath) =>
        _ = OperatingSystem.IsWindows() ? Directory.CreateDirectory(At(machinePath)) : Directory.CreateDirectory(At(machinePath), Readable);

    /// <summary>Removes a file if it is there.</summary>
    public void Remove(string machinePath)
    {
        if (Directory.Exists(Path.GetDirectoryName(At(machinePath))))
        {
            File.Delete(At(machinePath));
        }
    }

    /// <summary>Paths, as the machine has them, of what lies directly in a folder, in order; empty if it is not there.</summary>
    public IReadOnlyList<string> List(string machinePath)
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(At(machinePath)).Select(p => machinePath.TrimEnd('/') + "/" + Path.GetFileName(p)).Order(StringComparer.Ordinal)];
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }

    /// <summary>Free bytes, for root, on the file system of a folder; of its nearest parent if it is not there yet.</summary>
    public long FreeBytes(string machinePath)
    {
        var folder = machinePath;
        while (folder.Length > 1 && !Has(folder))
        {
            folder = Path.GetDirectoryName(folder)!;
        }

        return freeBytes?.Invoke(At(folder)) ?? new DriveInfo(At(folder)).AvailableFreeSpace;
    }
}
