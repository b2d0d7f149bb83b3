namespace Imago.Domain.Images.Archives;

/// <summary>Packages whose change needs a reboot: kernels and the C library.</summary>
/// <remarks>Rules: NM-15, NM-55.</remarks>
public static class CorePackages
{
    private static readonly string[] Libraries = ["libc6", "libc-bin", "glibc"];
    private static readonly string[] Kernels = ["linux-image-", "linux-modules-", "kernel-core", "linux-signed-image-"];

    /// <summary>Whether a binary package is a kernel or the C library. Headers, tools and firmware are not: they boot nothing.</summary>
    /// <param name="package">Name without architecture.</param>
    public static bool Holds(string package) =>
        Array.Exists(Libraries, l => string.Equals(l, package, StringComparison.Ordinal)) || Array.Exists(Kernels, k => package.StartsWith(k, StringComparison.Ordinal));
}
