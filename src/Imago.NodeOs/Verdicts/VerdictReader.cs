using System.Collections.Immutable;
using Imago.Domain.NodeOs;
using Imago.NodeOs.Apt;
using Imago.NodeOs.Machine;

namespace Imago.NodeOs.Verdicts;

/// <summary>NM-55: computes what has to happen for installed fixes to be in use. The sentinel file is one witness among several, because who writes it differs (NM-56).</summary>
internal sealed class VerdictReader(MachineRoot root, ICommands commands, MachineSettings settings)
{
    private static readonly TimeSpan Quick = TimeSpan.FromMinutes(2);

    // NM-59: these need a cordon or somebody's permission; dbus and logind take the machine's sessions with them, user managers the users' own, and the others the network, the
    // disks or the virtual machines that pods use.
    private static readonly string[] Untouched =
    [
        "kubelet", "containerd", "crio", "docker", "cri-docker", "k3s*", "rke2*", "k0s*", "etcd", "dbus", "dbus-broker", "systemd-logind", "user@*", "getty@*", "serial-getty@*",
        "networking", "ifup@*", "NetworkManager", "systemd-networkd", "wpa_supplicant*", "openvswitch*", "ovs-*", "frr", "bird*", "wg-quick@*", "openvpn*", "strongswan*", "iscsid", "open-iscsi",
        "multipathd", "ceph-*", "gluster*", "libvirtd", "virt*", "rc-local", "emergency", "rescue",
    ];

    /// <summary>Writes down versions of kernel and C library the first time in a boot, before anything is changed in it.</summary>
    public void Remember(BootFacts boot, ImmutableArray<InstalledPackage> packages)
    {
        if (BootRecord.Find(root, settings, boot.BootId) is null)
        {
            new BootRecord(boot.BootId, Watched(packages)).Keep(root, settings);
        }
    }

    public async ValueTask<VerdictFindings> ReadAsync(ImmutableArray<InstalledPackage> packages, CancellationToken cancellation)
    {
        var boot = BootFacts.Of(root);
        var own = Kernels.Own(boot.Kernel, packages, root);
        var stale = ReplacedFiles.Of(root);
        var reboot = new List<string>();
        if (own && Kernels.Newest(packages, boot.Kernel) is { } newest && newest != boot.Kernel)
        {
            reboot.Add($"kernel {newest} is installed and {boot.Kernel} runs");
        }

        reboot.AddRange(Changed(boot, packages));

        // A machine on which the agent looks for the first time: the first process has run since the boot, and shows what changed under it.
        if (stale.FirstOrDefault(p => p.Pid == 1 && IsLibc(p.Library)) is { } first)
        {
            reboot.Add($"the C library was replaced since the boot: process 1 ({first.Name}) still uses the old one");
        }

        reboot.AddRange(Sentinel());
        reboot.AddRange(await NeedrestartAsync(own, cancellation));
        if (reboot.Count > 0)
        {
            return new VerdictFindings(RebootVerdict.Reboot, [.. reboot], []);
        }

        var services = stale.Select(p => p.Unit).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray();
        return stale.IsEmpty
            ? new VerdictFindings(RebootVerdict.None, [], [])
            : new VerdictFindings(
                RebootVerdict.RestartServices,
                [.. stale.Select(p => $"{p.Unit ?? p.Name} uses a replaced {Path.GetFileName(p.Library)}").Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                [.. services.Where(s => !PackageNames.Fits(s[..^".service".Length], Untouched))]);
    }

    // The record may have been made in mid-transaction of somebody else; then process 1 tells, see above.
    private IEnumerable<string> Changed(BootFacts boot, ImmutableArray<InstalledPackage> packages)
    {
        if (BootRecord.Find(root, settings, boot.BootId) is not { } record)
        {
            yield break;
        }

        foreach (var (package, version) in Watched(packages).OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            // A package that is new does not run yet; for kernels the release says it.
            if (record.Versions.TryGetValue(package, out var then) && then != version && (IsLibcPackage(package) || package.Contains(boot.Kernel, StringComparison.Ordinal)))
            {
                yield return $"{package.Split(':')[0]} went from {then} to {version} since the boot";
            }
        }
    }

    private IEnumerable<string> Sentinel()
    {
        if (root.Has("/run/reboot-required"))
        {
            var packages = (root.Read("/run/reboot-required.pkgs") ?? "").Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToArray();
            yield return packages.Length == 0 ? "/run/reboot-required is there" : $"/run/reboot-required is there, for {string.Join(", ", packages)}";
        }
    }

    private async ValueTask<string[]> NeedrestartAsync(bool own, CancellationToken cancellation)
    {
        // NM-58: with a kernel that is not the machine's own it always says that a newer one is pending.
        if (!own || !root.Has("/usr/sbin/needrestart"))
        {
            return [];
        }

        var result = await commands.RunAsync(new Command("needrestart", ["-b", "-k"]) { Timeout = Quick }, cancellation);
        return result.Output.Split('\n').FirstOrDefault(l => l.StartsWith("NEEDRESTART-KSTA:", StringComparison.Ordinal))?.Split(':')[1].Trim() switch
        {
            "2" => ["needrestart says that an update of the running kernel is pending"],
            "3" => ["needrestart says that a newer kernel is pending"],
            _ => [],
        };
    }

    private Dictionary<string, string> Watched(ImmutableArray<InstalledPackage> packages) => packages
        .Where(p => PackageNames.Fits(p.Name, settings.LibcPackages) || PackageNames.Fits(p.Name, settings.KernelPackages))
        .ToDictionary(p => $"{p.Name}:{p.Architecture}", p => p.Version, StringComparer.Ordinal);

    private bool IsLibcPackage(string package) => PackageNames.Fits(package.Split(':')[0], settings.LibcPackages);

    private static bool IsLibc(string library) => Path.GetFileName(library).StartsWith("libc.so", StringComparison.Ordinal) || Path.GetFileName(library).StartsWith("libc-2", StringComparison.Ordinal);
}
