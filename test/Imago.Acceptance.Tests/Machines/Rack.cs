using Imago.NodeOs.Rig.Archives;
using Imago.NodeOs.Rig.Machines;
using Imago.NodeOs.Rig.Packages;
using Imago.NodeOs.Rig.Roots;

namespace Imago.Acceptance.Tests.Machines;

/// <summary>
/// A machine of the cluster with what runs on it: the published agent, which a stand-in for the service manager starts at every boot and whenever it ends, and the stand-in for
/// the kubelet. A machine that asks for a restart is started again, with another boot id and the newest kernel that it has.
/// </summary>
internal sealed class Rack : IAsyncDisposable
{
    private const string AgentPath = "/usr/local/bin/imago-agent";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);

    private readonly CancellationTokenSource _end = new();
    private readonly Kubelet _kubelet;
    private MachineProcess? _agent;
    private Task _life = Task.CompletedTask;
    private string _saidBefore = "";

    private Rack(Machine machine, Kubelet kubelet) => (Machine, _kubelet) = (machine, kubelet);

    public Machine Machine { get; }

    public string Name => Machine.Name;

    /// <summary>Whether it comes up again after it went down for a restart.</summary>
    public bool ComesBack { get; set; } = true;

    /// <summary>Whether an agent that has ended is started again.</summary>
    public bool KeepsAgent { get; set; } = true;

    /// <summary>Everything that its agents have said.</summary>
    public string Said => _saidBefore + _agent?.Said;

    /// <summary>Sets up a machine and lets it join.</summary>
    /// <param name="name">Name of machine and node.</param>
    /// <param name="kubeconfig">The file with the identity of the node.</param>
    /// <param name="archive">Where its packages come from.</param>
    /// <param name="installed">What it has beyond the minimal system.</param>
    /// <param name="taint">What keeps work away from it until it is patched; null: nothing.</param>
    public static async Task<Rack> JoinAsync(string name, string kubeconfig, LocalArchive archive, IEnumerable<BuiltPackage> installed, string? taint = null)
    {
        var root = await RootFs.CopyAsync(BaseRoot.Minimal);
        archive.Introduce(root);
        root.Write(AgentPath, await File.ReadAllBytesAsync(await PublishedAgent.EnsureAsync()), executable: true);
        root.Write("/etc/kubernetes/kubelet.conf", await File.ReadAllTextAsync(kubeconfig));
        root.Write("/etc/imago/agent.json", """{ "restartCommand": ["reboot"], "spreadMinutes": 0, "retrySeconds": 2, "lockTimeoutSeconds": 2 }""");
        var machine = await Machine.StartAsync(root, new MachineStart { Name = name });
        await machine.InstallAsync(installed);

        // A kernel that was just installed runs after a restart only.
        await machine.RestartAsync();
        var rack = new Rack(machine, new Kubelet(NodeApi.Of(kubeconfig), machine, taint));
        rack._life = rack.LiveAsync();
        return rack;
    }

    /// <summary>Kills the agent as the kernel's memory killer does; the service manager then ends whatever it began.</summary>
    public async Task KillAgentAsync()
    {
        if (_agent is { } agent)
        {
            await agent.KillWithAllAsync();
        }
    }

    /// <summary>The times at which packages were upgraded, as dpkg's log has them.</summary>
    public IReadOnlyList<DateTimeOffset> Upgrades() =>
    [
        .. Machine.Root.Read("/var/log/dpkg.log").Split('\n').Where(l => l.Split(' ') is [_, _, "upgrade", ..])
            .Select(l => DateTimeOffset.Parse(l[..19] + "Z", System.Globalization.CultureInfo.InvariantCulture)),
    ];

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _life;
        _agent?.Dispose();
        _kubelet.Dispose();
        await Machine.DisposeAsync();
        _end.Dispose();
    }

    private async Task LiveAsync()
    {
        while (!_end.IsCancellationRequested)
        {
            try
            {
                await LookAfterAsync();
            }
            catch (HttpRequestException)
            {
                // A kubelet goes on as well when the API server does not answer.
            }

            await Task.Delay(Pause, _end.Token).ContinueWith(_ => { }, TaskScheduler.Default);
        }
    }

    private async Task LookAfterAsync()
    {
        if (!Machine.Running && ComesBack && await Machine.Ended == MachineEnd.RebootAsked)
        {
            await Machine.StartAsync();
        }

        if (Machine.Running && KeepsAgent && _agent is not { HasExited: false })
        {
            _saidBefore = Said;
            _agent?.Dispose();
            _agent = Machine.Start([AgentPath, "run"]);
        }

        await _kubelet.TellAsync();
    }
}
