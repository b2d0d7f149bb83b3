using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Tests;

/// <summary>A folder that stands in for the file system of a machine.</summary>
internal sealed class TemporaryMachine : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-machine-");

    public MachineRoot Root => new(_folder.FullName);

    public TemporaryMachine With(string path, string text)
    {
        Root.Write(path, text);
        return this;
    }

    public TemporaryMachine WithLink(string path, string target)
    {
        Root.Folder(Path.GetDirectoryName(path)!);
        File.CreateSymbolicLink(Root.At(path), target);
        return this;
    }

    /// <summary>Everything there is, with where links lead and what files hold, outside the agent's own folder.</summary>
    public string[] Snapshot() =>
    [
        .. new DirectoryInfo(_folder.FullName).EnumerateFiles("*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.None })
            .Where(f => !f.FullName.Contains("imago-agent", StringComparison.Ordinal))
            .Select(f => $"{Path.GetRelativePath(_folder.FullName, f.FullName)} {(f.LinkTarget is { } target ? "→ " + target : File.ReadAllText(f.FullName))}").Order(StringComparer.Ordinal),
    ];

    public void Dispose() => _folder.Delete(recursive: true);
}
