using System.Text;

namespace Imago.NodeOs.Rig.Packages;

/// <summary>One file that a package brings.</summary>
/// <param name="Path">Where it lies, from the root on.</param>
/// <param name="Content">What is in it.</param>
/// <param name="Executable">Whether it may be executed.</param>
public sealed record PackageFile(string Path, byte[] Content, bool Executable = false)
{
    public PackageFile(string path, string content, bool executable = false)
        : this(path, Encoding.UTF8.GetBytes(content), executable)
    {
    }
}
