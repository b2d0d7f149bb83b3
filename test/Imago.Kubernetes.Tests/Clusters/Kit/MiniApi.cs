using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Imago.Application.Attachments;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Transport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Imago.Kubernetes.Tests.Clusters.Kit;

/// <summary>
/// A Kubernetes API over HTTP that is just large enough for what the adapter sends: objects with versions and preconditions, watches, merge patches, evictions. It goes
/// wrong where a test says so.
/// </summary>
internal sealed class MiniApi : IAsyncDisposable
{
    private static readonly string[] Namespaced = ["pods", "poddisruptionbudgets", "replicasets", "configmaps", "leases", "events"];

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, JsonObject> _objects = new(StringComparer.Ordinal);
    private readonly List<(long Version, string Kind, string Type, JsonObject Object)> _history = [];
    private readonly List<string> _calls = [];
    private readonly WebApplication _app;
    private CancellationTokenSource _watches = new();
    private TaskCompletionSource _news = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _version = 100;

    private MiniApi(WebApplication app) => _app = app;

    /// <summary>Asked before each call: a status code answers it without doing anything.</summary>
    public Func<string, int?> Fault { get; set; } = _ => null;

    /// <summary>Waited for before each call is carried out.</summary>
    public Func<string, Task> Delay { get; set; } = _ => Task.CompletedTask;

    /// <summary>Waited for after a call has been carried out, before it is answered.</summary>
    public Func<string, Task> Hold { get; set; } = _ => Task.CompletedTask;

    /// <summary>Pods that budgets hold, with the seconds after which to ask again.</summary>
    public Dictionary<string, int?> Held { get; } = [];

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public IReadOnlyList<string> Calls
    {
        get
        {
            lock (_lock)
            {
                return [.. _calls];
            }
        }
    }

    /// <summary>Calls that change something, without the lease.</summary>
    public IReadOnlyList<string> Writes => [.. Calls.Where(c => !c.StartsWith("GET", StringComparison.Ordinal) && !c.StartsWith("WATCH", StringComparison.Ordinal))];

    public static async Task<MiniApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var api = new MiniApi(app);
        app.Run(api.ServeAsync);
        await app.StartAsync();
        api.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return api;
    }

    public KubernetesClient Connect(TimeProvider? clock = null) => new(
        new ClusterAccess { Server = Address },
        new KubernetesClientOptions { Time = clock ?? new WallClock(), RequestsPerSecond = 10_000, Burst = 10_000, RequestTimeout = TimeSpan.FromSeconds(5) });

    public KubernetesClient Connect(Attachment attachment) => Connect();

    /// <summary>Puts an object as a controller would, whatever its version.</summary>
    public JsonObject Put(string kind, string? ns, string name, JsonObject document)
    {
        lock (_lock)
        {
            var metadata = document["metadata"] as JsonObject ?? [];
            document["metadata"] = metadata;
            metadata["name"] = name;
            if (ns is not null)
            {
                metadata["namespace"] = ns;
            }

            metadata["uid"] ??= $"uid-{name}";
            return Store(kind, Key(kind, ns, name), document);
        }
    }

    /// <summary>Changes an object as somebody else would, at once; nothing is told if <paramref name="change"/> says that nothing has changed.</summary>
    public void Change(string kind, string? ns, string name, Func<JsonObject, bool> change)
    {
        lock (_lock)
        {
            if (_objects.GetValueOrDefault(Key(kind, ns, name)) is { } present && (JsonObject)present.DeepClone() is var changed && change(changed))
            {
                Store(kind, Key(kind, ns, name), changed);
            }
        }
    }

    /// <summary>Every object of a kind as it was after each of its changes, in order.</summary>
    public IReadOnlyList<JsonObject> Told(string kind)
    {
        lock (_lock)
        {
            return [.. _history.Where(h => h.Kind == kind).Select(h => (JsonObject)h.Object.DeepClone())];
        }
    }

    public void Remove(string kind, string? ns, string name)
    {
        lock (_lock)
        {
            Drop(kind, Key(kind, ns, name));
        }
    }

    public JsonObject? Find(string kind, string? ns, string name)
    {
        lock (_lock)
        {
            return _objects.GetValueOrDefault(Key(kind, ns, name))?.DeepClone() as JsonObject;
        }
    }

    public IReadOnlyList<JsonObject> All(string kind)
    {
        lock (_lock)
        {
            return [.. _objects.Where(o => o.Key.StartsWith(kind + "|", StringComparison.Ordinal)).Select(o => (JsonObject)o.Value.DeepClone())];
        }
    }

    /// <summary>Breaks every open watch.</summary>
    public void DropWatches() => Interlocked.Exchange(ref _watches, new CancellationTokenSource()).Cancel();

    public async ValueTask DisposeAsync()
    {
        DropWatches();
        using var now = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    private static string Key(string kind, string? ns, string name) => $"{kind}|{ns}|{name}";

    private JsonObject Store(string kind, string key, JsonObject document)
    {
        var type = _objects.ContainsKey(key) ? "MODIFIED" : "ADDED";
        document["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
        _objects[key] = document;
        Tell(kind, type, document);
        return (JsonObject)document.DeepClone();
    }

    private void Drop(string kind, string key)
    {
        if (_objects.Remove(key, out var gone))
        {
            gone["metadata"]!["resourceVersion"] = (++_version).ToString(CultureInfo.InvariantCulture);
            Tell(kind, "DELETED", gone);
        }
    }

    private void Tell(string kind, string type, JsonObject document)
    {
        _history.Add((_version, kind, type, (JsonObject)document.DeepClone()));
        _news.TrySetResult();
        _news = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    private async Task ServeAsync(HttpContext context)
    {
        var parts = context.Request.Path.Value!.Split('/', StringSplitOptions.RemoveEmptyEntries).Skip(context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) ? 2 : 3).ToList();
        string? ns = null;
        if (parts is ["namespaces", var space, _, ..])
        {
            ns = space;
            parts.RemoveRange(0, 2);
        }

        var (kind, name, sub) = (parts[0], parts.Count > 1 ? parts[1] : null, parts.Count > 2 ? parts[2] : null);
        var watch = context.Request.Query["watch"] == "true";
        var call = $"{(watch ? "WATCH" : context.Request.Method)} {string.Join('/', new[] { kind, ns, name, sub }.OfType<string>())}";
        lock (_lock)
        {
            _calls.Add(call);
        }

        await Delay(call);
        if (Fault(call) is { } code)
        {
            await RefuseAsync(context, code, "Fault", "a test says so");
            return;
        }

        if (watch)
        {
            await WatchAsync(context, kind);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var body = await reader.ReadToEndAsync();
        var (status, reason, answer) = Answer(context, kind, ns, name, sub, body.Length == 0 ? null : JsonNode.Parse(body) as JsonObject);
        await Hold(call);
        if (answer is not null)
        {
            await WriteAsync(context, status, answer);
        }
        else
        {
            await RefuseAsync(context, status, reason, $"{kind} \"{name}\": {reason}", name is not null ? Held.GetValueOrDefault(name) : null);
        }
    }

    private (int Status, string Reason, JsonObject? Answer) Answer(HttpContext context, string kind, string? ns, string? name, string? sub, JsonObject? body)
    {
        lock (_lock)
        {
            if (name is null && context.Request.Method == "GET")
            {
                var label = context.Request.Query["labelSelector"].ToString().Split('=');
                var node = context.Request.Query["fieldSelector"].ToString() is { Length: > 0 } field && field.StartsWith("spec.nodeName=", StringComparison.Ordinal) ? field["spec.nodeName=".Length..] : null;
                var items = _objects.Where(o => o.Key.StartsWith($"{kind}|{ns}", StringComparison.Ordinal) && (label.Length < 2 || o.Value["metadata"]?["labels"]?[label[0]]?.GetValue<string>() == label[1])
                    && (node is null || o.Value["spec"]?["nodeName"]?.GetValue<string>() == node));
                return (200, "", new JsonObject
                {
                    ["metadata"] = new JsonObject { ["resourceVersion"] = _version.ToString(CultureInfo.InvariantCulture) },
                    ["items"] = new JsonArray([.. items.Select(i => i.Value.DeepClone())]),
                });
            }

            if (context.Request.Method == "POST" && sub is null)
            {
                name = body!["metadata"]!["name"]!.GetValue<string>();
                if (Namespaced.Contains(kind) && ns is not "default" && !_objects.ContainsKey(Key("namespaces", null, ns!)))
                {
                    return (404, "NotFound", null);
                }

                if (_objects.ContainsKey(Key(kind, ns, name)))
                {
                    return (409, "AlreadyExists", null);
                }

                body["metadata"]!["uid"] ??= $"uid-{name}-{_version}";
                return (201, "", Store(kind, Key(kind, ns, name), body));
            }

            if (_objects.GetValueOrDefault(Key(kind, ns, name!)) is not { } present)
            {
                return (404, "NotFound", null);
            }

            var uid = present["metadata"]!["uid"]!.GetValue<string>();
            var wanted = (body?["deleteOptions"]?["preconditions"] ?? body?["preconditions"])?["uid"]?.GetValue<string>();
            switch (context.Request.Method)
            {
                case "GET":
                    return (200, "", (JsonObject)present.DeepClone());
                case "POST" when Held.ContainsKey(name!) || !Charge(present):
                    return (429, "TooManyRequests", null);
                case "POST" or "DELETE" when wanted is not null && wanted != uid:
                    return (409, "Conflict", null);
                case "POST" or "DELETE" when kind == "pods":
                    present["metadata"]!["deletionTimestamp"] = "2026-11-26T00:00:30Z";
                    Store(kind, Key(kind, ns, name!), present);
                    return (201, "", new JsonObject { ["kind"] = "Status", ["status"] = "Success" });
                case "DELETE":
                    Drop(kind, Key(kind, ns, name!));
                    return (200, "", new JsonObject { ["kind"] = "Status", ["status"] = "Success" });
                default:
                    var version = body!["metadata"]?["resourceVersion"]?.GetValue<string>();
                    if (version is not null && version != present["metadata"]!["resourceVersion"]!.GetValue<string>())
                    {
                        return (409, "Conflict", null);
                    }

                    body["metadata"]!["uid"] ??= uid;
                    return (200, "", Store(kind, Key(kind, ns, name!), context.Request.Method == "PUT" ? body : Json.Merge((JsonObject)present.DeepClone(), body)));
            }
        }
    }

    // As the API does: a budget is charged before the pod goes. Tests that have none, or that say who is held, are not concerned.
    private bool Charge(JsonObject pod)
    {
        var app = pod["metadata"]!["labels"]?["app"]?.GetValue<string>();
        foreach (var (key, budget) in _objects.Where(o => o.Key.StartsWith("poddisruptionbudgets|", StringComparison.Ordinal)).ToList())
        {
            if (budget["spec"]!["selector"]!["matchLabels"]!["app"]!.GetValue<string>() == app)
            {
                var allowed = budget["status"]!["disruptionsAllowed"]!.GetValue<int>();
                if (allowed <= 0)
                {
                    return false;
                }

                budget["status"]!["disruptionsAllowed"] = allowed - 1;
                Store("poddisruptionbudgets", key, budget);
            }
        }

        return true;
    }

    private async Task WatchAsync(HttpContext context, string kind)
    {
        context.Response.ContentType = "application/json";
        var after = long.Parse(context.Request.Query["resourceVersion"].ToString(), CultureInfo.InvariantCulture);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _watches.Token);
        await context.Response.StartAsync();
        while (true)
        {
            List<(long Version, string Kind, string Type, JsonObject Object)> news;
            Task more;
            lock (_lock)
            {
                news = [.. _history.Where(h => h.Kind == kind && h.Version > after)];
                more = _news.Task;
            }

            foreach (var (version, _, type, document) in news)
            {
                after = version;
                await context.Response.WriteAsync(new JsonObject { ["type"] = type, ["object"] = document.DeepClone() }.ToJsonString() + "\n", stop.Token);
            }

            await context.Response.Body.FlushAsync(stop.Token);
            try
            {
                await more.WaitAsync(stop.Token);
            }
            catch (OperationCanceledException)
            {
                context.Abort();
                return;
            }
        }
    }

    private static async Task RefuseAsync(HttpContext context, int code, string reason, string message, int? retryAfter = null)
    {
        if (retryAfter is { } seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        var details = code == 429
            ? new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = "The disruption budget cart needs 2 healthy pods and has 2 currently" }) }
            : new JsonObject();
        await WriteAsync(context, code, new JsonObject { ["kind"] = "Status", ["status"] = "Failure", ["message"] = message, ["reason"] = reason, ["details"] = details, ["code"] = code });
    }

    private static async Task WriteAsync(HttpContext context, int status, JsonObject answer)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }
}
