using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using Imago.Acceptance.Tests.Serving;

namespace Imago.Acceptance.Tests.JavaScript;

/// <summary>The JavaScript SDKs as the lock file names them, installed once into the artifacts folder, with the scenarios beside them.</summary>
internal static class NodePackages
{
    private static readonly string[] Manifest = ["package.json", "package-lock.json", ".npmrc"];

    /// <summary>The folder in which the scenarios run.</summary>
    public static string Folder { get; } = Clone.Artifacts("acceptance-js");

    /// <summary>Installs the packages unless exactly these are there already.</summary>
    public static async Task EnsureAsync()
    {
        Directory.CreateDirectory(Folder);
        foreach (var file in Manifest)
        {
            File.Copy(Clone.Source("JavaScript", file), Path.Combine(Folder, file), overwrite: true);
        }

        foreach (var scenario in Directory.EnumerateFiles(Clone.Source("JavaScript", "scenarios")))
        {
            File.Copy(scenario, Path.Combine(Folder, Path.GetFileName(scenario)), overwrite: true);
        }

        var stamp = Path.Combine(Folder, "node_modules", ".installed-from");
        var wanted = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(Manifest.Select(f => File.ReadAllText(Path.Combine(Folder, f)))))));
        if (!File.Exists(stamp) || await File.ReadAllTextAsync(stamp) != wanted)
        {
            (await ProgramRun.Of(new ProcessStartInfo("npm", ["ci", "--no-audit", "--no-fund"]) { WorkingDirectory = Folder })).MustSucceed();
            await File.WriteAllTextAsync(stamp, wanted);
        }
    }
}
