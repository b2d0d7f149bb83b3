using System.Collections.Immutable;
using System.Net;
using System.Text;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Application.Twins;
using Imago.Domain.Images;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Kit;
using Imago.Persistence;
using Imago.Persistence.Stores;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Twins;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Kubernetes.Tests.Conformance;

/// <summary>One simulated cluster of four nodes, served over HTTP on loopback as the server does it, with simulated time a hundred times as fast.</summary>
internal sealed class TwinServer : IAsyncDisposable, IEngineSignal
{
    public const string Key = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/c";

    private const string Image = "AKSUbuntu-2204gen2containerd-202407.29.0";
    private const string Holder = "conformance";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-test-");
    private readonly WallClock _clock = new();
    private readonly ServingOptions _options;
    private RelationalStore _store = null!;
    private WebApplication _app = null!;

    private TwinServer(ServingOptions options) => _options = options;

    public IStore Store => _store;

    public string Kubeconfig { get; private set; } = "";

    /// <summary>The same over TLS, for kubectl, which sends a token over nothing else.</summary>
    public string TlsKubeconfig { get; private set; } = "";

    /// <summary>Somebody who may do everything there; paths are relative to the cluster's address.</summary>
    public HttpClient Client { get; } = new() { Timeout = TimeSpan.FromMinutes(1) };

    public static async Task<TwinServer> StartAsync(CancellationToken cancellation, ServingOptions? options = null)
    {
        var server = new TwinServer(options ?? new ServingOptions());
        server._store = await StoreFactory.OpenAsync(new StoreOptions { DataFile = Path.Join(server._folder.FullName, "imago.db") }, server._clock, NullLoggerFactory.Instance, cancellation);
        var host = new SimulatedClusterHost(server._store, server._clock, new ServedClusterOptions { TimeScale = 100 });
        await server.CreateAsync(cancellation);
        await server.ShapeAsync(host, cancellation);
        await server.ServeAsync(host, cancellation);
        return server;
    }

    /// <inheritdoc />
    public void Nudge(string clusterKey)
    {
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
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

    private async Task ShapeAsync(SimulatedClusterHost host, CancellationToken cancellation)
    {
        var spec = new PoolSpec { Name = "apps", Mode = PoolMode.System, Family = NodeImage.Parse(Image).Family };
        var intent = new PoolIntent(spec, 4, [], ImmutableSortedDictionary<string, string>.Empty, [], "Ubuntu", "Standard_D4ds_v5");
        var shape = new ClusterShape([new PoolShape("apps", 4, Image, "1.36.2", intent)], Running: true);
        for (var passes = 0; passes < 600; passes++)
        {
            var lease = await _store.HoldLeaseAsync(Key, Holder, Instant.FromDateTimeOffset(_clock.GetUtcNow()), Duration.FromMinutes(1), cancellation);
            await using var cluster = await host.OpenAsync(Key, lease!, cancellation);
            await cluster.AdvanceAsync(cancellation);
            if ((await cluster.ShapeAsync(shape, cancellation)).Done)
            {
                return;
            }

            await Task.Delay(50, cancellation);
        }

        throw new InvalidOperationException("The twin's nodes do not get ready.");
    }

    private async Task ServeAsync(SimulatedClusterHost host, CancellationToken cancellation)
    {
        var tokens = new ClusterTokens([.. Enumerable.Repeat((byte)7, 32)], Duration.FromHours(1), _clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        using var authority = Certificates.Authority();
        builder.WebHost.UseKestrelHttpsConfiguration();
        builder.WebHost.ConfigureKestrel(server =>
        {
            server.Listen(IPAddress.Loopback, 0);
            server.Listen(IPAddress.Loopback, 0, tls => tls.UseHttps(Certificates.Server(authority, "localhost")));
        });
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton(tokens);
        builder.Services.AddSingleton<ITwinHost>(new SimulatedTwins(host, _store, new EngineOptions { Holder = Holder }, this, _clock));
        builder.Services.AddTwinServing(_options);
        _app = builder.Build();
        _app.UseTwins();
        await _app.StartAsync(cancellation);
        var addresses = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses;
        var token = tokens.Make(new TwinCaller(Key, "tester", ClusterRole.Admin));
        var plain = addresses.Single(a => a.StartsWith("http:", StringComparison.Ordinal));
        Client.BaseAddress = new Uri($"{plain}/kubernetes{Key}/");
        Client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        Kubeconfig = Text(plain, token, "");
        var trust = $", tls-server-name: localhost, certificate-authority-data: \"{Convert.ToBase64String(Encoding.UTF8.GetBytes(authority.ExportCertificatePem()))}\"";
        TlsKubeconfig = Text(addresses.Single(a => a.StartsWith("https:", StringComparison.Ordinal)), token, trust);
    }

    private static string Text(string address, string token, string trust) => $$"""
        apiVersion: v1
        kind: Config
        current-context: c
        clusters: [{name: c, cluster: {server: "{{address}}/kubernetes{{Key}}"{{trust}}} }]
        users: [{name: u, user: {token: "{{token}}"} }]
        contexts: [{name: c, context: {cluster: c, user: u} }]
        """;
}
