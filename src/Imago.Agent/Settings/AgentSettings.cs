using System.Collections.Immutable;
using Imago.Agent.Deciding;
using Imago.NodeOs.Machine;
using NodaTime;

namespace Imago.Agent.Settings;

/// <summary>What is set about an agent. Everything has a default that is right for a plain node.</summary>
internal sealed record AgentSettings
{
    /// <summary>Where the settings lie unless a command says otherwise.</summary>
    public const string DefaultPath = "/etc/imago/agent.json";

    /// <summary>NM-4: where the kubelet's own identity lies, in the order in which they are looked for.</summary>
    public static readonly ImmutableArray<string> KubeletKubeconfigs = ["/etc/kubernetes/kubelet.conf", "/var/lib/kubelet/kubeconfig"];

    /// <summary>File with address and identity; null: that of the kubelet, or inside a pod its service account.</summary>
    public string? Kubeconfig { get; init; }

    /// <summary>Name of the node; null: the machine's name in lower case (NM-4).</summary>
    public string? NodeName { get; init; }

    /// <summary>Root of the machine's file system as the agent sees it.</summary>
    public string Root { get; init; } = "/";

    /// <summary>Program and arguments that are put before every command to enter the machine; empty: the agent runs on it.</summary>
    public ImmutableArray<string> Enter { get; init; } = [];

    /// <summary>Restarts the machine.</summary>
    public ImmutableArray<string> RestartCommand { get; init; } = ["systemctl", "reboot"];

    /// <summary>Whether services that use replaced files are restarted (NM-59).</summary>
    public bool RestartServices { get; init; } = true;

    /// <summary>Further services that are restarted on a drained machine only (NM-59); those that the node hangs on are none of the driver's to restart, so that they need not stand here.</summary>
    public ImmutableArray<string> GuardedServices { get; init; } = [];

    /// <summary>NM-33: over how long first attempts are spread that nobody waits for.</summary>
    public Duration Spread { get; init; } = Duration.FromMinutes(5);

    /// <summary>NM-33: the first wait after a failure of an order of the control side.</summary>
    public Duration Retry { get; init; } = Duration.FromMinutes(1);

    /// <summary>What the driver of the operating system takes.</summary>
    public MachineSettings Machine { get; init; } = new();

    /// <summary>How long the agent waits between attempts.</summary>
    public RetryPace Pace => new() { Spread = Spread, FirstInWindow = Retry };

    /// <summary>Folder of the agent's state, as the machine has it.</summary>
    public string StateDirectory => Machine.StateDirectory;
}
