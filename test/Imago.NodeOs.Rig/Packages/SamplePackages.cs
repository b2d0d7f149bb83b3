using Imago.NodeOs.Rig.Roots;

namespace Imago.NodeOs.Rig.Packages;

/// <summary>The packages that the cases of a driver are told with.</summary>
/// <remarks>Rules: NM-71.</remarks>
public static class SamplePackages
{
    /// <summary>Where the library of <see cref="LibraryAsync"/> lies.</summary>
    public const string LibraryPath = "/usr/lib/librig.so.1";

    /// <summary>The configuration of <see cref="DaemonAsync"/>.</summary>
    public const string DaemonConfiguration = "/etc/rig-daemon.conf";

    /// <summary>Appears when the slow script of <see cref="SlowAsync"/> or <see cref="TornAsync"/> has begun.</summary>
    public const string SlowMark = "/var/lib/rig-slow";

    /// <summary>Folder of the files of <see cref="BigAsync"/>.</summary>
    public const string BigFolder = "/usr/share/rig-big";

    private static readonly Lazy<Task<byte[]>> SomeLibrary = new(async () =>
    {
        await BaseRoot.Minimal.EnsureAsync();
        return await File.ReadAllBytesAsync(Directory.EnumerateFiles(Path.Join(BaseRoot.Minimal.Folder, "usr/lib"), "libutil.so.1", SearchOption.AllDirectories).First());
    });

    /// <summary>A library that a process can load: a real one, with the version written behind its end so that every version is another file.</summary>
    public static async Task<BuiltPackage> LibraryAsync(string version, string name = "librig1") =>
        await PackageBuilder.BuildAsync(new(name, version) { Files = [new(LibraryPath, [.. await SomeLibrary.Value, .. System.Text.Encoding.UTF8.GetBytes(version)])] });

    /// <summary>A package with one plain file.</summary>
    public static Task<BuiltPackage> ToolAsync(string name, string version) =>
        PackageBuilder.BuildAsync(new(name, version) { Section = "utils", Files = [new($"/usr/share/{name}/version", version + "\n")] });

    /// <summary>A kernel, as Debian packages it: every release is a package of its own name, and brings no file of another.</summary>
    /// <param name="abi">For example 31, of <c>linux-image-6.1.0-31-amd64</c>.</param>
    public static Task<BuiltPackage> KernelAsync(int abi) => PackageBuilder.BuildAsync(new($"linux-image-{KernelRelease(abi)}", KernelVersion(abi))
    {
        Section = "kernel",
        Recommends = "apparmor",
        Files = [new($"/boot/vmlinuz-{KernelRelease(abi)}", $"kernel {abi}\n"), new($"/lib/modules/{KernelRelease(abi)}/modules.order", "\n")],
    });

    /// <summary>The package that depends on the newest kernel.</summary>
    public static Task<BuiltPackage> KernelMetapackageAsync(int abi) => PackageBuilder.BuildAsync(new($"linux-image-{DebPackage.HostArchitecture}", KernelVersion(abi))
    {
        Section = "kernel",
        Depends = $"linux-image-{KernelRelease(abi)} (= {KernelVersion(abi)})",
    });

    /// <summary>What a machine that runs such a kernel says of it.</summary>
    public static string KernelRelease(int abi) => $"6.1.0-{abi}-{DebPackage.HostArchitecture}";

    /// <summary>The base's own C library once more, with a higher version.</summary>
    /// <param name="addition">What is added to the version, for example <c>+rig1</c>.</param>
    public static async Task<BuiltPackage> LibcAsync(string addition)
    {
        await BaseRoot.Minimal.EnsureAsync();
        var file = Directory.EnumerateFiles(BaseRoot.Minimal.Packages, "libc6_*.deb").Single();
        return await PackageBuilder.RepackAsync(file, Path.GetFileName(file).Split('_')[1].Replace("%3a", ":", StringComparison.Ordinal) + addition);
    }

    /// <summary>A package with a configuration file whose content differs between versions, so that a local change of it makes dpkg ask.</summary>
    public static Task<BuiltPackage> DaemonAsync(string version) => PackageBuilder.BuildAsync(new("rig-daemon", version)
    {
        Section = "net",
        Files = [new(DaemonConfiguration, $"# of version {version}\n"), new("/usr/share/rig-daemon/version", version + "\n")],
        Conffiles = [DaemonConfiguration],
    });

    /// <summary>A package that takes ten minutes to configure, the first time that it is tried.</summary>
    public static Task<BuiltPackage> SlowAsync(string version, bool slow) => PackageBuilder.BuildAsync(new("rig-slow", version)
    {
        Files = [new("/usr/share/rig-slow/version", version + "\n")],
        PostInst = slow ? $"if [ ! -e {SlowMark} ]; then touch {SlowMark}; sleep 600; fi" : "exit 0",
    });

    /// <summary>A package that takes ten minutes while it is being unpacked, the first time that it is tried.</summary>
    public static Task<BuiltPackage> TornAsync(string version, bool slow) => PackageBuilder.BuildAsync(new("rig-torn", version)
    {
        Files = [new("/usr/share/rig-torn/version", version + "\n")],
        PreInst = slow ? $"if [ ! -e {SlowMark} ]; then touch {SlowMark}; sleep 600; fi" : "exit 0",
    });

    /// <summary>A package that cannot be configured while there is a certain file.</summary>
    public static Task<BuiltPackage> FailingAsync(string version, string unless) => PackageBuilder.BuildAsync(new("rig-fails", version)
    {
        Files = [new("/usr/share/rig-fails/version", version + "\n")],
        PostInst = $"if [ -e {unless} ]; then echo 'rig-fails: cannot be configured' >&2; exit 1; fi",
    });

    /// <summary>A package with many bytes that no packer makes fewer.</summary>
    public static Task<BuiltPackage> BigAsync(string version, int megabytes)
    {
        var noise = new byte[megabytes * 1024 * 1024];
        new Random(megabytes).NextBytes(noise);
        return PackageBuilder.BuildAsync(new("rig-big", version) { Files = [new($"{BigFolder}/noise", noise), new($"{BigFolder}/version", version + "\n")] });
    }

    private static string KernelVersion(int abi) => $"6.1.{100 + abi}-1";
}
