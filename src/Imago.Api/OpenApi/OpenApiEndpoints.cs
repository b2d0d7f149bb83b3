using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using Imago.Api.Pipeline;
using Imago.Api.Routing;
using Imago.Contracts.Errors;
using Imago.Contracts.Versions;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Imago.Api.OpenApi;

/// <summary>What is served, for programs: one OpenAPI document for each api-version of clusters, and one for signing in, access and probes.</summary>
internal sealed class OpenApiEndpoints(IServiceProvider services) : IRouteSource
{
    private const string Suffix = ".json";

    // Built when it is first asked for; the table never changes while the server runs.
    private readonly ConcurrentDictionary<ApiVersion, string> _documents = new();

    public IEnumerable<ApiRoute> Routes =>
    [
        new("GET", "/openapi", "OpenApi_List", VersionSet.None, List) { Summary = "The OpenAPI documents there are.", AnswerSchema = "OpenApiIndex", Anonymous = true },
        new("GET", "/openapi/{document}", "OpenApi_Get", VersionSet.None, Get) { Summary = "The OpenAPI document of an api-version, such as 2026-04-01.json, or imago.json: signing in, access, probes.", AnswerSchema = "OpenApiDocument", Anonymous = true },
    ];

    private static ValueTask<ApiAnswer> List(ApiRequest request) => ValueTask.FromResult(ApiAnswer.Ok(new JsonObject
    {
        ["value"] = new JsonArray([
            .. ContainerServiceVersions.NewestFirst.Select(v => new JsonObject { ["apiVersion"] = v.ToString(), ["url"] = request.Link($"/openapi/{v}{Suffix}") }),
            new JsonObject { ["name"] = ImagoDocument.Name, ["url"] = request.Link($"/openapi/{ImagoDocument.Name}{Suffix}") }]),
    }));

    private ValueTask<ApiAnswer> Get(ApiRequest request)
    {
        var name = request["document"];
        if (name.Equals(ImagoDocument.Name + Suffix, StringComparison.OrdinalIgnoreCase))
        {
            return ValueTask.FromResult(ApiAnswer.Ok(ImagoDocument.Of(services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())));
        }

        if (!name.EndsWith(Suffix, StringComparison.OrdinalIgnoreCase)
            || !ApiVersion.TryParse(name[..^Suffix.Length], out var version)
            || !ContainerServiceVersions.NewestFirst.Contains(version))
        {
            return ValueTask.FromResult(Problems.Of(404, ErrorCodes.NotFound, $"There is no OpenAPI document '{Problems.Quoted(name)}'. /openapi lists them."));
        }

        // The table is asked for only now: these routes are part of it.
        var text = _documents.GetOrAdd(version, v => OpenApiDocument.Of(services.GetRequiredService<RouteTable>().Routes, v).ToJsonString());
        return ValueTask.FromResult(ApiAnswer.Ok(JsonNode.Parse(text)!));
    }
}
