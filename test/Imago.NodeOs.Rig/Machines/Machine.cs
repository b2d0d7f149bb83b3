using System.Diagnostics;
using Imago.NodeOs.Rig.Packages;
using Imago.NodeOs.Rig.Programs;
using Imago.NodeOs.Rig.Roots;

namespace Imago.NodeOs.Rig.Machines;

/// <summary>
/// A root file system that runs: with processes, <c>/run</c>, <c>/proc</c>, host name, kernel release and boot id of its own, and the network of the host. It can lose its power
/// and be started again, which gives it an empty <c>/run</c> and another boot id, as a restart of hardware would.
/// </summary>
/// <remarks>Rules: NM-57, NM-70. Members are called by one caller at a time; programs inside may run side by side.</remarks>
public sealed class Machine : IAsyncDisposable
{
    private static readonly TimeSpan StartsWithin = TimeSpan.FromSeconds(20);

    // Beside the root, not in it: what is bound over /proc must not be something the machine can change.
    private readonly string _identity = Directory.CreateTempSubdirectory("imago-identity-").FullName;
    private readonly MachineStart _settings;
    private Process? _unshare;
    private int _init;
    private Task<MachineEnd>? _ended;
    private bool _killed;

    private Machine(RootFs root, MachineStart settings) => (Root, _settings) = (root, settings);

    /// <summary>Raised when something inside asked for a restart and the machine has gone down. Who listens starts it again.</summary>
    public event Action<Machine>? RebootAsked;

    /// <summary>Its root file system. <c>/run</c> and <c>/proc</c> are seen through <see cref="View"/> only.</summary>
    public RootFs Root { get; }

    public string Name => _settings.Name;

    /// <summary>Identity of the present boot.</summary>
    public string BootId { get; private set; } = "";

    /// <summary>Release of the kernel that it pretends to run.</summary>
    public string Kernel { get; private set; } = "";

    /// <summary>How often it was started.</summary>
    public int Boots { get; private set; }

    public bool Running => _ended is { IsCompleted: false };

    /// <summary>Its files as its own processes see them, <c>/run</c> and <c>/proc</c> included, as a folder of the host; only while it runs. Absolute links lead out of it.</summary>
    public string View => $"/proc/{Init}/root";

    /// <summary>Completes when the present run is over.</summary>
    public Task<MachineEnd> Ended => _ended ?? throw new InvalidOperationException($"Machine {Name} was never started.");

    /// <summary>Program and arguments that, put before a command of the host, run it inside the present run; its PATH is then that of the machine.</summary>
    public IReadOnlyList<string> Entry => ["nsenter", $"--target={Init}", "--pid", "--mount", "--uts", "--"];

    private int Init => Running ? _init : throw new InvalidOperationException($"Machine {Name} does not run.");

    /// <summary>Starts a machine on a root file system, which it then owns.</summary>
    public static async Task<Machine> StartAsync(RootFs root, MachineStart? settings = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(root);
        var machine = new Machine(root, settings ?? new());
        machine.Prepare();
        await machine.StartAsync(cancellation);
        return machine;
    }

    /// <summary>Starts it again after it went down.</summary>
    public async Task StartAsync(CancellationToken cancellation = default)
    {
        if (Running)
        {
            throw new InvalidOperationException($"Machine {Name} runs already.");
        }

        BootId = Guid.NewGuid().ToString();
        Kernel = _settings.Kernel ?? await Kernels.NewestAsync(Root.Folder);
        await File.WriteAllTextAsync(Path.Join(_identity, "boot_id"), BootId + "\n", cancellation);
        await File.WriteAllTextAsync(Path.Join(_identity, "osrelease"), Kernel + "\n", cancellation);

        _killed = false;
        var process = Process.Start(HostProgram.Start(["unshare", "--pid", "--mount", "--uts", "--fork", "--kill-child=KILL",
            "/bin/sh", "-c", BootScripts.Setup, "setup", Root.Folder, _identity, Name, BootScripts.Init])) ?? throw new InvalidOperationException("'unshare' did not start.");
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        var first = await process.StandardOutput.ReadLineAsync(cancellation).AsTask().WaitAsync(StartsWithin, cancellation);
        if (first != "ready")
        {
            process.Kill(entireProcessTree: true);
            throw new InvalidOperationException($"Machine {Name} did not start: {await errors}");
        }

        _init = (await ProcessTree.ChildrenAsync(process.Id)).Single();
        _unshare = process;
        Boots++;
        _ended = WatchAsync(process);
    }

    /// <summary>Takes its power: everything in it dies in the midst of what it does. What was written to files stays.</summary>
    public async Task KillAsync()
    {
        if (!Running)
        {
            return;
        }

        _killed = true;
        using (var init = Process.GetProcessById(_init))
        {
            init.Kill();
        }

        await Ended;
    }

    /// <summary>Takes its power and starts it again.</summary>
    public async Task RestartAsync(CancellationToken cancellation = default)
    {
        await KillAsync();
        await StartAsync(cancellation);
    }

    /// <summary>Runs a command inside to its end.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="environment">What it finds beside PATH and HOME.</param>
    /// <param name="input">What it reads; null: nothing.</param>
    /// <param name="atMost">How long it may take; null: five minutes.</param>
    /// <param name="cancellation">Ends it and what it began.</param>
    public Task<ProgramRun> ExecAsync(
        IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null, byte[]? input = null, TimeSpan? atMost = null, CancellationToken cancellation = default) =>
        HostProgram.RunAsync(Enter(command, environment), input, atMost, cancellation);

    /// <summary>Runs a shell command inside, which has to succeed.</summary>
    /// <returns>What it said, without the last line end.</returns>
    public async Task<string> ShellAsync(string script, CancellationToken cancellation = default) =>
        (await ExecAsync(["/bin/sh", "-c", script], cancellation: cancellation)).MustSucceed().Out.TrimEnd('\n');

    /// <summary>Installs packages with dpkg, without any archive: what a machine has before a test begins.</summary>
    public async Task InstallAsync(params IEnumerable<BuiltPackage> packages)
    {
        var files = new List<string>();
        foreach (var package in packages)
        {
            files.Add("/root/" + package.File);
            Root.Write(files[^1], package.Content);
        }

        if (files.Count > 0)
        {
            (await ExecAsync(["dpkg", "--install", .. files])).MustSucceed();
            files.ForEach(f => File.Delete(Root[f]));
        }
    }

    /// <summary>Installed version of a package, complete or not; null: none.</summary>
    public async Task<string?> VersionAsync(string package) =>
        (await ExecAsync(["dpkg-query", "--show", "--showformat=${Version}", package])) is { ExitCode: 0, Out.Length: > 0 } run ? run.Out : null;

    /// <summary>Starts a program inside that goes on, such as an agent.</summary>
    public MachineProcess Start(IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment = null) => new(Enter(command, environment));

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(_identity, recursive: true);
        await Root.DisposeAsync();
    }

    private ProcessStartInfo Enter(IEnumerable<string> command, IReadOnlyDictionary<string, string>? environment)
    {
        var start = HostProgram.Start([.. Entry, .. command]);
        start.Environment.Clear();
        start.Environment["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
        start.Environment["HOME"] = "/root";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private void Prepare()
    {
        Root.Write("/etc/hostname", Name + "\n");
        Root.Write("/etc/hosts", $"127.0.0.1 localhost {Name}\n");
        if (_settings.RebootCommand)
        {
            Root.Write("/usr/sbin/reboot", BootScripts.Reboot, executable: true);
        }
    }

    private async Task<MachineEnd> WatchAsync(Process process)
    {
        await process.WaitForExitAsync();
        var end = _killed ? MachineEnd.PowerLost : process.ExitCode == BootScripts.RebootCode ? MachineEnd.RebootAsked : MachineEnd.Down;
        process.Dispose();
        if (ReferenceEquals(process, _unshare))
        {
            _unshare = null;
        }

        if (end == MachineEnd.RebootAsked && RebootAsked is { } listeners)
        {
            // Not from here: who listens starts the machine, and must find this run ended.
            _ = Task.Run(() => listeners(this));
        }

        return end;
    }
}
