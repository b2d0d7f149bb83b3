using System.Collections.Concurrent;
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

namespace Imago.Kubernetes.Tests.Inspections.Kit;

/// <summary>A Kubernetes API of which one can only read and ask what one may do: lists in pages, reviews, version, groups. Anything that would change it answers 500.</summary>
internal sealed class ReadOnlyApi : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<string> _calls = new();

    private ReadOnlyApi(WebApplication app) => _app = app;

    /// <summary>Lists and objects by path, and whatever else lies at one.</summary>
    public Dictionary<string, JsonNode> At { get; } = new(StringComparer.Ordinal)
    {
        ["/version"] = new JsonObject { ["major"] = "1", ["minor"] = "36", ["gitVersion"] = "v1.36.2" },
        ["/apis"] = new JsonObject { ["groups"] = new JsonArray([.. new[] { "apps/v1", "policy/v1", "coordination.k8s.io/v1" }.Select(v => new JsonObject { ["versions"] = new JsonArray(new JsonObject { ["groupVersion"] = v }) })]) },
        ["/api/v1/namespaces/imago-system"] = new JsonObject { ["metadata"] = new JsonObject { ["name"] = "imago-system" } },
    };

    /// <summary>Status codes that paths answer instead.</summary>
    public Dictionary<string, int> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>Which review is answered with no: <c>patch nodes</c>, <c>create pods/eviction</c>, <c>get imago-system/leases</c>.</summary>
    public Func<string, bool> Denies { get; set; } = _ => false;

    /// <summary>Our clock.</summary>
    public static TimeProvider Clock { get; } = new StandingClock();

    /// <summary>How far its clock is ahead.</summary>
    public TimeSpan Ahead { get; set; }

    public IReadOnlyList<string> Calls => [.. _calls];

    public Uri Address { get; private set; } = new("http://127.0.0.1");

    public static async Task<ReadOnlyApi> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var api = new ReadOnlyApi(app);
        app.Run(api.ServeAsync);
        await app.StartAsync();
        api.Address = new Uri(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
        return api;
    }

    public KubernetesClient Connect(Attachment attachment) =>
        new(new ClusterAccess { Server = Address }, new KubernetesClientOptions { Time = Clock, RequestsPerSecond = 10_000, Burst = 10_000, RequestTimeout = TimeSpan.FromSeconds(5), Repeats = 0 });

    public void List(string path, params string[] items) => At[path] = new JsonArray([.. items.Select(i => JsonNode.Parse(i))]);

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        var path = context.Request.Path.Value!;
        _calls.Enqueue($"{context.Request.Method} {path}{context.Request.QueryString}");
        context.Response.Headers.Date = (Clock.GetUtcNow() + Ahead).ToString("R");
        if (Refused.TryGetValue(path, out var code))
        {
            await SayAsync(context, code, new JsonObject { ["kind"] = "Status", ["status"] = "Failure", ["message"] = "refused", ["reason"] = "Forbidden", ["code"] = code });
        }
        else if (context.Request.Method == "POST" && path == "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews")
        {
            await SayAsync(context, 201, await ReviewAsync(context));
        }
        else if (context.Request.Method != "GET")
        {
            await SayAsync(context, 500, new JsonObject());
        }
        else if (At.TryGetValue(path, out var found))
        {
            await SayAsync(context, 200, found is JsonArray all ? Page(context, all) : found);
        }
        else if (path.Split('/')[^1] is "imago" or "imago-system" or "plans")
        {
            await SayAsync(context, 404, new JsonObject { ["kind"] = "Status", ["status"] = "Failure", ["reason"] = "NotFound", ["code"] = 404 });
        }
        else
        {
            await SayAsync(context, 200, Page(context, []));
        }
    }

    private async Task<JsonNode> ReviewAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var review = JsonNode.Parse(await reader.ReadToEndAsync())!.AsObject();
        var asked = review["spec"]!["resourceAttributes"]!;
        var sub = (string?)asked["subresource"];
        var space = (string?)asked["namespace"];
        var what = $"{asked["verb"]} {(space is null ? "" : $"{space}/")}{asked["resource"]}{(sub is null ? "" : $"/{sub}")}";
        review["status"] = Denies(what) ? new JsonObject { ["allowed"] = false, ["reason"] = "no RBAC policy matched" } : new JsonObject { ["allowed"] = true };
        return review;
    }

    // Pages of two, so that whoever reads one only is found out.
    private static JsonObject Page(HttpContext context, JsonArray all)
    {
        const int Size = 2;
        var start = int.TryParse(context.Request.Query["continue"], out var from) ? from : 0;
        var metadata = new JsonObject { ["resourceVersion"] = "7" };
        if (start + Size < all.Count)
        {
            metadata["continue"] = $"{start + Size}";
        }

        return new JsonObject { ["metadata"] = metadata, ["items"] = new JsonArray([.. all.Skip(start).Take(Size).Select(i => i!.DeepClone())]) };
    }

    private static Task SayAsync(HttpContext context, int status, JsonNode body)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        return context.Response.WriteAsync(body.ToJsonString());
    }

    private sealed class StandingClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => new(2026, 10, 1, 12, 0, 0, TimeSpan.Zero);
    }
}
