using System.Net;
using System.Text.Json.Nodes;
using Imago.Api.Routing;
using Imago.Api.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Imago.Api.Tests.OpenApi;

public sealed class OpenApiTests
{
    [Fact]
    public async Task Document_OfEveryListedVersion_HasEveryRouteAndNoOther()
    {
        await using var api = await ApiServer.StartAsync();
        var served = api.Services.GetRequiredService<RouteTable>().Routes.Select(r => $"{r.Method} {r.Pattern}").Order().ToList();

        var index = (JsonArray)(await api.GetAsync("/openapi")).Json["value"]!;

        index.Count.ShouldBeGreaterThan(20);
        foreach (var version in index.Where((v, i) => i % 7 == 0 && v!["apiVersion"] is not null))
        {
            var document = (await api.GetAsync(new Uri((string)version!["url"]!).AbsolutePath)).Json;
            ((JsonObject)document["paths"]!).SelectMany(p => ((JsonObject)p.Value!).Select(m => $"{m.Key.ToUpperInvariant()} {p.Key}")).Order().ShouldBe(served);
        }
    }

    [Fact]
    public async Task Document_EveryReference_LeadsSomewhere()
    {
        await using var api = await ApiServer.StartAsync();

        var document = (await api.GetAsync("/openapi/2026-04-01.json")).Json;

        var schemas = (JsonObject)document["components"]!["schemas"]!;
        var references = References(document).ToList();
        references.ShouldNotBeEmpty();
        references.Where(r => !schemas.ContainsKey(r["#/components/schemas/".Length..])).ShouldBeEmpty();
        document["components"]!["schemas"]!["ManagedCluster"].ShouldNotBeNull();
    }

    [Fact]
    public async Task Document_OfAnUnknownVersion_Is404()
    {
        await using var api = await ApiServer.StartAsync();

        (await api.GetAsync("/openapi/2019-01-01.json")).Status.ShouldBe(HttpStatusCode.NotFound);
        (await api.GetAsync("/openapi/..json")).Status.ShouldBe(HttpStatusCode.NotFound);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject known => known.SelectMany(p => p.Key is "$ref" ? [p.Value!.GetValue<string>()] : References(p.Value)),
        JsonArray list => list.SelectMany(References),
        _ => [],
    };
}
