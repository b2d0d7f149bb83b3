using Imago.NodeOs.Machine;

namespace Imago.Agent.Serving;

/// <summary>
/// Tells cheaply whether anything about the machine's packages or its need of a restart can have changed since the last look: three files are asked for their times, and only
/// if one differs the package system is asked anything. So a machine that its distribution's updater keeps is reported right, and an agent at rest rests.
/// </summary>
/// <remarks>Rules: CH-13, CH-35, NM-56.</remarks>
internal sealed class MachineLooks(MachineRoot root)
{
    private static readonly string[] Files = ["/var/lib/dpkg/status", "/run/reboot-required", "/var/run/reboot-required", "/run/reboot-required.pkgs"];

    private string? _seen;

    /// <summary>Whether something can have changed since <see cref="Note"/>.</summary>
    public bool IsNew => _seen != Read();

    /// <summary>What is there now has been looked at.</summary>
    public void Note() => _seen = Read();

    private string Read() => string.Join(' ', Files.Select(f => File.Exists(root.At(f)) ? File.GetLastWriteTimeUtc(root.At(f)).Ticks.ToString(System.Globalization.CultureInfo.InvariantCulture) : "-"));
}
