namespace Imago.NodeOs.Rig.Roots;

/// <summary>Where root file systems are kept that are made once and copied ever after; not under version control.</summary>
public static class RigCache
{
    /// <summary>Moves the folder.</summary>
    public const string Variable = "IMAGO_RIG_CACHE";

    /// <summary>The folder; made if missing.</summary>
    public static string Folder { get; } = Directory.CreateDirectory(Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } set ? set : Path.Join(Clone(), "artifacts", "rig")).FullName;

    private static string Clone()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Join(folder.FullName, "Imago.slnx")))
            {
                return folder.FullName;
            }
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Imago.slnx; run from a clone, or name a folder in {Variable}.");
    }
}
