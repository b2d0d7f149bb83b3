using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
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
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Bench.Kubernetes.Serving;

/// <summary>
/// A process of its own with one simulated cluster, served as a Kubernetes API over HTTP as the server does it, and the reference provider in front of its infrastructure.
/// It prints how to reach both when all pods run, and ends with its standard input.
/// </summary>
internal sealed class TwinProcess : IEngineSignal, IAsyncDisposable
{
    public const string Key = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/c";
    public const string Image = "AKSUbuntu-2204gen2containerd-202607.29.0";

    private const string Holder = "bench";
    private const string Pool = "apps";
    private const int DeploymentsAtOnce = 50;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-bench-");
    private readonly WallClock _clock = new();
    private readonly TwinPlan _plan;
    private readonly CountedRequests _counted = new($"/kubernetes{Key}");
    private readonly CountedRequests _providerCounted = new("");
    private RelationalStore _store = null!;
    private SimulatedClusterHost _host = null!;
    private SimulatedTwins _twins = null!;
    private WebApplication _app = null!;
    private ReferenceServer _provider = null!;

    private TwinProcess(TwinPlan plan) => _plan = plan;

    public static async Task RunAsync(TwinPlan plan)
    {
        await using var process = new TwinProcess(plan);
        await process.StartAsync();
        using var stop = new CancellationTokenSource();
        var churning = process.ChurnAsync(stop.Token);
        await Console.In.ReadToEndAsync();
        await stop.CancelAsync();
        await churning;
    }

    /// <inheritdoc />
    public void Nudge(string clusterKey)
    {
    }

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private async Task StartAsync()
    {
        _store = await StoreFactory.OpenAsync(new StoreOptions { DataFile = Path.Join(_folder.FullName, "imago.db") }, _clock, NullLoggerFactory.Instance, CancellationToken.None);
        await CreateAsync();

        // The cluster is made in quick time, whatever it is served in; a world takes the durations of who opens it.
        Open(Math.Max(_plan.TimeScale, 100));
        await ShapeAsync();
        await FillAsync();
        await _twins.DisposeAsync();
        Open(_plan.TimeScale);
        var world = new ReferenceProvider.HostedWorld(_host, _store, Key, Holder, Duration.FromMinutes(1), _clock);
        _provider = await ReferenceServer.StartAsync(world, new ReferenceOptions { Token = Holder, Clock = _clock, LargestPool = 10_000, Around = _providerCounted.CountAsync });
        var kubeconfig = await ServeAsync();
        await Console.Out.WriteLineAsync(JsonSerializer.Serialize(new TwinAddress(kubeconfig, _provider.Endpoint, Holder)));
    }

    private void Open(double timeScale)
    {
        _host = new SimulatedClusterHost(_store, _clock, new ServedClusterOptions { TimeScale = timeScale, Workloads = SampleWorkloads.None });
        _twins = new SimulatedTwins(_host, _store, new EngineOptions { Holder = Holder }, this, _clock);
    }

    private async Task CreateAsync()
    {
        var now = Instant.FromDateTimeOffset(_clock.GetUtcNow());
        var resource = new StoredResource
        {
            Key = Key,
            Id = Key,
            Type = ResourceTypes.ManagedCluster,
            ClusterKey = Key,
            ParentKey = "",
            Document = """{"location":"northeurope","properties":{}}""",
            Status = "{}",
            Version = 1,
            StatusVersion = 1,
            CreatedAt = now,
            ChangedAt = now,
        };
        await _store.CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Create(resource) { Key = Key }] }, CancellationToken.None);
    }

    private async Task ShapeAsync()
    {
        var spec = new PoolSpec { Name = Pool, Mode = PoolMode.System, Family = NodeImage.Parse(Image).Family };
        var intent = new PoolIntent(spec, _plan.Nodes, [], ImmutableSortedDictionary<string, string>.Empty, [], "Ubuntu", "Standard_D4ds_v5");
        var shape = new ClusterShape([new PoolShape(Pool, _plan.Nodes, Image, "1.36.2", intent)], Running: true);
        await UntilAsync("Nodes being ready", async () =>
        {
            var lease = await _store.HoldLeaseAsync(Key, Holder, Instant.FromDateTimeOffset(_clock.GetUtcNow()), Duration.FromMinutes(1), CancellationToken.None);
            await using var cluster = await _host.OpenAsync(Key, lease!, CancellationToken.None);
            await cluster.AdvanceAsync(CancellationToken.None);
            return (await cluster.ShapeAsync(shape, CancellationToken.None)).Done;
        });
    }

    // Deployments of a dozen, each with a budget that lets one go at a time: the tight budgets of the makespans.
    private async Task FillAsync()
    {
        var twin = await TwinAsync();
        var deployments = ServedObjects.Deployments(_plan).ToList();
        foreach (var group in deployments.Chunk(DeploymentsAtOnce))
        {
            foreach (var (deployment, budget) in group)
            {
                await ServedObjects.CreateAsync(twin, ServedObjects.DeploymentKind, deployment);
                await ServedObjects.CreateAsync(twin, ServedObjects.BudgetKind, budget);
            }
        }

        await UntilAsync("Pods being ready", async () => await ServedObjects.AreReadyAsync(twin, deployments.Count));
    }

    private async Task<string> ServeAsync()
    {
        var tokens = new ClusterTokens([.. Enumerable.Repeat((byte)7, 32)], Duration.FromHours(12), _clock);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddSingleton<TimeProvider>(_clock);
        builder.Services.AddSingleton(tokens);
        builder.Services.AddSingleton<ITwinHost>(_twins);

        // The bench measures its clients and not its limits.
        builder.Services.AddTwinServing(new ServingOptions { RequestsPerSecond = 100_000 });
        _app = builder.Build();
        var token = tokens.Make(new TwinCaller(Key, "bench", ClusterRole.Admin));
        _app.Use((context, next) =>
        {
            // Without TLS kubectl keeps its token to itself.
            if (context.Request.Headers.Authorization.Count == 0)
            {
                context.Request.Headers.Authorization = $"Bearer {token}";
            }

            return next(context);
        });
        _app.Use((context, next) => context.Request.Path.Value switch
        {
            "/counts" => context.Response.WriteAsJsonAsync(_counted.All),
            "/provider-counts" => context.Response.WriteAsJsonAsync(_providerCounted.All),
            _ => _counted.CountAsync(context, () => next(context)),
        });
        _app.UseTwins();
        await _app.StartAsync();
        var address = _app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return $$$"""
            apiVersion: v1
            kind: Config
            current-context: c
            clusters: [{name: c, cluster: {server: "{{{address}}}/kubernetes{{{Key}}}"}}]
            users: [{name: u, user: {token: "{{{token}}}"}}]
            contexts: [{name: c, context: {cluster: c, user: u}}]
            """;
    }

    // What happens in a cluster at rest: every node tells its state every five minutes, and after each twentieth of these a pod is deleted and made again.
    private async Task ChurnAsync(CancellationToken cancellation)
    {
        if (!_plan.Churns)
        {
            return;
        }

        var twin = await TwinAsync();
        using var beat = new PeriodicTimer(TimeSpan.FromMinutes(5) / _plan.Nodes, _clock);
        try
        {
            for (var number = 0; await beat.WaitForNextTickAsync(cancellation); number++)
            {
                await ServedObjects.BeatAsync(twin, number, _clock.GetUtcNow());
                if (number % 20 == 0)
                {
                    await ServedObjects.DeletePodAsync(twin, number);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task<ITwin> TwinAsync() => await _twins.FindAsync(Key, CancellationToken.None) ?? throw new InvalidOperationException("The cluster is not served.");

    private static async Task UntilAsync(string what, Func<Task<bool>> isSo)
    {
        for (var tries = 0; !await isSo(); tries++)
        {
            if (tries == 6000)
            {
                throw new TimeoutException(string.Create(CultureInfo.InvariantCulture, $"{what} takes too long."));
            }

            await Task.Delay(100);
        }
    }

    private sealed class WallClock : TimeProvider;
}

/// <summary>What is served.</summary>
/// <param name="Nodes">Nodes of its one pool.</param>
/// <param name="PodsPerNode">Pods of Deployments for each node.</param>
/// <param name="GracePeriod">Seconds a pod may take to stop.</param>
/// <param name="TimeScale">By what simulated durations are divided.</param>
/// <param name="Churns">Whether nodes tell their state and pods come and go.</param>
internal sealed record TwinPlan(int Nodes, int PodsPerNode, int GracePeriod, double TimeScale, bool Churns);

/// <summary>How to reach the served cluster and its provider.</summary>
internal sealed record TwinAddress(string Kubeconfig, Uri Provider, string Token);
