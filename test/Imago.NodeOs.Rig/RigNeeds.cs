using Imago.NodeOs.Rig.Programs;

namespace Imago.NodeOs.Rig;

/// <summary>What the rig needs of the host that it runs on.</summary>
public static class RigNeeds
{
    private static readonly string[] Programs = ["debootstrap", "dpkg-deb", "gpg", "xz", "unshare", "nsenter", "mount", "umount", "cp"];

    /// <summary>Why tests on real root file systems cannot run here, as the text of a skipped test; null: they can.</summary>
    public static string? Missing()
    {
        if (!OperatingSystem.IsLinux() || !Environment.IsPrivilegedProcess)
        {
            return "skipped, because root file systems are made and entered by root on Linux only";
        }

        var missing = Programs.Where(p => !HostProgram.Exists(p)).ToList();
        return missing.Count == 0 ? null : $"skipped, because programs are missing: {string.Join(", ", missing)} (apt-get install debootstrap dpkg gnupg xz-utils util-linux)";
    }
}
