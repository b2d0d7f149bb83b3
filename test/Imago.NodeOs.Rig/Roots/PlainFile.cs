namespace Imago.NodeOs.Rig.Roots;

/// <summary>Writes files as packages bring them: readable by all, changed by root.</summary>
internal static class PlainFile
{
    private const UnixFileMode Readable = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    public static void Write(string path, byte[] content, bool executable = false)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        // A link itself is replaced, not what it leads to.
        File.Delete(path);
        File.WriteAllBytes(path, content);
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, executable ? Readable | Executable : Readable);
        }
    }
}
