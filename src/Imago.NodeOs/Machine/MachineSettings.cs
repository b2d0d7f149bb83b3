using System.Collections.Immutable;
using Imago.Domain.Images.Archives;

namespace Imago.NodeOs.Machine;

/// <summary>What is set on a machine about its packages. Everything has a default that is right for a plain machine of the distribution.</summary>
public sealed record MachineSettings
{
    /// <summary>Archives by pocket, for a machine that has archives of its own; empty: found by the level, see <see cref="OwnSources"/>.</summary>
    public ImmutableArray<MachineArchive> Archives { get; init; } = [];

    /// <summary>
    /// Where a level is looked for when neither order nor <see cref="Archives"/> say: false: in the distribution's public snapshot service, at the level's moment; true: at
    /// the addresses that the machine's own sources name, whose editions then must not be later than the level.
    /// </summary>
    public bool OwnSources { get; init; }

    /// <summary>Folder of the agent's state on the machine. Others must be able to enter it: apt downloads as a user without rights.</summary>
    public string StateDirectory { get; init; } = "/var/lib/imago-agent";

    /// <summary>How long somebody else's work with packages is waited for (NM-44).</summary>
    public TimeSpan LockTimeout { get; init; } = TimeSpan.FromSeconds(300);

    /// <summary>How long the indexes may take.</summary>
    public TimeSpan UpdateTimeout { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>How long download or installation may take.</summary>
    public TimeSpan InstallTimeout { get; init; } = TimeSpan.FromMinutes(60);

    /// <summary>Names of packages that hold a kernel; <c>*</c> stands for anything (NM-15, NM-55).</summary>
    public ImmutableArray<string> KernelPackages { get; init; } = ["linux-image-*", "linux-modules-*"];

    /// <summary>Names of packages that hold the C library; <c>*</c> stands for anything (NM-15, NM-55).</summary>
    public ImmutableArray<string> LibcPackages { get; init; } = ["libc6"];

    /// <summary>NM-49: packages that are left as they are unless a level names them: what the node runs on is upgraded with the cluster, not with the system.</summary>
    public ImmutableArray<string> Holds { get; init; } = ["kubelet", "kubeadm", "kubectl", "cri-tools", "containerd", "containerd.io", "runc"];
}

/// <summary>One suite of an archive as a machine reaches it.</summary>
/// <param name="Pocket">What it is for.</param>
/// <param name="Uri">Address as a source line has it; <c>{level}</c> stands for the level's moment, as in <c>20261120T000000Z</c>, for snapshot services.</param>
/// <param name="Suite">Suite by its codename, for example <c>bookworm-security</c>; <c>{codename}</c> stands for the machine's own.</param>
/// <param name="Components">Components, for example <c>main</c>.</param>
/// <param name="SignedBy">Path of the key ring on the machine; null: the machine's trusted keys.</param>
public sealed record MachineArchive(ArchivePocket Pocket, string Uri, string Suite, ImmutableArray<string> Components, string? SignedBy = null);
