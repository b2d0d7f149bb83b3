namespace Imago.Architecture.Tests;

/// <summary>The files of a repository, as the checks of this project see them: paths are relative, with forward slashes, in ordinal order.</summary>
internal sealed class Repository(string root)
{
    private static readonly string[] Skipped = ["bin", "obj", "artifacts", ".git", "BenchmarkDotNet.Artifacts", "TestResults"];

    /// <summary>The repository that this test was built from.</summary>
    public static Repository Own { get; } = new(FindRoot(AppContext.BaseDirectory));

    public string Root { get; } = root;

    /// <summary>Files below a folder whose name ends so.</summary>
    public IEnumerable<string> Files(string folder, string ending)
    {
        var top = Path.Combine(Root, folder);
        return !Directory.Exists(top)
            ? []
            : Below(top).Where(f => f.EndsWith(ending, StringComparison.Ordinal))
                .Select(f => Path.GetRelativePath(Root, f).Replace('\\', '/')).Order(StringComparer.Ordinal);
    }

    public IEnumerable<string> Projects() => [.. Files("src", ".csproj"), .. Files("test", ".csproj"), .. Files("bench", ".csproj")];

    public IEnumerable<string> Sources() => [.. Files("src", ".cs"), .. Files("test", ".cs"), .. Files("bench", ".cs")];

    public string Read(string path) => File.ReadAllText(Path.Combine(Root, path));

    public string[] Lines(string path) => File.ReadAllLines(Path.Combine(Root, path));

    public bool Exists(string path) => Path.Exists(Path.Combine(Root, path));

    private static IEnumerable<string> Below(string folder) =>
        Directory.EnumerateFiles(folder).Concat(
            Directory.EnumerateDirectories(folder).Where(d => !Skipped.Contains(Path.GetFileName(d), StringComparer.Ordinal)).SelectMany(Below));

    private static string FindRoot(string from)
    {
        for (var folder = new DirectoryInfo(from); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Imago.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No Imago.slnx above '{from}': run the tests from a build inside the repository.");
    }
}
