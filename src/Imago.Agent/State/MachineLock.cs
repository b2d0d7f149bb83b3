using Imago.NodeOs.Machine;

namespace Imago.Agent.State;

/// <summary>
/// Keeps two agents, or an agent and a command typed at the machine, from working at once. The kernel gives the lock back when the process ends, however it ends; the file
/// itself stays and says nothing.
/// </summary>
internal sealed class MachineLock : IDisposable
{
    private readonly FileStream _file;

    private MachineLock(FileStream file) => _file = file;

    /// <summary>Takes the lock; null: somebody else has it.</summary>
    /// <param name="root">The machine.</param>
    /// <param name="folder">Folder of the agent's state on it.</param>
    /// <param name="name">Name of the lock: one for the service, one for work.</param>
    /// <exception cref="IOException">The file cannot be made.</exception>
    public static MachineLock? TryTake(MachineRoot root, string folder, string name)
    {
        root.Folder(folder);
        var path = root.At($"{folder.TrimEnd('/')}/{name}.lock");
        try
        {
            return new MachineLock(new FileStream(path, Whole()));
        }
        catch (IOException) when (File.Exists(path) && IsTaken(path))
        {
            return null;
        }
    }

    /// <inheritdoc />
    public void Dispose() => _file.Dispose();

    // Whoever may read the file may lock it, and would keep the machine from being patched.
    private static FileStreamOptions Whole()
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        return options;
    }

    // A disk that is full or read-only fails as well, and waiting for somebody to let go of the lock would not help then.
    private static bool IsTaken(string path)
    {
        try
        {
            using var reading = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }
}
