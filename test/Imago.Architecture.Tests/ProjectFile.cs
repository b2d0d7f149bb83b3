using System.Xml.Linq;

namespace Imago.Architecture.Tests;

/// <summary>What a project file says, as far as the house has rules about it.</summary>
internal sealed record ProjectFile(string Path, IReadOnlyList<string> Packages, IReadOnlyList<string> AdditionalFiles, bool NamesVersions)
{
    public static ProjectFile Of(Repository repository, string path)
    {
        var packages = XDocument.Parse(repository.Read(path)).Descendants("PackageReference").ToList();
        return new(
            path,
            [.. packages.Select(p => p.Attribute("Include")?.Value ?? p.Attribute("Update")!.Value)],
            [.. XDocument.Parse(repository.Read(path)).Descendants("AdditionalFiles").Select(a => a.Attribute("Include")!.Value)],
            packages.Exists(p => p.Attribute("Version") is not null || p.Attribute("VersionOverride") is not null || p.Element("Version") is not null));
    }
}
