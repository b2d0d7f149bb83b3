using System.Security.Cryptography;
using System.Text;
using Imago.NodeOs.Rig.Programs;
using Imago.NodeOs.Rig.Roots;

namespace Imago.NodeOs.Rig.Packages;

/// <summary>Builds packages with dpkg-deb. The same description gives the same bytes.</summary>
public static class PackageBuilder
{
    public static async Task<BuiltPackage> BuildAsync(DebPackage package, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(package);
        var folder = Directory.CreateTempSubdirectory("imago-package-").FullName;
        try
        {
            PlainFile.Write(Path.Join(folder, "DEBIAN/control"), Encoding.UTF8.GetBytes(package.Control));
            if (!package.Conffiles.IsEmpty)
            {
                PlainFile.Write(Path.Join(folder, "DEBIAN/conffiles"), Encoding.UTF8.GetBytes(string.Join('\n', package.Conffiles) + '\n'));
            }

            foreach (var (name, script) in ((string, string?)[])[("preinst", package.PreInst), ("postinst", package.PostInst)])
            {
                if (script is not null)
                {
                    PlainFile.Write(Path.Join(folder, "DEBIAN", name), Encoding.UTF8.GetBytes("#!/bin/sh\nset -e\n" + script + "\n"), executable: true);
                }
            }

            foreach (var file in package.Files)
            {
                PlainFile.Write(Path.Join(folder, file.Path), file.Content, file.Executable);
            }

            return await PackAsync(folder, package.Name, package.Version, package.Control, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    /// <summary>A real package of the base once more, with a higher version: what a fix of it would look like to a machine.</summary>
    /// <param name="file">The package file.</param>
    /// <param name="version">The new version.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<BuiltPackage> RepackAsync(string file, string version, CancellationToken cancellation = default)
    {
        var folder = Directory.CreateTempSubdirectory("imago-package-").FullName;
        try
        {
            (await HostProgram.RunAsync(["dpkg-deb", "--raw-extract", file, folder], cancellation: cancellation)).MustSucceed();
            var path = Path.Join(folder, "DEBIAN/control");
            var lines = await File.ReadAllLinesAsync(path, cancellation);
            var name = lines.Single(l => l.StartsWith("Package: ", StringComparison.Ordinal))["Package: ".Length..];
            var control = string.Concat(lines.Select(l => (l.StartsWith("Version: ", StringComparison.Ordinal) ? "Version: " + version : l) + "\n"));
            await File.WriteAllTextAsync(path, control, cancellation);
            return await PackAsync(folder, name, version, control, cancellation);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static async Task<BuiltPackage> PackAsync(string folder, string name, string version, string control, CancellationToken cancellation)
    {
        var target = folder + ".deb";
        try
        {
            // Quickly rather than small: nobody keeps it.
            var start = HostProgram.Start(["dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", folder, target]);
            start.Environment["SOURCE_DATE_EPOCH"] = "1700000000";
            (await HostProgram.RunAsync(start, cancellation: cancellation)).MustSucceed();
            var content = await File.ReadAllBytesAsync(target, cancellation);
            var architecture = control.Split('\n').Single(l => l.StartsWith("Architecture: ", StringComparison.Ordinal))["Architecture: ".Length..];
            var file = $"{name}_{version.Replace(":", "%3a", StringComparison.Ordinal)}_{architecture}.deb";
            return new(name, version, control, file, content, Convert.ToHexStringLower(SHA256.HashData(content)));
        }
        finally
        {
            File.Delete(target);
        }
    }
}
