using System.Collections.Concurrent;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace Imago.Cli.Tests.Kit;

/// <summary>
/// A small ARM on loopback that behaves like one: it stores documents, gives them versions, checks preconditions and tokens, answers writes of clusters and pools with
/// operations that take a few polls, and lists in pages. What it was asked is on record; faults are put in its way one by one.
/// </summary>
internal sealed class FakeArm : IAsyncDisposable
{
    public const string ClientId = "6f0e4a52-0000-4000-8000-000000000001";
    public const string Secret = "moult-at-dawn";
    public const string Subscription = "11111111-2222-3333-4444-555555555555";

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, (JsonObject Document, int Version)> _documents = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentDictionary<string, (int PollsLeft, JsonObject End)> _operations = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, (int Status, JsonNode? Body)> _answers = new(StringComparer.OrdinalIgnoreCase);
    private readonly ConcurrentQueue<(int Status, JsonObject? Body, int? RetryAfter)> _faults = new();
    private readonly ConcurrentQueue<(int Status, string Code)> _writeFaults = new();
    private readonly ConcurrentQueue<string> _requests = new();
    private int _numbers;

    private FakeArm(WebApplication app) => _app = app;

    public string Address => _app.Urls.Single().TrimEnd('/');

    /// <summary>Where clients are sent to log in; itself, unless a test says otherwise.</summary>
    public string? LoginEndpoint { get; set; }

    /// <summary>Tokens that are still good.</summary>
    public ConcurrentDictionary<string, bool> Tokens { get; } = new(StringComparer.Ordinal);

    public int PageSize { get; set; } = 100;

    /// <summary>Seconds a token lives.</summary>
    public int TokenLives { get; set; } = 3600;

    /// <summary>How often an operation answers InProgress before it ends.</summary>
    public int Polls { get; set; } = 2;

    /// <summary>How the next operations end; null: well.</summary>
    public JsonObject? OperationError { get; set; }

    /// <summary>Where operations are said to be; its own address, unless a test says otherwise.</summary>
    public string? OperationHost { get; set; }

    /// <summary>Method, path and query of every request but those of a login, in order; with the body's text for writes.</summary>
    public string[] Requests => [.. _requests];

    public string[] Writes => [.. _requests.Where(r => !r.StartsWith("GET ", StringComparison.Ordinal))];

    public static string GroupPath(string group) => $"/subscriptions/{Subscription}/resourceGroups/{group}";

    public static string ClusterPath(string group, string cluster) => $"{GroupPath(group)}/providers/Microsoft.ContainerService/managedClusters/{cluster}";

    public static async Task<FakeArm> StartAsync(X509Certificate2? certificate = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrelHttpsConfiguration().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            if (certificate is not null)
            {
                listen.UseHttps(certificate);
            }
        }));
        var app = builder.Build();
        var arm = new FakeArm(app);
        app.Run(arm.AnswerAsync);
        await app.StartAsync();
        return arm;
    }

    public JsonObject? Document(string path) => _documents.TryGetValue(path, out var found) ? found.Document : null;

    public void Put(string path, string document) => Store(path, JsonNode.Parse(document)!.AsObject());

    /// <summary>The next request that is not about a login gets this answer.</summary>
    public void Fail(int status, string? code = null, int? retryAfter = null) => Fail(
        status, code is null ? null : new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = $"It is {code}." } }, retryAfter);

    public void Fail(int status, JsonObject? body, int? retryAfter = null) => _faults.Enqueue((status, body, retryAfter));

    /// <summary>The next write gets this answer.</summary>
    public void FailWrite(int status, string code) => _writeFaults.Enqueue((status, code));

    /// <summary>What a GET or POST of a path that stores nothing answers.</summary>
    public void Answer(string path, string? body, int status = 200) => _answers[path] = (status, body is null ? null : JsonNode.Parse(body));

    public void Forget() => _requests.Clear();

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        var (method, path) = (context.Request.Method, Uri.UnescapeDataString(context.Request.Path.Value!));
        if (path.StartsWith("/metadata", StringComparison.Ordinal) || path.StartsWith("/adfs", StringComparison.Ordinal))
        {
            await LoginAsync(context, path);
            return;
        }

        using var reader = new StreamReader(context.Request.Body);
        var text = await reader.ReadToEndAsync();
        var conditions = string.Concat(new[] { "If-Match", "If-None-Match" }.Where(context.Request.Headers.ContainsKey).Select(h => $" {h}:{context.Request.Headers[h]}"));
        _requests.Enqueue($"{method} {path}{Uri.UnescapeDataString(context.Request.QueryString.Value ?? "")}{conditions}{(text.Length > 0 ? $" {text}" : "")}");
        if (_faults.TryDequeue(out var fault))
        {
            if (fault.RetryAfter is { } pause)
            {
                context.Response.Headers.RetryAfter = $"{pause}";
            }

            await SayAsync(context, fault.Status, fault.Body);
            return;
        }

        if (method != "GET" && _writeFaults.TryDequeue(out var refusal))
        {
            await RefuseAsync(context, refusal.Status, refusal.Code, $"It is {refusal.Code}.");
            return;
        }

        var token = context.Request.Headers.Authorization.ToString().Replace("Bearer ", "", StringComparison.Ordinal);
        if (!Tokens.ContainsKey(token))
        {
            await RefuseAsync(context, 401, "InvalidAuthenticationToken", "The access token is invalid.");
            return;
        }

        await (method switch
        {
            "GET" => GetAsync(context, path),
            "PUT" => PutAsync(context, path, JsonNode.Parse(text)!.AsObject()),
            "DELETE" => DeleteAsync(context, path),
            _ => _answers.TryGetValue(path, out var answer) ? SayAsync(context, answer.Status, answer.Body) : PostAsync(context, path),
        });
    }

    private async Task LoginAsync(HttpContext context, string path)
    {
        if (path == "/metadata/endpoints")
        {
            await SayAsync(context, 200, new JsonObject
            {
                ["name"] = "imago",
                ["authentication"] = new JsonObject { ["loginEndpoint"] = LoginEndpoint ?? $"{Address}/adfs", ["audiences"] = new JsonArray("https://management.core.windows.net/") },
            });
        }
        else if (path == "/adfs/.well-known/openid-configuration")
        {
            await SayAsync(context, 200, new JsonObject { ["token_endpoint"] = $"{Address}/adfs/oauth2/token" });
        }
        else
        {
            var form = await context.Request.ReadFormAsync();
            if (form["client_id"] == ClientId && form["client_secret"] == Secret && form["grant_type"] == "client_credentials" && form["scope"] == "https://management.core.windows.net//.default")
            {
                var token = $"token-{Interlocked.Increment(ref _numbers)}";
                Tokens[token] = true;
                await SayAsync(context, 200, new JsonObject { ["access_token"] = token, ["token_type"] = "Bearer", ["expires_in"] = TokenLives });
            }
            else
            {
                await SayAsync(context, 401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = "The client or its secret is not known." });
            }
        }
    }

    private async Task GetAsync(HttpContext context, string path)
    {
        if (path == "/subscriptions")
        {
            await SayAsync(context, 200, new JsonObject { ["value"] = new JsonArray(new JsonObject { ["subscriptionId"] = Subscription, ["displayName"] = "Home" }) });
        }
        else if (_answers.TryGetValue(path, out var answer))
        {
            await SayAsync(context, answer.Status, answer.Body);
        }
        else if (_operations.TryGetValue(path, out var operation))
        {
            _operations[path] = (operation.PollsLeft - 1, operation.End);
            context.Response.Headers.RetryAfter = "0";
            await SayAsync(context, 200, operation.PollsLeft > 0 ? new JsonObject { ["status"] = "InProgress", ["percentComplete"] = 100 / ((long)operation.PollsLeft + 1) } : operation.End);
        }
        else if (_documents.TryGetValue(path, out var found))
        {
            context.Response.Headers.ETag = $"\"v{found.Version}\"";
            await SayAsync(context, 200, found.Document);
        }
        else if (IsCollection(path))
        {
            await ListAsync(context, path);
        }
        else
        {
            await RefuseAsync(context, 404, "ResourceNotFound", $"The Resource '{path.Split('/')[^1]}' was not found.");
        }
    }

    private async Task ListAsync(HttpContext context, string path)
    {
        var skip = int.TryParse(context.Request.Query["$skiptoken"], out var start) ? start : 0;
        var kind = path.Split('/')[^1];
        var scope = path.Replace($"/providers/Microsoft.ContainerService/{kind}", "", StringComparison.OrdinalIgnoreCase);
        var all = _documents.Where(d => d.Key.StartsWith(path + "/", StringComparison.OrdinalIgnoreCase)
                ? d.Key.Count(c => c == '/') == path.Count(c => c == '/') + 1
                : d.Key.StartsWith(scope + "/", StringComparison.OrdinalIgnoreCase) && string.Equals(d.Key.Split('/')[^2], kind, StringComparison.OrdinalIgnoreCase))
            .OrderBy(d => d.Key, StringComparer.Ordinal).Select(d => d.Value.Document.DeepClone()).ToList();
        var page = new JsonObject { ["value"] = new JsonArray([.. all.Skip(skip).Take(PageSize)]) };
        if (skip + PageSize < all.Count)
        {
            page["nextLink"] = $"{OperationHost ?? Address}{context.Request.Path}?api-version={context.Request.Query["api-version"]}&$skiptoken={skip + PageSize}";
        }

        await SayAsync(context, 200, page);
    }

    private async Task PutAsync(HttpContext context, string path, JsonObject document)
    {
        var isThere = _documents.TryGetValue(path, out var found);
        if ((context.Request.Headers.IfMatch is { Count: > 0 } match && (!isThere || match != $"\"v{found.Version}\"")) || (context.Request.Headers.IfNoneMatch == "*" && isThere))
        {
            await RefuseAsync(context, 412, "PreconditionFailed", "The resource has another version.");
            return;
        }

        var stored = Store(path, document);
        if (path.Contains("/managedClusters/", StringComparison.OrdinalIgnoreCase) && !path.Contains("/maintenanceConfigurations/", StringComparison.OrdinalIgnoreCase)
            && !path.Contains("/providers/Imago/", StringComparison.OrdinalIgnoreCase))
        {
            Begin(context);
        }

        await SayAsync(context, isThere ? 200 : 201, stored);
    }

    private async Task DeleteAsync(HttpContext context, string path)
    {
        foreach (var key in _documents.Keys.Where(k => k.Equals(path, StringComparison.OrdinalIgnoreCase) || k.StartsWith(path + "/", StringComparison.OrdinalIgnoreCase)))
        {
            _documents.TryRemove(key, out _);
        }

        Begin(context);
        await SayAsync(context, 202, null);
    }

    private async Task PostAsync(HttpContext context, string path)
    {
        if (!_documents.ContainsKey(path[..path.LastIndexOf('/')]))
        {
            await RefuseAsync(context, 404, "ResourceNotFound", "The Resource was not found.");
            return;
        }

        Begin(context);
        await SayAsync(context, 202, null);
    }

    private void Begin(HttpContext context)
    {
        var path = $"/operations/{Interlocked.Increment(ref _numbers)}";
        var end = OperationError is { } error ? new JsonObject { ["status"] = "Failed", ["error"] = error.DeepClone() } : new JsonObject { ["status"] = "Succeeded" };
        _operations[path] = (Polls, end);
        context.Response.Headers["Azure-AsyncOperation"] = $"{OperationHost ?? Address}{path}?api-version=2026-04-01&t=1";
        context.Response.Headers.RetryAfter = "0";
    }

    private JsonObject Store(string path, JsonObject document)
    {
        var version = _documents.TryGetValue(path, out var found) ? found.Version + 1 : 1;
        var stored = document.DeepClone().AsObject();
        stored["id"] = path;
        stored["name"] = path.Split('/')[^1];
        stored["properties"] ??= new JsonObject();
        stored["properties"]!["provisioningState"] = "Succeeded";
        _documents[path] = (stored, version);
        return stored;
    }

    private static bool IsCollection(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries).Length % 2 == 1;

    private static Task RefuseAsync(HttpContext context, int status, string code, string message) =>
        SayAsync(context, status, new JsonObject { ["error"] = new JsonObject { ["code"] = code, ["message"] = message } });

    private static async Task SayAsync(HttpContext context, int status, JsonNode? body)
    {
        context.Response.StatusCode = status;
        if (body is not null)
        {
            context.Response.ContentType = "application/json";
            await context.Response.WriteAsync(body.ToJsonString());
        }
    }
}
