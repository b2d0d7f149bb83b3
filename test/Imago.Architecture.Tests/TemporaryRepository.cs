namespace Imago.Architecture.Tests;

/// <summary>A small repository in a temporary folder, to show that a check finds what it is there to find.</summary>
internal sealed class TemporaryRepository : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-architecture-");

    public TemporaryRepository(params (string Path, string Text)[] files)
    {
        foreach (var (path, text) in files)
        {
            var full = Path.Combine(_folder.FullName, path);
            Directory.CreateDirectory(Path.GetDirectoryName(full)!);
            File.WriteAllText(full, text);
        }
    }

    public Repository Repository => new(_folder.FullName);

    public void Dispose() => _folder.Delete(recursive: true);
}
