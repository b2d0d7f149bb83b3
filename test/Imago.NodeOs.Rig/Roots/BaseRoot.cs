using System.Collections.Immutable;
using System.Diagnostics;
using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig.Roots;

/// <summary>
/// A root file system of Debian that is made once with debootstrap and never run itself: machines run copies. Several processes may want it at once; one makes it, the others wait.
/// </summary>
/// <param name="Name">Name of its folder in the cache.</param>
/// <param name="Include">Packages beyond the minimal system.</param>
/// <remarks>Rules: NM-70. Measured: 50 s for the minimal one, against a mirror nearby.</remarks>
public sealed record BaseRoot(string Name, ImmutableArray<string> Include)
{
    /// <summary>Where Debian is fetched from, if not from the usual mirror.</summary>
    public const string MirrorVariable = "IMAGO_RIG_MIRROR";

    /// <summary>The release that machines of the rig run.</summary>
    public const string Codename = "bookworm";

    private static readonly TimeSpan AtMost = TimeSpan.FromMinutes(15);

    /// <summary>The essential packages, apt, and the certificates of authorities.</summary>
    public static BaseRoot Minimal { get; } = new($"{Codename}-minimal", ["ca-certificates"]);

    /// <summary>The mirror, without a slash at the end.</summary>
    public static string Mirror => Environment.GetEnvironmentVariable(MirrorVariable) is { Length: > 0 } set ? set.TrimEnd('/') : "http://deb.debian.org/debian";

    /// <summary>The file system.</summary>
    public string Folder => Path.Join(RigCache.Folder, Name, "root");

    /// <summary>The packages that it was made from.</summary>
    public string Packages => Path.Join(RigCache.Folder, Name, "packages");

    /// <summary>Makes what is missing.</summary>
    public async Task EnsureAsync(CancellationToken cancellation = default)
    {
        var whole = Path.Join(RigCache.Folder, Name);
        if (Directory.Exists(whole))
        {
            return;
        }

        await using var turn = await TakeTurnAsync(whole + ".lock", cancellation);
        if (Directory.Exists(whole))
        {
            return;
        }

        // What an interrupted run left bears another name and is never taken for done: the whole appears in one step.
        var partial = whole + ".partial";
        await RootFolder.RemoveAsync(partial);
        await MakeAsync(partial, cancellation);
        Directory.Move(partial, whole);
    }

    private async Task MakeAsync(string partial, CancellationToken cancellation)
    {
        var root = Path.Join(partial, "root");
        Directory.CreateDirectory(partial);
        (await HostProgram.RunAsync(["debootstrap", "--variant=minbase", $"--include={string.Join(',', Include)}", Codename, root, Mirror], atMost: AtMost, cancellation: cancellation)).MustSucceed();

        // Indexes of the mirror would be a second source beside the archive of a test.
        Directory.Delete(Path.Join(root, "var/lib/apt/lists"), recursive: true);
        Directory.CreateDirectory(Path.Join(root, "var/lib/apt/lists/partial"));
        var packages = Directory.CreateDirectory(Path.Join(partial, "packages")).FullName;
        foreach (var file in Directory.EnumerateFiles(Path.Join(root, "var/cache/apt/archives"), "*.deb"))
        {
            File.Move(file, Path.Join(packages, Path.GetFileName(file)));
        }
    }

    // The kernel takes the lock off a process that dies, so an abandoned lock file is no obstacle.
    private static async Task<FileStream> TakeTurnAsync(string file, CancellationToken cancellation)
    {
        var waited = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (waited.Elapsed < AtMost)
            {
                await Task.Delay(TimeSpan.FromMilliseconds(200), cancellation);
            }
        }
    }
}
