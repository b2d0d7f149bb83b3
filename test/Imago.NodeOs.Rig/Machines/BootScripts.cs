namespace Imago.NodeOs.Rig.Machines;

/// <summary>The shell scripts that a machine starts with.</summary>
internal static class BootScripts
{
    /// <summary>How init ends when it was asked to restart.</summary>
    public const int RebootCode = 42;

    /// <summary>
    /// Runs first in the new namespaces, with the host's programs: arguments are root, folder with the faked identity, host name. NM-70: nothing of the host but /dev is bound.
    /// The root becomes that of the mount namespace, so whoever enters it needs no chroot, and <c>ischroot</c> says no (NM-57).
    /// </summary>
    public const string Setup =
        """
        set -e
        root=$1 identity=$2
        echo "$3" >/proc/sys/kernel/hostname
        mount --bind "$root" "$root"
        cd "$root"
        mount -t proc proc proc
        mount -t tmpfs -o mode=755 tmpfs run
        mkdir -p run/lock
        mount --rbind /dev dev
        mount --bind "$identity/boot_id" proc/sys/kernel/random/boot_id
        mount --bind "$identity/osrelease" proc/sys/kernel/osrelease
        pivot_root . mnt
        cd /
        umount -l /mnt
        rm -rf /run/mount
        exec /bin/sh -c "$4"
        """;

    /// <summary>Init: reaps orphans, goes down when asked, and when the process that holds the other end of its input is gone, so that no machine outlives its test.</summary>
    public const string Init =
        """
        trap 'exit 42' USR1
        trap 'exit 0' TERM
        exec 3<&0
        echo ready
        cat <&3 >/dev/null &
        wait $!
        """;

    /// <summary>Stands in for <c>reboot</c>.</summary>
    public const string Reboot = "#!/bin/sh\nkill -USR1 1\n";
}
