using System.Net;
using System.Text.Json.Nodes;
using Imago.Kubernetes.Serving.Schemas;
using Imago.Kubernetes.Tests.Serving.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class DiscoveryTests
{
    [Theory]
    [InlineData("/api", "application/json", "APIVersions")]
    [InlineData("/apis", "application/json", "APIGroupList")]
    [InlineData("/apis/apps", "*/*", "APIGroup")]
    [InlineData("/apis/apps/v1", null, "APIResourceList")]
    [InlineData("/apis/authorization.k8s.io/v1", null, "APIResourceList")]
    [InlineData("/apis", "application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList,application/json", "APIGroupDiscoveryList")]
    public async Task Discovery_InEachForm_IsServed(string path, string? accept, string kind)
    {
        await using var server = await TwinServer.StartAsync();

        var (status, body) = await server.SendAsync("GET", path, accept: accept);

        (status, (string?)body["kind"]).ShouldBe((HttpStatusCode.OK, kind));
    }

    [Fact]
    public async Task Accept_OfNothingThatIsServed_Is406()
    {
        await using var server = await TwinServer.StartAsync();

        (await server.SendAsync("GET", "/api/v1/nodes", accept: "application/vnd.kubernetes.protobuf")).Status.ShouldBe(HttpStatusCode.NotAcceptable);
        (await server.SendAsync("GET", "/apis", accept: "application/vnd.kubernetes.protobuf")).Status.ShouldBe(HttpStatusCode.NotAcceptable);
        (await server.SendAsync("GET", "/api/v1/nodes", accept: "application/vnd.kubernetes.protobuf,application/json")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Version_IsThatOfTheNodes()
    {
        await using var server = await TwinServer.StartAsync();
        ((string?)(await server.SendAsync("GET", "/version")).Body["gitVersion"]).ShouldBe("v1.36.2");
        server.Twin.Put(TwinServer.Nodes, JsonNode.Parse("""{"metadata":{"name":"n"},"status":{"nodeInfo":{"kubeletVersion":"v1.30.3"}}}""")!.AsObject());

        var (_, version) = await server.SendAsync("GET", "/version");

        ((string?)version["major"], (string?)version["minor"], (string?)version["gitVersion"]).ShouldBe(("1", "30", "v1.30.3"));
    }

    [Fact]
    public async Task OpenApi_AtItsHash_MayBeKeptForEver()
    {
        await using var server = await TwinServer.StartAsync();
        var (_, paths) = await server.SendAsync("GET", "/openapi/v3");
        var address = (string)paths["paths"]!["apis/apps/v1"]!["serverRelativeURL"]!;
        using var first = await server.Client.SendAsync(Request(address, null));
        using var again = await server.Client.SendAsync(Request(address, first.Headers.ETag!.Tag));

        address.ShouldStartWith($"/kubernetes{TwinServer.Cluster}/openapi/v3/apis/apps/v1?hash=");
        first.Headers.CacheControl!.ToString().ShouldContain("immutable");
        again.StatusCode.ShouldBe(HttpStatusCode.NotModified);
        (await server.Client.SendAsync(Request(address.Replace("/apps/", "/nothing/", StringComparison.Ordinal), null))).StatusCode.ShouldBe(HttpStatusCode.NotFound);

        HttpRequestMessage Request(string to, string? tag)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, to);
            request.Headers.Authorization = new("Bearer", server.Token());
            if (tag is not null)
            {
                request.Headers.IfNoneMatch.ParseAdd(tag);
            }

            return request;
        }
    }

    [Fact]
    public async Task OpenApi_OfAGroup_TellsHowListsAreMergedAndRefersToNothingThatIsMissing()
    {
        await using var server = await TwinServer.StartAsync();

        var (_, document) = await server.SendAsync("GET", "/openapi/v3/api/v1");

        var schemas = document["components"]!["schemas"]!.AsObject();
        var containers = schemas["io.k8s.api.core.v1.PodSpec"]!["properties"]!["containers"]!;
        ((string?)containers["x-kubernetes-patch-merge-key"], (string?)containers["x-kubernetes-patch-strategy"]).ShouldBe(("name", "merge"));
        schemas["io.k8s.api.core.v1.Node"]!["x-kubernetes-group-version-kind"]!.ToJsonString().ShouldBe("""[{"group":"","kind":"Node","version":"v1"}]""");
        References(document).Except(schemas.Select(s => $"#/components/schemas/{s.Key}")).ShouldBeEmpty();
        document["paths"]!["/api/v1/nodes/{name}"]!["patch"]!["parameters"]!.AsArray().Select(p => (string)p!["name"]!).ShouldContain("fieldValidation");
    }

    [Fact]
    public void Schemas_OfEveryField_AreKnown()
    {
        string[] plain = ["string", "int", "bool", "time", "quantity", "map", "object"];

        SchemaBook.Shipped.Types.SelectMany(t => t.Fields.Values.Select(f => f.Type)).Distinct().Where(t => !plain.Contains(t)).ShouldAllBe(t => SchemaBook.Shipped.Find(t) != null);
        SchemaBook.Shipped.Types.Count(t => t.ApiVersion is not null).ShouldBe(15);
    }

    private static IEnumerable<string> References(JsonNode? node) => node switch
    {
        JsonObject fields => fields.SelectMany(f => f.Key == "$ref" ? [(string)f.Value!] : References(f.Value)),
        JsonArray items => items.SelectMany(References),
        _ => [],
    };
}
