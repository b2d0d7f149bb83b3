using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Serving.Access;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using NodaTime;

namespace Imago.Kubernetes.Tests.Serving.Kit;

/// <summary>The API in front of one fake cluster, in memory, and a client who may do everything there.</summary>
internal sealed class TwinServer : IAsyncDisposable, ITwinHost
{
    public const string Cluster = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/c";

    public static readonly ObjectKind Nodes = new("", "v1", "nodes");
    public static readonly ObjectKind Pods = new("", "v1", "pods");
    public static readonly ObjectKind Namespaces = new("", "v1", "namespaces");
    public static readonly ObjectKind ConfigMaps = new("", "v1", "configmaps");
    public static readonly ObjectKind Events = new("", "v1", "events");
    public static readonly ObjectKind Deployments = new("apps", "v1", "deployments");
    public static readonly ObjectKind Budgets = new("policy", "v1", "poddisruptionbudgets");
    public static readonly ObjectKind Leases = new("coordination.k8s.io", "v1", "leases");

    private readonly WebApplication _app;

    private TwinServer(ServingOptions options)
    {
        Tokens = new ClusterTokens([.. Enumerable.Repeat((byte)7, 32)], Duration.FromHours(1), Clock);
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseTestServer();
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(Clock);
        builder.Services.AddSingleton(Tokens);
        builder.Services.AddSingleton<ITwinHost>(this);
        builder.Services.AddTwinServing(options);
        _app = builder.Build();
        _app.UseTwins();
        _app.Run(http => http.Response.WriteAsync("beyond"));
    }

    public FakeTwin Twin { get; } = new();

    public StoppedClock Clock { get; } = new(new DateTimeOffset(2026, 11, 22, 10, 30, 8, TimeSpan.Zero));

    public ClusterTokens Tokens { get; }

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => _app.Services;

    public IReadOnlyCollection<ObjectKind> Kinds =>
    [
        Nodes, Pods, Namespaces, ConfigMaps, Events, Deployments, Budgets, Leases,
        new("apps", "v1", "replicasets"), new("apps", "v1", "daemonsets"), new("apps", "v1", "statefulsets"), new("", "v1", "serviceaccounts"),
    ];

    /// <summary>Thrown instead of finding the cluster.</summary>
    public Exception? Problem { get; set; }

    public static async Task<TwinServer> StartAsync(ServingOptions? options = null)
    {
        var server = new TwinServer(options ?? new ServingOptions());
        await server._app.StartAsync();

        // A test server has no client before it is started.
        server.Client = server._app.GetTestClient();
        server.Client.BaseAddress = new Uri("https://imago.test/");
        server.Client.Timeout = TimeSpan.FromSeconds(30);
        return server;
    }

    public ValueTask<ITwin?> FindAsync(string clusterKey, CancellationToken cancellation) =>
        Problem is { } problem ? throw problem : ValueTask.FromResult<ITwin?>(clusterKey == Cluster ? Twin : null);

    public string Token(ClusterRole role = ClusterRole.Admin, string cluster = Cluster) => Tokens.Make(new TwinCaller(cluster, "alice", role));

    public HttpRequestMessage Request(string method, string path, string? body = null, string type = "application/json", string? accept = null, string? token = null)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), $"/kubernetes{Cluster}{path}");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token ?? Token());
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        if (body is not null)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        return request;
    }

    public async Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(
        string method, string path, string? body = null, string type = "application/json", string? accept = null, string? token = null)
    {
        using var request = Request(method, path, body, type, accept, token);
        using var answer = await Client.SendAsync(request);
        return (answer.StatusCode, (JsonObject)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!);
    }

    /// <summary>Opens a watch; events are read from it one by one.</summary>
    public async Task<WatchReader> WatchAsync(string path, string? accept = null)
    {
        var request = Request("GET", path, accept: accept);
        var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.StatusCode.ShouldBeOk();
        return new WatchReader(answer, new StreamReader(await answer.Content.ReadAsStreamAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}
