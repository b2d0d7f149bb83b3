using Imago.Agent.Settings;
using Imago.Domain.NodeOs;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Updaters;

namespace Imago.Agent.Working;

/// <summary>The machine that the agent runs on, or that it enters.</summary>
internal sealed class HostMachine(MachineRoot root, ICommands commands, AgentSettings settings, TimeProvider time) : IMachine
{
    private INodeOsDriver? _driver;

    /// <inheritdoc />
    public string BootId => root.Read("/proc/sys/kernel/random/boot_id")?.Trim() ?? "";

    /// <inheritdoc />
    public INodeOsDriver Driver => _driver ??= NodeOsDrivers.For(root, commands, settings.Machine, time);

    /// <summary>Identity of the installation; empty where the machine has none.</summary>
    public string MachineId => root.Read("/etc/machine-id")?.Trim() ?? "";

    /// <inheritdoc />
    public async ValueTask RestartAsync(CancellationToken cancellation)
    {
        var result = await commands.RunAsync(new Command(settings.RestartCommand[0], [.. settings.RestartCommand.Skip(1)]), cancellation);
        if (result.ExitCode != 0)
        {
            throw new NodeOsException(NodeOsReason.InstallFailed,
                $"'{string.Join(' ', settings.RestartCommand)}' ended with {result.ExitCode}: {result.Text.Trim()}. The machine has to be restarted by hand, or the restart command corrected.");
        }
    }

    /// <inheritdoc />
    public async ValueTask<string?> RestartServiceAsync(string service, CancellationToken cancellation)
    {
        var result = await commands.RunAsync(new Command("systemctl", ["restart", service]), cancellation);
        return result.ExitCode == 0 ? null : result.Text.Trim();
    }

    /// <inheritdoc />
    public async ValueTask<string?> SwitchUpdaterAsync(OsUpdater? to, CancellationToken cancellation)
    {
        var updaters = new UpdaterSwitch(root, commands, settings.Machine);
        var state = to is { } updater ? await updaters.SetAsync(updater, cancellation) : await updaters.RestoreAsync(cancellation);
        return state.Problem;
    }
}
