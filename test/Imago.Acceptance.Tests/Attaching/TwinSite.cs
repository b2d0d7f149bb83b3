using System.Diagnostics;
using Imago.Acceptance.Tests.Attaching;
using Imago.Acceptance.Tests.Kubectl;
using Imago.Acceptance.Tests.Serving;
using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.ReferenceProvider;
using Imago.Server.Configuration;
using Imago.Server.DataFolders;
using Imago.Server.Hosting;
using Imago.Server.Setup;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using NodaTime;

[assembly: AssemblyFixture(typeof(TwinSite))]

namespace Imago.Acceptance.Tests.Attaching;

/// <summary>
/// A server whose simulated clusters stand for real ones: each is attached to the same server under another name, by its kubeconfig and a node provider behind a socket. It
/// runs in this process, because the machines under a simulated cluster are nothing that a server hands out. Made when the first test asks.
/// </summary>
public sealed class TwinSite : IAsyncDisposable
{
    // A node takes some seconds: long enough to be stopped in the middle, short enough to wait for.
    private const double TimeScale = 60;

    private readonly SemaphoreSlim _one = new(1, 1);
    private readonly MachineClock _clock = new();
    private WebApplication? _app;
    private ArmClient? _client;
    private ServerCredentials? _login;
    private string? _kubectl;

    internal ArmClient Client => _client ?? throw new InvalidOperationException("The server does not run.");

    /// <summary>What the site keeps: the server's data, the profile of the command line, kubeconfigs.</summary>
    internal DirectoryInfo Folder { get; } = Directory.CreateTempSubdirectory("imago-attaching-");

    private DataFolder Data => _app!.Services.GetRequiredService<DataFolder>();

    private Uri Address => new(_app!.Services.GetRequiredService<ServerAddress>().Text);

    /// <summary>Serves the machines of a simulated cluster by the open protocol.</summary>
    internal async Task<ReferenceServer> ProvideAsync(string clusterPath, string token)
    {
        var (host, store, engine) = (_app!.Services.GetRequiredService<IClusterHost>(), _app.Services.GetRequiredService<IStore>(), _app.Services.GetRequiredService<EngineOptions>());
        var world = new HostedWorld(host, store, clusterPath.ToLowerInvariant(), engine.Holder, engine.LeaseLength, _clock);
        return await ReferenceServer.StartAsync(world, new ReferenceOptions { Token = token, Clock = _clock });
    }

    /// <summary>Runs the command line in a process of its own.</summary>
    internal Task<ProgramRun> ImagoAsync(string line)
    {
        var start = new ProcessStartInfo(Clone.Program, CommandLine.Words(line));
        foreach (var (name, value) in (IEnumerable<(string, string)>)
        [
            ("DOTNET_ROOT", Path.GetFullPath(Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "..", "..", ".."))),
            ("IMAGO_CONFIG_DIR", Path.Combine(Folder.FullName, "profile")),
            ("IMAGO_SERVER", Address.ToString().TrimEnd('/')),
            ("IMAGO_CA_FILE", Data.AuthorityFile),
            ("IMAGO_CLIENT_ID", _login!.AppId),
            ("IMAGO_CLIENT_SECRET", _login.Secret),
            ("IMAGO_SUBSCRIPTION", _login.SubscriptionId),
        ])
        {
            start.Environment[name] = value;
        }

        return ProgramRun.Of(start);
    }

    /// <summary>Runs stock kubectl with a kubeconfig.</summary>
    internal async Task<ProgramRun> KubectlAsync(string kubeconfig, string line)
    {
        var start = new ProcessStartInfo(_kubectl ??= await KubectlProgram.FindAsync(), CommandLine.Words(line));
        start.Environment["KUBECONFIG"] = kubeconfig;
        start.Environment["HOME"] = Folder.FullName;
        return await ProgramRun.Of(start);
    }

    internal async Task ReadyAsync()
    {
        await _one.WaitAsync();
        try
        {
            if (_client is not null)
            {
                return;
            }

            var options = new ServerOptions
            {
                DataFolder = Path.Combine(Folder.FullName, "server"),
                Listen = [new Uri("https://127.0.0.1:0")],
                TimeScale = TimeScale,
                LogLevel = LogLevel.Warning,
            };
            _app = await Server.Hosting.ImagoServer.BuildAsync(options, _clock, CancellationToken.None);
            var (store, principals) = (_app.Services.GetRequiredService<IStore>(), _app.Services.GetRequiredService<IPrincipalStore>());
            var login = await FirstPrincipal.MakeAsync(store, principals, Instant.FromDateTimeOffset(_clock.GetUtcNow()), CancellationToken.None);
            await _app.StartAsync();
            _login = new ServerCredentials(login.TenantId, login.SubscriptionId, login.AppId, login.Secret);
            _client = new ArmClient(Address, Data.AuthorityFile, _login);
        }
        finally
        {
            _one.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        _client?.Dispose();
        if (_app is not null)
        {
            await _app.StopAsync();
            await _app.DisposeAsync();
        }

        Folder.Delete(recursive: true);
        _one.Dispose();
    }

    // Leases, timers and Kestrel go by the real clock.
    private sealed class MachineClock : TimeProvider;
}
