using System.Collections.Concurrent;
using System.Net;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Imago.Kubernetes.Configuration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Imago.Agent.Tests.Kit;

/// <summary>An API server with one node, over real sockets on loopback: list, watch and the two patches of an agent, and 403 for everything else.</summary>
internal sealed class FakeNodeApi : IAsyncDisposable
{
    private readonly WebApplication _server;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Lock _lock = new();
    private readonly List<Channel<string>> _watches = [];
    private readonly JsonObject _node;
    private int _version = 1;

    private FakeNodeApi(WebApplication server, string node)
    {
        _server = server;
        _node = new JsonObject { ["kind"] = "Node", ["apiVersion"] = "v1", ["metadata"] = new JsonObject { ["name"] = node, ["uid"] = "u-1" }, ["spec"] = new JsonObject(), ["status"] = new JsonObject() };
    }

    public Uri Address { get; private set; } = null!;

    /// <summary>Method, path and query of every request.</summary>
    public ConcurrentQueue<string> Requests { get; } = [];

    /// <summary>Whether patches are answered with 500.</summary>
    public bool RefusesPatches { get; set; }

    public ClusterAccess Access => new() { Server = Address, Origin = "test" };

    public static async Task<FakeNodeApi> StartAsync(string node)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.Services.Configure<HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(100));
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0));
        var server = builder.Build();
        var api = new FakeNodeApi(server, node);
        server.Run(api.AnswerAsync);
        await server.StartAsync();
        api.Address = new Uri(server.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single());
        return api;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _server.StopAsync();
        await _server.DisposeAsync();
        _stopping.Dispose();
    }

    public string? Annotation(string name) => Read(n => (string?)n["metadata"]!["annotations"]?[name]);

    public string? Label(string name) => Read(n => (string?)n["metadata"]!["labels"]?[name]);

    public string? Condition(string type) => Read(n => (n["status"]!["conditions"] as JsonArray)?.Where(c => (string?)c!["type"] == type).Select(c => $"{c!["status"]} {c["reason"]}").SingleOrDefault());

    public void Annotate(string name, string? value) => Change(n => Part(n["metadata"]!.AsObject(), "annotations")[name] = value);

    public void Cordon(bool isCordoned = true) => Change(n => n["spec"]!["unschedulable"] = isCordoned);

    public void Taint(string key) => Change(n => n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = key, ["effect"] = "NoSchedule" }));

    /// <summary>Ends the watches that are open.</summary>
    public void BreakWatches()
    {
        lock (_lock)
        {
            _watches.ForEach(w => w.Writer.TryComplete());
            _watches.Clear();
        }
    }

    private static JsonObject Part(JsonObject of, string name) => (JsonObject)(of[name] ??= new JsonObject());

    private string? Read(Func<JsonObject, string?> read)
    {
        lock (_lock)
        {
            return read(_node);
        }
    }

    private string Change(Action<JsonObject> change)
    {
        lock (_lock)
        {
            change(_node);
            _node["metadata"]!["resourceVersion"] = (++_version).ToString(System.Globalization.CultureInfo.InvariantCulture);
            var text = _node.ToJsonString();
            _watches.ForEach(w => w.Writer.TryWrite($$"""{"type":"MODIFIED","object":{{text}}}"""));
            return text;
        }
    }

    private async Task AnswerAsync(HttpContext context)
    {
        var request = context.Request;
        Requests.Enqueue($"{request.Method} {request.Path}{request.QueryString}");
        var own = $"/api/v1/nodes/{_node["metadata"]!["name"]}";
        if (request.Method == "GET" && request.Path == "/api/v1/nodes" && request.Query["fieldSelector"] == $"metadata.name={_node["metadata"]!["name"]}")
        {
            await (request.Query.ContainsKey("watch") ? WatchAsync(context) : ListAsync(context));
        }
        else if (request.Method == "PATCH" && (request.Path == own || request.Path == own + "/status") && !RefusesPatches)
        {
            var patch = (await JsonNode.ParseAsync(request.Body))!.AsObject();
            await AnswerAsync(context, 200, Change(n => Patch(n, patch, isStatus: request.Path != own)));
        }
        else
        {
            await AnswerAsync(context, RefusesPatches ? 500 : 403, """{"kind":"Status","apiVersion":"v1","status":"Failure","reason":"Forbidden","message":"no","code":403}""");
        }
    }

    private static void Patch(JsonObject node, JsonObject patch, bool isStatus)
    {
        if (!isStatus)
        {
            foreach (var part in patch["metadata"]!.AsObject())
            {
                foreach (var (name, value) in part.Value!.AsObject())
                {
                    if (value is null)
                    {
                        Part(node["metadata"]!.AsObject(), part.Key).Remove(name);
                    }
                    else
                    {
                        Part(node["metadata"]!.AsObject(), part.Key)[name] = value.DeepClone();
                    }
                }
            }

            return;
        }

        var conditions = (JsonArray)(node["status"]!["conditions"] ??= new JsonArray());
        foreach (var condition in patch["status"]!["conditions"]!.AsArray())
        {
            conditions.Where(c => (string?)c!["type"] == (string?)condition!["type"]).ToList().ForEach(c => conditions.Remove(c));
            conditions.Add(condition!.DeepClone());
        }
    }

    private Task ListAsync(HttpContext context)
    {
        lock (_lock)
        {
            _node["metadata"]!["resourceVersion"] ??= "1";
            return AnswerAsync(context, 200, $$"""{"kind":"NodeList","apiVersion":"v1","metadata":{"resourceVersion":"{{_version}}"},"items":[{{_node.ToJsonString()}}]}""");
        }
    }

    private async Task WatchAsync(HttpContext context)
    {
        var events = Channel.CreateUnbounded<string>();
        lock (_lock)
        {
            // What happened between list and watch.
            if (context.Request.Query["resourceVersion"] != _version.ToString(System.Globalization.CultureInfo.InvariantCulture))
            {
                events.Writer.TryWrite($$"""{"type":"MODIFIED","object":{{_node.ToJsonString()}}}""");
            }

            _watches.Add(events);
        }

        using var either = CancellationTokenSource.CreateLinkedTokenSource(_stopping.Token, context.RequestAborted);
        await context.Response.StartAsync(either.Token);
        try
        {
            await foreach (var line in events.Reader.ReadAllAsync(either.Token))
            {
                await context.Response.WriteAsync(line + "\n", either.Token);
                await context.Response.Body.FlushAsync(either.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The client or the server has gone.
        }
    }

    private static Task AnswerAsync(HttpContext context, int code, string body)
    {
        context.Response.StatusCode = code;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body);
    }
}
