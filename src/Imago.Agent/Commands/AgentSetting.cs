using System.CommandLine;
using System.Reflection;
using Imago.Agent.Serving;
using Imago.Agent.Settings;
using Imago.Agent.State;
using Imago.Agent.Working;
using Imago.NodeOs;
using Imago.NodeOs.Machine;
using Imago.NodeOs.Verdicts;

namespace Imago.Agent.Commands;

/// <summary>What a command works with, made of its settings file and its options.</summary>
internal sealed class AgentSetting
{
    private readonly HostMachine _machine;

    private AgentSetting(AgentSettings settings, AgentConsole console)
    {
        Settings = settings;
        Console = console;
        Root = new MachineRoot(settings.Root);
        _machine = new HostMachine(Root, new SystemCommands(console.Clock, settings.Enter), settings, console.Clock);
        Memory = new AgentMemory(Root, settings.StateDirectory, _machine.MachineId);
    }

    public AgentSettings Settings { get; }

    public AgentConsole Console { get; }

    public MachineRoot Root { get; }

    public IMachine Machine => _machine;

    public AgentMemory Memory { get; }

    /// <summary>NM-4: the machine's name in lower case, unless something else is said.</summary>
    public string Node => (Settings.NodeName ?? System.Environment.MachineName).ToLowerInvariant();

    public static string Version => typeof(AgentSetting).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";

    /// <summary>Reads settings and options.</summary>
    /// <exception cref="SettingsException">They make no sense.</exception>
    public static AgentSetting Of(ParseResult parsed, AgentOptions options, AgentConsole console)
    {
        var settings = SettingsFile.Load(parsed.GetValue(options.Settings));
        settings = settings with
        {
            Kubeconfig = parsed.GetValue(options.Kubeconfig) ?? settings.Kubeconfig,

            // A DaemonSet tells its pods by the environment on which node they are.
            NodeName = parsed.GetValue(options.NodeName) ?? settings.NodeName ?? (console.Environment("NODE_NAME") is { Length: > 0 } told ? told : null),
            Machine = settings.Machine with { StateDirectory = parsed.GetValue(options.State) is { } folder ? Path.GetFullPath(folder) : settings.Machine.StateDirectory },
        };
        return new AgentSetting(settings, console);
    }

    /// <summary>Takes the lock that keeps two from working at once.</summary>
    /// <exception cref="NodeOsException">Somebody else has it, or it cannot be made.</exception>
    public MachineLock TakeWork(string name = "work")
    {
        try
        {
            return MachineLock.TryTake(Root, Settings.StateDirectory, name)
                ?? throw new NodeOsException(NodeOsReason.LockHeld, $"Another agent works on this machine: it has the lock {Root.At(Settings.StateDirectory)}/{name}.lock. Wait until it has ended; 'imago agent status' says what it does.");
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            throw new NodeOsException(NodeOsReason.DiskFull, $"The agent's folder {Root.At(Settings.StateDirectory)} cannot be written: {failure.Message} Run the command as root, or name another folder with --state.");
        }
    }

    public AgentParts Parts() => new(Settings, Root, Machine, _machine.MachineId, Node, Version, Console.Clock)
    {
        // systemd sets this variable, and starts the service again; nobody else may be trusted to.
        IsOutdated = Console.Environment("INVOCATION_ID") is { Length: > 0 } ? OwnFiles.AreReplaced : () => false,
        Door = () => (ClusterDoor.Open(Settings, Console.Environment, Console.Clock, out var waitsFor), waitsFor),
    };
}
