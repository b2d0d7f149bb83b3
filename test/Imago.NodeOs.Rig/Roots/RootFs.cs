using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig.Roots;

/// <summary>A root file system of one test: a copy of a base, in a folder that is removed at the end.</summary>
/// <remarks>Rules: NM-70.</remarks>
public sealed class RootFs : IAsyncDisposable
{
    private RootFs(string folder, BaseRoot made)
    {
        Folder = folder;
        Base = made;
    }

    /// <summary>The folder, as the host names it.</summary>
    public string Folder { get; }

    /// <summary>What it is a copy of.</summary>
    public BaseRoot Base { get; }

    /// <summary>Copies a base, which is made first if nobody has yet.</summary>
    public static async Task<RootFs> CopyAsync(BaseRoot origin, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(origin);
        await origin.EnsureAsync(cancellation);
        var root = new RootFs(await RootPlace.NewAsync(), origin);
        await root.TakeAsync(origin.Folder, cancellation);
        root.Prepare();
        return root;
    }

    /// <summary>The same file system once more, as it is now: for comparing two ways side by side. Not while a machine runs on it.</summary>
    public async Task<RootFs> CopyAsync(CancellationToken cancellation = default)
    {
        var root = new RootFs(await RootPlace.NewAsync(), Base);
        await root.TakeAsync(Folder, cancellation);
        return root;
    }

    /// <summary>A path of the machine as the host names it. One that goes through an absolute link is refused: for the host it would lead out of the folder.</summary>
    public string this[string path]
    {
        get
        {
            var place = Folder;
            var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries);
            foreach (var part in parts[..^1])
            {
                place = Path.Join(place, part);
                if (new DirectoryInfo(place).LinkTarget is ['/', ..] target)
                {
                    throw new ArgumentException($"{path} goes through {place}, a link to {target}, which leads the host out of the root file system. Name the target.", nameof(path));
                }
            }

            return Path.Join(place, parts[^1]);
        }
    }

    /// <summary>Writes a file, with its folders.</summary>
    public void Write(string path, string text, bool executable = false) => Write(path, System.Text.Encoding.UTF8.GetBytes(text), executable);

    /// <summary>Writes a file, with its folders.</summary>
    public void Write(string path, byte[] content, bool executable = false) => PlainFile.Write(this[path], content, executable);

    /// <summary>Reads a plain file.</summary>
    public string Read(string path) => File.ReadAllText(this[path]);

    /// <summary>Whether there is such a file.</summary>
    public bool Exists(string path) => File.Exists(this[path]);

    public async ValueTask DisposeAsync() => await RootFolder.RemoveAsync(Folder);

    private async Task TakeAsync(string from, CancellationToken cancellation) =>
        (await HostProgram.RunAsync(["cp", "-a", "--reflink=auto", from + "/.", Folder], cancellation: cancellation)).MustSucceed();

    private void Prepare()
    {
        // NM-70: a plain file, because systemd makes it a link into /run; nothing may start services; no notice from the making is left.
        Write("/etc/resolv.conf", File.Exists("/etc/resolv.conf") ? File.ReadAllText("/etc/resolv.conf") : "");
        Write("/usr/sbin/policy-rc.d", "#!/bin/sh\nexit 101\n", executable: true);
        foreach (var notice in Directory.EnumerateFiles(this["/run"], "reboot-required*"))
        {
            File.Delete(notice);
        }

        Write("/etc/apt/sources.list", "");
    }
}
