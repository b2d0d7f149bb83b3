using System.Collections.Immutable;
using System.Net.Http.Headers;
using System.Net;
using System.Security.Claims;
using System.Text.Json.Nodes;
using System.Text;
using Imago.Api.Attachments;
using Imago.Api.Authentication;
using Imago.Api.Credentials;
using Imago.Api.Tests.Authentication;
using Imago.Application.Attachments;
using Imago.Application.Catalog;
using Imago.Application.Engine;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Persistence.Stores;
using Imago.Persistence;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;
using Shouldly;

namespace Imago.Api.Tests.Kit;

/// <summary>The real endpoints over a real SQLite store in a folder of its own, a clock that stands, and an engine that does what a test tells it.</summary>
internal sealed class ApiServer : IAsyncDisposable
{
    public const string Subscription = "11111111-2222-3333-4444-555555555555";
    public const string Group = $"/subscriptions/{Subscription}/resourceGroups/rg-shop";
    public const string Cluster = $"{Group}/providers/Microsoft.ContainerService/managedClusters/shop-prod";
    public const string Stable = "2026-04-01";

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;

    private ApiServer(WebApplication app, DirectoryInfo folder, RelationalStore store, MovedClock clock)
    {
        (_app, _folder, Store, Clock) = (app, folder, store, clock);
        Client = app.GetTestClient();
        Client.BaseAddress = new Uri("https://imago.test/");
    }

    public HttpClient Client { get; }

    public RelationalStore Store { get; }

    /// <summary>What can be attached.</summary>
    public RealCluster Real => Services.GetRequiredService<RealCluster>();

    /// <summary>Where the database lies.</summary>
    public string Folder => _folder.FullName;

    public MovedClock Clock { get; }

    public IServiceProvider Services => _app.Services;

    public Signals Signals => Services.GetRequiredService<Signals>();

    public static async Task<ApiServer> StartAsync(Func<ApiOptions, ApiOptions>? change = null, Action<IServiceCollection>? services = null)
    {
        var clock = new MovedClock(Instant.FromUtc(2026, 8, 10, 12, 0));
        var folder = Directory.CreateTempSubdirectory("imago-api-");
        var store = await StoreFactory.OpenAsync(new StoreOptions { DataFile = Path.Join(folder.FullName, "imago.db") }, clock, NullLoggerFactory.Instance, CancellationToken.None);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(clock);
        builder.Services.AddSingleton<IStore>(store);
        builder.Services.AddSingleton<Signals>();
        builder.Services.AddSingleton<IEngineSignal>(s => s.GetRequiredService<Signals>());
        builder.Services.AddSingleton(new RunningCatalog(ShippedCatalog.Load().Releases, store, feed: null, clock, NullLogger<RunningCatalog>.Instance));
        builder.Services.AddSingleton<ICatalogSource>(s => s.GetRequiredService<RunningCatalog>());
        builder.Services.AddSingleton<IKubeconfigSource, Kubeconfigs>();
        builder.Services.AddSingleton<IClusterQueries, Answers>();
        builder.Services.AddSingleton<IForecasts, Answers>();
        builder.Services.AddSingleton<ISecretBox>(new DataKey(DataKey.Make()));
        builder.Services.AddSingleton<IAttachments, StoredAttachments>();
        builder.Services.AddSingleton<RealCluster>();
        builder.Services.AddSingleton<IClusterInspector>(s => s.GetRequiredService<RealCluster>());
        builder.Services.AddSingleton<IKubeconfigRules>(s => s.GetRequiredService<RealCluster>());
        builder.Services.AddImagoAttachments();
        builder.Services.AddImagoApi(change?.Invoke(new ApiOptions()) ?? new ApiOptions());
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.Use((context, next) =>
        {
            context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim("name", "alice"), new Claim("oid", "0a0a0a0a-0000-4000-8000-000000000001")], "test"));
            return next();
        });
        app.MapImagoApi();
        await app.StartAsync();
        var server = new ApiServer(app, folder, store, clock);
        await server.AddSubscriptionAsync(Subscription);
        return server;
    }

    public async Task AddSubscriptionAsync(string id)
    {
        var resource = new StoredResource
        {
            Key = $"/subscriptions/{id}",
            Id = $"/subscriptions/{id}",
            Type = ResourceTypes.Subscription,
            ParentKey = "",
            Document = new JsonObject { ["displayName"] = "Shop", ["tenantId"] = "99999999-2222-3333-4444-555555555555" }.ToJsonString(),
            Version = 1,
            StatusVersion = 1,
            CreatedAt = Clock.Now,
            ChangedAt = Clock.Now,
        };
        await CommitAsync(new StoreBatch { Resources = [new ResourceWrite.Create(resource) { Key = resource.Key }] });
    }

    /// <summary>Sends a request; a path without api-version gets the newest stable one of clusters.</summary>
    public async Task<Answer> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        var versioned = path.Contains("api-version", StringComparison.Ordinal) ? path : $"{path}{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}api-version={Stable}";
        using var request = new HttpRequestMessage(new HttpMethod(method), versioned);
        if (body is not null)
        {
            request.Content = new StringContent(body, Encoding.UTF8);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        foreach (var (name, value) in headers)
        {
            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                request.Content?.Headers.Remove(name);
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        using var response = await Client.SendAsync(request);
        return await Answer.OfAsync(response);
    }

    public Task<Answer> GetAsync(string path) => SendAsync("GET", path);

    public Task<Answer> PutAsync(string path, JsonNode body, params (string Name, string Value)[] headers) => SendAsync("PUT", path, body.ToJsonString(), headers);

    /// <summary>A group, and a cluster whose creation the engine has finished.</summary>
    public async Task<Answer> CreateClusterAsync(string cluster = Cluster, string group = Group, JsonObject? body = null)
    {
        (await PutAsync(group, new JsonObject { ["location"] = "north-1" })).Status.ShouldBeOneOf(HttpStatusCode.OK, HttpStatusCode.Created);
        var created = await PutAsync(cluster, body ?? Bodies.Cluster());
        created.Status.ShouldBe(HttpStatusCode.Created, created.Text);
        await FinishAsync(cluster);
        return created;
    }

    /// <summary>Does what the engine does with the open operations of a cluster, in no time.</summary>
    public Task FinishAsync(string cluster, OperationStatus status = OperationStatus.Succeeded, string? error = null) =>
        new InstantEngine(Store, Clock).FinishAsync(cluster.ToLowerInvariant(), status, error);

    public ValueTask<ImmutableArray<StoredOperation>> OpenAsync(string cluster = Cluster) => Store.OpenOperationsAsync(cluster.ToLowerInvariant(), CancellationToken.None);

    public async ValueTask<ImmutableArray<ActivityEntry>> ActivitiesAsync() =>
        (await Store.ActivitiesAsync(new ActivityQuery { SubscriptionId = Subscription, Limit = 1000 }, CancellationToken.None)).Items;

    public async Task CommitAsync(StoreBatch batch) => (await Store.CommitAsync(batch, CancellationToken.None)).Committed.ShouldBeTrue();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private sealed class Kubeconfigs : IKubeconfigSource
    {
        public ValueTask<KubeconfigAccess> AccessAsync(string clusterKey, bool admin, string caller, CancellationToken cancellation) =>
            ValueTask.FromResult(new KubeconfigAccess(new Uri("https://127.0.0.1:6443/clusters/shop"), "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----\n", admin ? "admin-token" : "user-token"));

        public ValueTask<KubeconfigAccess> NodeAccessAsync(string clusterKey, string node, CancellationToken cancellation) =>
            ValueTask.FromResult(new KubeconfigAccess(new Uri("https://127.0.0.1:6443/clusters/shop"), null, $"token-of-{node}"));
    }
}
