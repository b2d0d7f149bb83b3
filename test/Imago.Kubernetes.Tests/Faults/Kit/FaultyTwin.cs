using System.Text.Json;
using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Imago.Application.Attachments;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Application.Twins;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Serving.Access;
using Imago.Persistence;
using Imago.Persistence.Stores;
using Imago.ReferenceProvider;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Kubernetes.Tests.Faults.Kit;

/// <summary>How a twin is made.</summary>
internal sealed record TwinSettings
{
    public int Nodes { get; init; } = 3;

    /// <summary>Most nodes that an upgrade may add at a time; the witness holds it against that.</summary>
    public int Surge { get; init; } = 1;

    /// <summary>Most nodes that an upgrade may take out of service at a time.</summary>
    public int Unavailable { get; init; }

    public double TimeScale { get; init; } = 600;

    /// <summary>How long the token of a kubeconfig is valid.</summary>
    public Duration TokenLifetime { get; init; } = Duration.FromHours(1);
}

/// <summary>
/// One simulated cluster with budgets, served over HTTP on loopback as the server does it, and its infrastructure behind the protocol of external providers; with a place
/// for faults before both. It can be stopped and started again at the same addresses with what it has stored, and a <see cref="Witness"/> sees everything that happens in it.
/// </summary>
internal sealed class FaultyTwin : IEngineSignal, IAsyncDisposable
{
    public const string Key = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/twin";
    public const string Pool = "apps";
    public const string Old = "AKSUbuntu-2204gen2containerd-202407.29.0";

    // Requests of the tests themselves go past the faults.
    private const string PastFaults = "X-Past-Faults";
    private const string Holder = "twin";
    private static readonly Duration Lease = Duration.FromMinutes(1);

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-twin-");
    private readonly TwinSettings _settings;
    private readonly TimeProvider _clock = new MachineClock();
    private readonly ClusterTokens _tokens;
    private readonly int _port = FreePort();
    private readonly int _providerPort = FreePort();
    private readonly HttpClient _own = new();
    private RelationalStore _store = null!;
    private SimulatedClusterHost _host = null!;
    private SimulatedTwins _twins = null!;
    private WebApplication? _app;
    private ReferenceServer? _provider;

    private FaultyTwin(TwinSettings settings)
    {
        _settings = settings;
        Witness = new Witness(settings);
        _tokens = new ClusterTokens([.. Enumerable.Repeat((byte)7, 32)], settings.TokenLifetime, _clock);
        _own.DefaultRequestHeaders.Add(PastFaults, "1");
    }

    public Witness Witness { get; }

    /// <summary>Stands before the Kubernetes API.</summary>
    public Func<HttpContext, Func<Task>, Task>? Around { get; set; }

    /// <summary>Stands before the provider.</summary>
    public Func<HttpContext, Func<Task>, Task>? AroundProvider { get; set; }

    public Uri ProviderEndpoint => new($"http://127.0.0.1:{_providerPort}");

    public string ProviderToken => "correct-horse";

    public static async Task<FaultyTwin> StartAsync(TwinSettings settings, CancellationToken cancellation)
    {
        var twin = new FaultyTwin(settings);
        try
        {
            await twin.OpenAsync(cancellation);
            await twin.CreateAsync(cancellation);
            await twin.ShapeAsync(cancellation);
            await twin.ServeAsync(cancellation);
            await twin.SettleAsync(cancellation);
            return twin;
        }
        catch
        {
            await twin.DisposeAsync();
            throw;
        }
    }

    /// <summary>A kubeconfig with a new token.</summary>
    public string Kubeconfig() => $$$"""
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {server: "http://127.0.0.1:{{{_port}}}/kubernetes{{{Key}}}"}}]
        users: [{name: u, user: {token: "{{{Token()}}}"}}]
        contexts: [{name: c, context: {cluster: c, user: u}}]
        """;

    /// <summary>How a managing server reaches it.</summary>
    public Attachment Attachment() => new(Key, Kubeconfig(), null, [], new ProviderAccess("external", ProviderEndpoint, ProviderToken, null));

    /// <summary>Something of its Kubernetes API, read past all faults.</summary>
    public async Task<JsonDocument> ReadAsync(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.1:{_port}/kubernetes{Key}{path}");
        request.Headers.Authorization = new("Bearer", Token());
        using var answer = await _own.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
        return JsonDocument.Parse(await answer.Content.ReadAsStringAsync(cancellation));
    }

    /// <summary>Something of its Kubernetes API, changed past all faults by a merge patch.</summary>
    public async Task PatchAsync(string path, string patch, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Patch, $"http://127.0.0.1:{_port}/kubernetes{Key}{path}");
        request.Headers.Authorization = new("Bearer", Token());
        request.Content = new StringContent(patch, System.Text.Encoding.UTF8, "application/merge-patch+json");
        using var answer = await _own.SendAsync(request, cancellation);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>The API server ends, and with it the provider: whoever asks is refused the connection, watches break off. What is stored stays.</summary>
    public async Task StopAsync()
    {
        await Witness.StopAsync();
        using var now = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        if (_app is not null)
        {
            await _app.StopAsync(now.Token);
            await _app.DisposeAsync();
            _app = null;
        }

        if (_provider is not null)
        {
            await _provider.DisposeAsync();
            _provider = null;
        }

        if (_twins is not null)
        {
            await _twins.DisposeAsync();
        }

        if (_store is not null)
        {
            await _store.DisposeAsync();
        }
    }

    /// <summary>It is there again, at the same addresses.</summary>
    public async Task StartAgainAsync(CancellationToken cancellation)
    {
        await OpenAsync(cancellation);
        await ServeAsync(cancellation);
    }

    /// <inheritdoc />
    public void Nudge(string clusterKey)
    {
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _own.Dispose();
        _folder.Delete(recursive: true);
    }

    private string Token() => _tokens.Make(new TwinCaller(Key, "tester", ClusterRole.Admin));

    private async Task OpenAsync(CancellationToken cancellation)
    {
        _store = await StoreFactory.OpenAsync(new StoreOptions { DataFile = Path.Join(_folder.FullName, "imago.db") }, _clock, NullLoggerFactory.Instance, cancellation);
        _host = new SimulatedClusterHost(_store, _clock, new ServedClusterOptions { TimeScale = _settings.TimeScale }, _ => Witness);
        _twins = new SimulatedTwins(_host, _store, new EngineOptions { Holder = Holder }, this, _clock);
    }

    private async Task CreateAsync(CancellationToken cancellation)
    {
        var now = Instant.FromDateTimeOffset(_clock.GetUtcNow());
        var resource = new StoredResource
        {
            Key = Key,
            Id = Key,
            Type = ResourceTypes.ManagedCluster,
            ParentKey = "",
            ClusterKey = Key,
            Document = """{"location":"northeurope","properties":{}}""",
            Status = "{}",
            Version = 1,
            StatusVersion = 1,
            CreatedAt = now,
            ChangedAt = now,
        };
        await _store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Create(resource) { Key = Key }] }, cancellation);
    }

    private async Task ShapeAsync(CancellationToken cancellation)
    {
        var spec = new PoolSpec { Name = Pool, Mode = PoolMode.System, Family = NodeImage.Parse(Old).Family };
        var intent = new PoolIntent(spec, _settings.Nodes, [], ImmutableSortedDictionary<string, string>.Empty, [], "Ubuntu", "Standard_D4ds_v5");
        var shape = new ClusterShape([new PoolShape(Pool, _settings.Nodes, Old, "1.36.2", intent)], Running: true);
        await Patience.UntilAsync("the twin's nodes being ready", TimeSpan.FromSeconds(60), async () =>
        {
            var lease = await _store.HoldLeaseAsync(Key, Holder, Instant.FromDateTimeOffset(_clock.GetUtcNow()), Lease, cancellation);
            await using var cluster = await _host.OpenAsync(Key, lease!, cancellation);
            await cluster.AdvanceAsync(cancellation);
            return (await cluster.ShapeAsync(shape, cancellation)).Done ? null : "They are not.";
        });
    }

    private async Task ServeAsync(CancellationToken cancellation)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, _port));
        builder.Services.AddSingleton(_clock);
        builder.Services.AddSingleton(_tokens);
        builder.Services.AddSingleton<ITwinHost>(new Borrowed(_twins));
        builder.Services.AddTwinServing(new ServingOptions());
        _app = builder.Build();
        _app.Use((context, next) => Around is { } around && !context.Request.Headers.ContainsKey(PastFaults) ? around(context, () => next(context)) : next(context));
        _app.UseTwins();
        await _app.StartAsync(cancellation);
        _provider = await ReferenceServer.StartAsync(
            new HostedWorld(_host, _store, Key, Holder, Lease, _clock),
            new ReferenceOptions
            {
                Token = ProviderToken,
                Clock = _clock,
                Port = _providerPort,
                LedgerFile = Path.Join(_folder.FullName, "provider.jsonl"),
                Around = (context, next) => AroundProvider is { } around ? around(context, next) : next(),
            });
        var host = _host;
        Witness.Watch(async () => (await host.LookAsync(Key, CancellationToken.None))?.View);
    }

    private Task SettleAsync(CancellationToken cancellation) => Patience.UntilAsync("the twin being at rest", TimeSpan.FromSeconds(60), async () =>
    {
        var view = (await _host.LookAsync(Key, cancellation))?.View;
        if (view is null || view.Budgets.Count == 0 || view.Pods.Values.Any(p => p.Pod is not { Ready: true, Terminating: false }) || view.Budgets.Values.Any(b => b.DisruptionsAllowed == 0))
        {
            return $"{view?.Pods.Values.Count(p => p.Pod.Ready)} of {view?.Pods.Count} pods are ready.";
        }

        Witness.Begin(view);
        return null;
    });

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }

    // The real clock: sockets, leases and simulated work all go by it.
    private sealed class MachineClock : TimeProvider;

    // The container must not end what is ended here.
    private sealed class Borrowed(ITwinHost twins) : ITwinHost
    {
        public IReadOnlyCollection<ObjectKind> Kinds => twins.Kinds;

        public ValueTask<ITwin?> FindAsync(string clusterKey, CancellationToken cancellation) => twins.FindAsync(clusterKey, cancellation);
    }
}
