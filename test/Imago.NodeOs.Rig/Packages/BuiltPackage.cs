namespace Imago.NodeOs.Rig.Packages;

/// <summary>A package file with what an index says about it.</summary>
/// <param name="Name">Name of the package.</param>
/// <param name="Version">Version.</param>
/// <param name="Control">Its control file, ending in a line end.</param>
/// <param name="File">Name of the file in the pool.</param>
/// <param name="Content">The file.</param>
/// <param name="Sha256">Its hash in lower-case hexadecimal.</param>
public sealed record BuiltPackage(string Name, string Version, string Control, string File, byte[] Content, string Sha256)
{
    /// <summary>Its paragraph in an index of packages.</summary>
    internal string Paragraph => $"{Control}Filename: pool/{File}\nSize: {Content.Length}\nSHA256: {Sha256}\n";
}
