using System.Collections.Immutable;
using System.Runtime.InteropServices;
using System.Text;

namespace Imago.NodeOs.Rig.Packages;

/// <summary>A package as it is to be built.</summary>
/// <param name="Name">Name.</param>
/// <param name="Version">Version.</param>
public sealed record DebPackage(string Name, string Version)
{
    /// <summary>Architecture of the host, as Debian names it.</summary>
    public static string HostArchitecture => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        var other => other.ToString().ToLowerInvariant(),
    };

    public string Architecture { get; init; } = HostArchitecture;

    /// <summary>What has to be installed with it, as the control file says it; null: nothing.</summary>
    public string? Depends { get; init; }

    /// <summary>What is wished for with it; null: nothing.</summary>
    public string? Recommends { get; init; }

    public string Section { get; init; } = "libs";

    public ImmutableArray<PackageFile> Files { get; init; } = [];

    /// <summary>Files of <see cref="Files"/> that are configuration, of which a local change is kept or asked about.</summary>
    public ImmutableArray<string> Conffiles { get; init; } = [];

    /// <summary>Shell script that runs before it is unpacked; null: none.</summary>
    public string? PreInst { get; init; }

    /// <summary>Shell script that runs when it is configured; null: none.</summary>
    public string? PostInst { get; init; }

    /// <summary>Its control file.</summary>
    internal string Control
    {
        get
        {
            var text = new StringBuilder();
            text.Append($"Package: {Name}\nVersion: {Version}\nArchitecture: {Architecture}\nMaintainer: The rig <rig@example.org>\n");
            text.Append($"Installed-Size: {(Files.Sum(f => f.Content.Length) / 1024) + 1}\nSection: {Section}\nPriority: optional\n");
            Add("Depends", Depends);
            Add("Recommends", Recommends);
            return text.Append($"Description: {Name} of the rig\n").ToString();

            void Add(string label, string? value)
            {
                if (value is not null)
                {
                    text.Append($"{label}: {value}\n");
                }
            }
        }
    }
}
