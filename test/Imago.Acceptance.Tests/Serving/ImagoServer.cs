using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace Imago.Acceptance.Tests.Serving;

/// <summary>
/// The real server program in a process of its own, on loopback, with a data folder that goes away with it. It can be killed and started again
/// at the same address. Whatever happens to the tests, it does not outlive the object.
/// </summary>
internal sealed class ImagoServer : IAsyncDisposable
{
    private static readonly TimeSpan LongestStart = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(30);

    private readonly ServerSettings _settings;
    private readonly StringBuilder _said = new();
    private Process? _process;
    private ArmClient? _client;
    private ServerCredentials? _credentials;

    private ImagoServer(ServerSettings settings)
    {
        _settings = settings;
        DataFolder = Directory.CreateTempSubdirectory("imago-acceptance-").FullName;
        if (settings.File is { } text)
        {
            File.WriteAllText(Path.Combine(DataFolder, "imago.json"), text);
        }

        Address = new Uri(string.Create(CultureInfo.InvariantCulture, $"https://127.0.0.1:{FreePort.Take()}"));
    }

    public Uri Address { get; }

    public string DataFolder { get; }

    /// <summary>The certificate authority that the server made for itself.</summary>
    public string AuthorityFile => Path.Combine(DataFolder, "ca.crt");

    /// <summary>The SQLite file, for looking into when nothing runs on it.</summary>
    public string DatabaseFile => Path.Combine(DataFolder, "imago.db");

    /// <summary>The first service principal; Owner of everything.</summary>
    public ServerCredentials Credentials => _credentials ?? throw new InvalidOperationException("The server has no service principal yet.");

    public ArmClient Client => _client ??= new ArmClient(Address, AuthorityFile, Credentials);

    /// <summary>Of the process that runs now.</summary>
    public int ProcessId => _process?.Id ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>Everything that the program has said so far.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Starts a server on an empty data folder and makes its first service principal.</summary>
    public static async Task<ImagoServer> StartAsync(ServerSettings settings)
    {
        var server = new ImagoServer(settings);
        try
        {
            server._credentials = await server.InitializeAsync();
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts a server on an empty data folder, where nobody may sign in yet.</summary>
    public static async Task<ImagoServer> StartEmptyAsync(ServerSettings settings)
    {
        var server = new ImagoServer(settings);
        try
        {
            await server.StartAgainAsync();
            return server;
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }
    }

    /// <summary>Another process on the same database, with a data folder of its own and the same data key: a second replica.</summary>
    public async Task<ImagoServer> ReplicateAsync()
    {
        var replica = new ImagoServer(_settings with { DataKeyFile = Path.Combine(DataFolder, "keys", "data.key") }) { _credentials = Credentials };
        try
        {
            await replica.StartAgainAsync();
            return replica;
        }
        catch
        {
            await replica.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts the process, again after it was killed or stopped, and waits until it is ready.</summary>
    public async Task StartAgainAsync()
    {
        var start = Program(["server"]);
        Configure(start);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        var process = Process.Start(start) ?? throw new InvalidOperationException("imago did not start.");
        process.OutputDataReceived += (_, line) => Say(line.Data);
        process.ErrorDataReceived += (_, line) => Say(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;

        using var handler = new SocketsHttpHandler();
        // Only whether it answers: trust is what the clients under test have to bring.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        using var http = new HttpClient(handler) { BaseAddress = Address };
        await Until.Async("The server being ready", LongestStart, () => IsReadyAsync(http, process), ready => ready, TimeSpan.FromMilliseconds(20));
    }

    /// <summary>Ends the process the way a power cut does.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            _process = null;
            process.Kill();
            await process.WaitForExitAsync();
            process.Dispose();
        }
    }

    /// <summary>Asks the process to end, as a service manager does, and answers its exit code.</summary>
    public async Task<int> StopAsync()
    {
        var process = _process ?? throw new InvalidOperationException("The server does not run.");
        await ProgramRun.Of(new ProcessStartInfo("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]));
        using var patience = new CancellationTokenSource(LongestStop);
        await process.WaitForExitAsync(patience.Token);
        _process = null;
        var code = process.ExitCode;
        process.Dispose();
        return code;
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        _client?.Dispose();
        Directory.Delete(DataFolder, recursive: true);
    }

    private async Task<ServerCredentials> InitializeAsync()
    {
        var start = Program(["server", "init"]);
        Configure(start);
        var printed = (await ProgramRun.Of(start)).MustSucceed();
        return new(Of("tenant"), Of("subscription"), Of("client id"), Of("client secret"));

        string Of(string name) => printed.Out.Split('\n').Select(l => l.Trim()).FirstOrDefault(l => l.StartsWith($"{name} ", StringComparison.Ordinal))?[name.Length..].Trim()
            ?? throw new InvalidOperationException($"{printed} does not name the {name}.");
    }

    private void Configure(ProcessStartInfo start)
    {
        foreach (var (name, value) in (IEnumerable<(string, string?)>)
        [
            ("DATA", DataFolder),
            ("LISTEN", Address.ToString().TrimEnd('/')),
            ("DATABASE", _settings.Database),
            ("DATA_KEY_FILE", _settings.DataKeyFile),
            ("SIMULATION_TIME_SCALE", _settings.TimeScale.ToString(CultureInfo.InvariantCulture)),
            ("FEATURES_REGISTRATION", "3s"),
            .. _settings.More.Select(m => (m.Key, (string?)m.Value)),
        ])
        {
            if (value is not null)
            {
                start.Environment[$"IMAGO_SERVER_{name}"] = value;
            }
        }
    }

    private async Task<bool> IsReadyAsync(HttpClient http, Process process)
    {
        if (process.HasExited)
        {
            throw new InvalidOperationException($"The server ended with {process.ExitCode} before it was ready:\n{Said}");
        }

        try
        {
            using var answer = await http.GetAsync(new Uri("/readyz", UriKind.Relative));
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static ProcessStartInfo Program(string[] arguments)
    {
        var start = new ProcessStartInfo(Clone.Program, arguments) { UseShellExecute = false };

        // The program looks for its runtime in fixed places; this one is where the runtime of the tests was found.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."));
        return start;
    }

    private void Say(string? line)
    {
        lock (_said)
        {
            _said.AppendLine(line);
        }
    }
}
