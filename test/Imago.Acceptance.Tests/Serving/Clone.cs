namespace Imago.Acceptance.Tests.Serving;

/// <summary>Places in the clone that the tests run from.</summary>
internal static class Clone
{
    /// <summary>The folder of the solution.</summary>
    public static string Root { get; } = Find();

    /// <summary>What is made once and used again by later runs; not under version control.</summary>
    public static string Artifacts(string name)
    {
        var folder = Path.Combine(Root, "artifacts");
        Directory.CreateDirectory(folder);
        return Path.Combine(folder, name);
    }

    /// <summary>A file or folder of this project, as it stands under version control.</summary>
    public static string Source(params string[] path) => Path.Combine([Root, "test", "Imago.Acceptance.Tests", .. path]);

    /// <summary>
    /// The program in its own build output, of the same configuration as what runs now. Its copy beside the tests lacks assemblies of which the tests need no copy.
    /// </summary>
    public static string Program
    {
        get
        {
            // …/bin/Release/net10.0/
            var output = new DirectoryInfo(AppContext.BaseDirectory);
            return Path.Combine(Root, "src", "Imago.Cli", "bin", output.Parent!.Name, output.Name, "imago");
        }
    }

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Imago.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Imago.slnx; run the acceptance tests from a clone.");
    }
}
