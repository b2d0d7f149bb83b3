using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Answers;
using Imago.Kubernetes.Serving.Kinds;
using Imago.Kubernetes.Serving.Requests;
using Imago.Kubernetes.Serving.Schemas;
using Imago.Kubernetes.Serving.Tables;
using Microsoft.AspNetCore.Http;

namespace Imago.Kubernetes.Serving.Discovery;

/// <summary>Answers about the API itself.</summary>
internal sealed class DiscoveryAnswer(ServedKinds kinds)
{
    private static readonly ObjectKind Nodes = new("", "v1", "nodes");

    private readonly DiscoveryDocuments _documents = new(kinds);
    private readonly OpenApiText _openApi = new(kinds);

    /// <summary>What everybody may ask, also without a token; false: it is none of that.</summary>
    public static async Task<bool> TryProbeAsync(HttpContext http, string[] segments)
    {
        switch (segments)
        {
            case ["healthz" or "livez" or "readyz"]:
                var name = segments[0];
                await JsonForm.WriteTextAsync(http, StatusCodes.Status200OK, http.Request.Query.ContainsKey("verbose") ? $"[+]ping ok\n{name} check passed\n" : "ok");
                return true;
            case ["version"]:
                await JsonForm.WriteAsync(http, StatusCodes.Status200OK, VersionDocument.Of(VersionDocument.Usual));
                return true;
            default:
                return false;
        }
    }

    /// <summary>Answers if the path is about the API and not about objects; false: it is not.</summary>
    public async Task<bool> TryAnswerAsync(TwinRequest request, string[] segments)
    {
        var http = request.Http;
        switch (segments)
        {
            case []:
                await Write(new JsonObject { ["paths"] = new JsonArray([.. Paths().Select(p => (JsonNode)p)]) });
                return true;
            case ["version"]:
                await Write(VersionDocument.Of(await VersionAsync(request)));
                return true;
            case ["api" or "apis"] when AcceptedForm.DiscoveryVersion(http.Request) is { } version:
                await JsonForm.WriteAsync(
                    http, StatusCodes.Status200OK, _documents.Aggregated(segments[0] is "api", version), $"application/json;g=apidiscovery.k8s.io;v={version};as=APIGroupDiscoveryList");
                return true;
            case ["api"]:
                await Write(DiscoveryDocuments.Versions());
                return true;
            case ["apis"]:
                await Write(_documents.GroupList());
                return true;
            case ["api", var version]:
                await WriteOrNothing(_documents.ResourceList("", version));
                return true;
            case ["apis", var group]:
                await WriteOrNothing(_documents.GroupOf(group));
                return true;
            case ["apis", var group, var version]:
                await WriteOrNothing(_documents.ResourceList(group, version));
                return true;
            case ["openapi", "v3"]:
                await Write(OpenApiPaths(request));
                return true;
            case ["openapi", "v3", "api", var version]:
                await OpenApiAsync(http, "", version);
                return true;
            case ["openapi", "v3", "apis", var group, var version]:
                await OpenApiAsync(http, group, version);
                return true;
            default:
                return false;
        }

        Task Write(JsonObject body) => JsonForm.WriteAsync(http, StatusCodes.Status200OK, body);

        Task WriteOrNothing(JsonObject? body) => body is null ? JsonForm.WriteTextAsync(http, StatusCodes.Status404NotFound, "404 page not found\n") : Write(body);
    }

    /// <summary>Whether a path is below a group that there is: what is missing then is a resource, not a page.</summary>
    public bool IsInGroup(string[] segments) => segments switch
    {
        ["api", var version, ..] => _documents.ResourceList("", version) is not null,
        ["apis", var group, var version, ..] => _documents.ResourceList(group, version) is not null,
        _ => false,
    };

    private async Task OpenApiAsync(HttpContext http, string group, string version)
    {
        if (_openApi.Of(group, version) is not var (text, hash))
        {
            await JsonForm.WriteTextAsync(http, StatusCodes.Status404NotFound, "404 page not found\n");
            return;
        }

        var tag = $"\"{hash}\"";
        http.Response.Headers.ETag = tag;
        http.Response.Headers.Vary = "Accept";

        // Who asks with the hash has the address of this very text, which never changes.
        http.Response.Headers.CacheControl = http.Request.Query.Text("hash") == hash ? "public, immutable, max-age=31536000" : "no-cache";
        if (http.Request.Headers.IfNoneMatch.Contains(tag))
        {
            http.Response.StatusCode = StatusCodes.Status304NotModified;
            return;
        }

        http.Response.ContentType = JsonForm.ContentType;
        await http.Response.Body.WriteAsync(text, http.RequestAborted);
    }

    private JsonObject OpenApiPaths(TwinRequest request)
    {
        var root = request.Http.Request.PathBase.Value + request.Caller.Cluster;
        var paths = new JsonObject();
        foreach (var (group, version) in kinds.All.Select(k => (k.Kind.Group, k.Kind.Version)).Distinct())
        {
            var path = group.Length == 0 ? $"api/{version}" : $"apis/{group}/{version}";
            paths[path] = new JsonObject { ["serverRelativeURL"] = $"{root}/openapi/v3/{path}?hash={_openApi.Of(group, version)!.Value.Hash}" };
        }

        return new JsonObject { ["paths"] = paths };
    }

    private IEnumerable<string> Paths()
    {
        string[] fixedPaths = ["/api", "/api/v1", "/apis", "/healthz", "/livez", "/openapi/v3", "/readyz", "/version"];
        return fixedPaths.Concat(_documents.Groups().Select(g => $"/apis/{g}")).Order(StringComparer.Ordinal);
    }

    // A simulated cluster has the version that its nodes have.
    private static async Task<string> VersionAsync(TwinRequest request)
    {
        if (request.Kinds.Find(Nodes) is null)
        {
            return VersionDocument.Usual;
        }

        var nodes = await request.Twin.ListAsync(Nodes, request.Cancellation);
        return nodes.Items.FirstOrDefault()?.Render().Text("status", "nodeInfo", "kubeletVersion") is { Length: > 0 } version ? version : VersionDocument.Usual;
    }
}
