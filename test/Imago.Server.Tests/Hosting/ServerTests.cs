using System.Net;
using System.Text.Json.Nodes;
using Imago.Server.Tests.DataFolders;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;
using Shouldly;
using Xunit;

namespace Imago.Server.Tests.Hosting;

public sealed class ServerTests
{
    private const string Aks = "2025-03-01";
    private const string Arm = "2024-11-01";
    private const string Cluster = "/resourceGroups/rg/providers/Microsoft.ContainerService/managedClusters/c1";

    private const string ClusterDocument =
        """
        {"location":"westeurope","identity":{"type":"SystemAssigned"},"properties":{"dnsPrefix":"c1","agentPoolProfiles":
          [{"name":"system","count":2,"mode":"System","osType":"Linux","vmSize":"Standard_D4s_v5","type":"VirtualMachineScaleSets"}]}}
        """;

    // The only endpoints that answer without a token; a new one has to be added here by somebody who means it.
    private static readonly string[] Open =
    [
        "GET /healthz", "GET /readyz", "GET /metadata/endpoints", "GET /openapi",
        "GET /adfs", "POST /adfs/oauth2/token", "POST /adfs/oauth2/v2.0/token", "POST /adfs/x/oauth2/token", "POST /adfs/x/oauth2/v2.0/token",
    ];

    [Fact]
    public async Task Endpoints_AskedWithoutOrWithABadToken_AreAllClosedButTheFixedList()
    {
        await using var server = await RunningServer.StartAsync(change: o => o with { Limits = o.Limits with { Anonymous = new(100_000, 100_000) } });
        var routes = server.App.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? ["GET", "PUT", "POST", "PATCH", "DELETE"]).Select(m => (Method: m, Path: PathOf(e.RoutePattern))))
            .Distinct().ToList();

        routes.Count.ShouldBeGreaterThan(60);
        foreach (var (method, path) in routes.Where(r => !Open.Any(o => o == $"{r.Method} {r.Path}" || (o.StartsWith("GET ", StringComparison.Ordinal) && $"{r.Method} {r.Path}".StartsWith(o + "/", StringComparison.Ordinal)))))
        {
            foreach (var token in (string?[])[null, "eyJhbGciOiJub25lIn0.e30."])
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path);
                request.Headers.Authorization = token is null ? null : new("Bearer", token);
                (await server.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, $"{method} {path}");
            }
        }
    }

    [Fact]
    public async Task Probes_OfARunningServer_AnswerWithoutAToken()
    {
        await using var server = await RunningServer.StartAsync();
        await server.UntilReadyAsync();

        (await server.Client.GetAsync("/healthz")).StatusCode.ShouldBe(HttpStatusCode.OK);
        (await server.Client.GetAsync("/readyz")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    [Trait("Rule", "AZ-1")]
    [Trait("Rule", "AZ-2")]
    public async Task Client_AsAzLogsIn_FindsIssuerTokenAndSubscription()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        var (_, metadata) = await server.SendAsync(HttpMethod.Get, "/metadata/endpoints", "2022-09-01");
        var (status, subscriptions) = await server.SendAsync(HttpMethod.Get, "/subscriptions", "2022-12-01");

        metadata!["authentication"]!["loginEndpoint"]!.GetValue<string>().ShouldEndWith("/adfs");
        status.ShouldBe(HttpStatusCode.OK);
        subscriptions!["value"]!.AsArray().ShouldHaveSingleItem()!["subscriptionId"]!.GetValue<string>().ShouldBe(server.Login.SubscriptionId);
    }

    [Fact]
    [Trait("Rule", "EV-68")]
    public async Task Cluster_Made_GetsItsNodesAndIsMeasured()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        await MakeClusterAsync(server);

        await server.UntilAsync(server.Subscription + Cluster, Aks, d => (string?)d["properties"]?["provisioningState"] == "Succeeded");
        var nodes = await server.UntilAsync($"{server.Subscription}{Cluster}/providers/Imago/nodes", "2026-11-01", d => d["value"] is JsonArray { Count: 2 });

        nodes["value"]!.AsArray().ShouldAllBe(n => n!["ready"]!.GetValue<bool>());
        (await server.Client.GetStringAsync("/metrics")).ShouldContain("nodeos_nodes_behind{cluster=");
    }

    [Fact]
    public async Task Cluster_ServerStoppedAndStartedAgain_IsStillThere()
    {
        using var folder = new TemporaryFolder();
        string id;
        await using (var first = await (await RunningServer.StartAsync(folder.Path)).SignedInAsync())
        {
            await MakeClusterAsync(first);
            id = first.Subscription + Cluster;
        }

        await using var second = await (await RunningServer.StartAsync(folder.Path)).SignedInAsync();

        await second.UntilAsync(id, Aks, d => (string?)d["properties"]?["provisioningState"] == "Succeeded");
    }

    [Fact]
    public async Task Lists_AskedByTheReaderOfOneGroup_ShowThatGroupOnly()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        await MakeClusterAsync(server);
        (await server.SendAsync(HttpMethod.Put, $"{server.Subscription}/resourceGroups/other", Arm, """{"location":"westeurope"}""")).Status.ShouldBe(HttpStatusCode.Created);
        var (_, made) = await server.SendAsync(HttpMethod.Put, "/providers/Imago/servicePrincipals/reader", "2026-11-01", "{}");
        var (id, secret) = (made!["properties"]!["appId"]!.GetValue<string>(), made["properties"]!["secret"]!.GetValue<string>());
        await server.SendAsync(
            HttpMethod.Put, $"{server.Subscription}/resourceGroups/other/providers/Imago/roleAssignments/{Guid.CreateVersion7()}", "2026-11-01", $$$"""{"properties":{"principalId":"{{{id}}}","role":"Reader"}}""");
        await server.SignInAsync(id, secret);

        var (_, groups) = await server.SendAsync(HttpMethod.Get, $"{server.Subscription}/resourcegroups", Arm);
        var (_, clusters) = await server.SendAsync(HttpMethod.Get, $"{server.Subscription}/providers/Microsoft.ContainerService/managedClusters", Aks);
        var (_, subscriptions) = await server.SendAsync(HttpMethod.Get, "/subscriptions", "2022-12-01");
        var (status, _) = await server.SendAsync(HttpMethod.Get, server.Subscription + Cluster, Aks);

        groups!["value"]!.AsArray().ShouldHaveSingleItem()!["name"]!.GetValue<string>().ShouldBe("other");
        clusters!["value"]!.AsArray().ShouldBeEmpty();
        subscriptions!["value"]!.AsArray().Count.ShouldBe(1);
        status.ShouldBe(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task Body_LargerThanAllowed_IsRefusedInArmsShape()
    {
        await using var server = await (await RunningServer.StartAsync(change: o => o with { Limits = o.Limits with { BodyBytes = 2048 } })).SignedInAsync();

        var (status, body) = await server.SendAsync(HttpMethod.Put, $"{server.Subscription}/resourceGroups/rg", Arm, $$$"""{"location":"westeurope","tags":{"a":"{{{new string('x', 3000)}}}"}}""");

        status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        body!["error"]!["code"]!.GetValue<string>().ShouldNotBeEmpty();
    }

    [Fact]
    public async Task Body_NestedDeeperThanAllowed_IsRefusedInArmsShape()
    {
        await using var server = await (await RunningServer.StartAsync()).SignedInAsync();
        var deep = string.Concat(Enumerable.Repeat("[", 100)) + string.Concat(Enumerable.Repeat("]", 100));

        var (status, body) = await server.SendAsync(HttpMethod.Put, $"{server.Subscription}/resourceGroups/rg", Arm, $$$"""{"location":"westeurope","x":{{{deep}}}}""");

        ((int)status).ShouldBeInRange(400, 413);
        body!["error"]!["message"]!.GetValue<string>().ShouldContain("64");
    }

    [Fact]
    public async Task Server_SecondOneOnTheSameFolder_IsRefused()
    {
        using var folder = new TemporaryFolder();
        await using var first = await RunningServer.StartAsync(folder.Path);

        (await Should.ThrowAsync<IOException>(() => RunningServer.StartAsync(folder.Path))).Message.ShouldContain("in use by another Imago server");
    }

    private static async Task MakeClusterAsync(RunningServer server)
    {
        (await server.SendAsync(HttpMethod.Put, $"{server.Subscription}/resourceGroups/rg", Arm, """{"location":"westeurope"}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync(HttpMethod.Put, server.Subscription + Cluster, Aks, ClusterDocument)).Status.ShouldBe(HttpStatusCode.Created);
    }

    private static string PathOf(RoutePattern pattern) =>
        "/" + string.Join('/', pattern.PathSegments.Select(s => string.Concat(s.Parts.Select(p => p is RoutePatternLiteralPart literal ? literal.Content : "x"))));
}
