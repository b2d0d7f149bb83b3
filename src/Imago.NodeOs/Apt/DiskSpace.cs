using System.Collections.Immutable;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Apt;

/// <summary>Sees that there is room before anything is begun: a full disk in mid-transaction is the one failure that repairs cannot repair.</summary>
internal static class DiskSpace
{
    // What maintainer scripts write besides: caches, logs, an index of modules.
    private const long Margin = 32L << 20;

    /// <summary>Checks download, unpacking and, for a kernel, new or in a newer build, <c>/boot</c>.</summary>
    /// <exception cref="NodeOsException">With <see cref="NodeOsReason.DiskFull"/>, and all that is short at once.</exception>
    public static void Verify(MachineRoot root, string archives, long downloadBytes, long unpackedBytes, bool newKernel)
    {
        var needs = new List<(string Folder, long Bytes)> { (archives, downloadBytes), ("/usr", unpackedBytes + Margin) };
        if (newKernel)
        {
            needs.Add(("/boot", Boot(root)));
        }

        var missing = needs.Select(n => (n.Folder, n.Bytes, Free: root.FreeBytes(n.Folder))).Where(n => n.Bytes > n.Free).ToArray();
        if (missing.Length > 0)
        {
            throw new NodeOsException(NodeOsReason.DiskFull, "There is not enough room: "
                + string.Join("; ", missing.Select(m => $"{m.Folder} needs {Bytes.Text(m.Bytes)} and has {Bytes.Text(m.Free)}")) + ". Nothing was changed. Make room there.");
        }
    }

    /// <summary>
    /// Room that unpacking takes at its height, in bytes: what grows, and the largest package once more, because dpkg unpacks new files beside the old ones before it replaces them.
    /// </summary>
    public static long Unpacked(ImmutableArray<PackageChange> changes, IEnumerable<OfferedPackage> offered, InstalledState installed)
    {
        var sizes = offered.GroupBy(o => (o.Name, o.Architecture, o.Version)).ToDictionary(g => g.Key, g => g.First().InstalledKibibytes);
        var (growth, largest) = (0L, 0L);
        foreach (var change in changes)
        {
            var after = sizes.GetValueOrDefault((change.Name, change.Architecture, change.To));
            var before = change.From is null ? 0 : installed.Sizes.GetValueOrDefault((change.Name, change.Architecture));
            growth += Math.Max(0, after - before);
            largest = Math.Max(largest, after);
        }

        return (growth + largest) << 10;
    }

    // One more kernel with its initial file system is as large as those that are there; a newer build of one lies beside it until it is whole.
    private static long Boot(MachineRoot root) => ((string[])["vmlinuz-", "initrd.img-"])
        .Sum(kind => root.List("/boot").Where(f => Path.GetFileName(f).StartsWith(kind, StringComparison.Ordinal)).Select(f => new FileInfo(root.At(f)).Length).DefaultIfEmpty(0).Max());
}

/// <summary>Bytes for people.</summary>
internal static class Bytes
{
    public static string Text(long bytes) => bytes < 1_000_000 ? $"{bytes / 1000.0:0.#} kB" : $"{bytes / 1_000_000.0:0.#} MB";
}
