using System.Net;
using Imago.Application.Ports;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Tests.Serving.Kit;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class AccessTests
{
    [Theory]
    [InlineData("/version", 200)]
    [InlineData("/healthz", 200)]
    [InlineData("/readyz?verbose", 200)]
    [InlineData("/livez", 200)]
    [InlineData("/api", 401)]
    [InlineData("/apis", 401)]
    [InlineData("/openapi/v3", 401)]
    [InlineData("/api/v1/nodes", 401)]
    [InlineData("/nothing", 401)]
    [InlineData("", 401)]
    public async Task WithoutAToken_OnlyProbesAreAnswered(string path, int status)
    {
        await using var server = await TwinServer.StartAsync();

        ((int)(await server.Client.GetAsync($"/kubernetes{TwinServer.Cluster}{path}")).StatusCode).ShouldBe(status);
        ((int)(await server.Client.PostAsync($"/kubernetes{TwinServer.Cluster}{path}", null)).StatusCode).ShouldBe(401);
    }

    [Fact]
    public async Task Token_OfAnotherKeyOrClusterOrTime_IsNone()
    {
        await using var server = await TwinServer.StartAsync();
        var other = new ClusterTokens([.. Enumerable.Repeat((byte)8, 32)], Duration.FromHours(1), server.Clock);
        var good = server.Token();
        var (payload, signature) = (good.Split('.')[0], good.Split('.')[1]);
        string[] bad =
        [
            other.Make(new TwinCaller(TwinServer.Cluster, "alice", ClusterRole.Admin)),
            server.Token(cluster: TwinServer.Cluster + "2"),
            payload, payload + ".", "." + signature, payload + "." + signature[..^2], "ä." + signature, payload[..^4] + "." + signature, new string('x', 5000) + "." + signature, "x.%%",
        ];
        foreach (var token in bad)
        {
            using var request = server.Request("GET", "/api/v1/nodes");
            request.Headers.Remove("Authorization");
            request.Headers.TryAddWithoutValidation("Authorization", "Bearer " + token);
            (await server.Client.SendAsync(request)).StatusCode.ShouldBe(HttpStatusCode.Unauthorized, token);
        }

        (await server.SendAsync("GET", "/api/v1/nodes", token: good)).Status.ShouldBe(HttpStatusCode.OK);
        server.Clock.Advance(TimeSpan.FromHours(1));
        var (late, body) = await server.SendAsync("GET", "/api/v1/nodes", token: good);
        (late, (string?)body["reason"]).ShouldBe((HttpStatusCode.Unauthorized, "Unauthorized"));
    }

    [Theory]
    [InlineData("DELETE", "/api/v1/namespaces/shop/pods/p", "pods \"p\" is forbidden: User \"alice\" cannot delete resource \"pods\" in API group \"\" in the namespace \"shop\"")]
    [InlineData("PATCH", "/api/v1/nodes/n", "nodes \"n\" is forbidden: User \"alice\" cannot patch resource \"nodes\" in API group \"\" at the cluster scope")]
    [InlineData("POST", "/api/v1/namespaces/shop/pods/p/eviction", "pods \"p\" is forbidden: User \"alice\" cannot create resource \"pods/eviction\" in API group \"\" in the namespace \"shop\"")]
    [InlineData("DELETE", "/apis/apps/v1/namespaces/shop/deployments", "deployments.apps is forbidden: User \"alice\" cannot deletecollection resource \"deployments\" in API group \"apps\" in the namespace \"shop\"")]
    [InlineData("PUT", "/apis/apps/v1/namespaces/shop/deployments/d/scale", "deployments.apps \"d\" is forbidden: User \"alice\" cannot update resource \"deployments/scale\" in API group \"apps\" in the namespace \"shop\"")]
    [InlineData("POST", "/api/v1/nodes?watch=true", "nodes is forbidden: User \"alice\" cannot create resource \"nodes\" in API group \"\" at the cluster scope")]
    public async Task User_Writes_IsForbiddenInTheWordsOfTheApi(string method, string path, string words)
    {
        await using var server = await TwinServer.StartAsync();

        var (status, body) = await server.SendAsync(method, path, "{}", token: server.Token(ClusterRole.User));

        (status, (string?)body["reason"], (string?)body["message"]).ShouldBe((HttpStatusCode.Forbidden, "Forbidden", words));
    }

    [Theory]
    [InlineData("/api/v1/nodes")]
    [InlineData("/api/v1/pods?labelSelector=a")]
    [InlineData("/apis/apps/v1/namespaces/shop/deployments")]
    [InlineData("/openapi/v3/api/v1")]
    public async Task User_Reads_IsAnswered(string path)
    {
        await using var server = await TwinServer.StartAsync();

        (await server.SendAsync("GET", path, token: server.Token(ClusterRole.User))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData(ClusterRole.User, "list", "pods", false, true)]
    [InlineData(ClusterRole.User, "delete", "pods", false, false)]
    [InlineData(ClusterRole.Admin, "delete", "pods", false, true)]
    [InlineData(ClusterRole.User, "*", "*", false, false)]
    [InlineData(ClusterRole.User, "get", "/healthz", true, true)]
    public async Task CanI_ByRole_SaysWhatTheServerWouldDo(ClusterRole role, string verb, string what, bool isPath, bool allowed)
    {
        await using var server = await TwinServer.StartAsync();
        var attributes = isPath ? $$"""{"nonResourceAttributes": {"verb":"{{verb}}","path":"{{what}}"} }""" : $$"""{"resourceAttributes": {"verb":"{{verb}}","resource":"{{what}}"} }""";

        var (status, review) = await server.SendAsync("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", $$"""{"kind":"SelfSubjectAccessReview","spec":{{attributes}}}""", token: server.Token(role));

        status.ShouldBe(HttpStatusCode.Created);
        ((bool)review["status"]!["allowed"]!).ShouldBe(allowed);
    }

    [Fact]
    public async Task WhoAmI_NamesTheUserOfTheToken()
    {
        await using var server = await TwinServer.StartAsync();

        var (_, review) = await server.SendAsync("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"kind":"SelfSubjectReview"}""", token: server.Token(ClusterRole.User));
        var (_, rules) = await server.SendAsync("POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{"namespace":"a"}}""", token: server.Token(ClusterRole.User));

        review["status"]!["userInfo"]!.ToJsonString().ShouldBe("""{"username":"alice","groups":["imago:cluster-users","system:authenticated"]}""");
        rules["status"]!["resourceRules"]![0]!["verbs"]!.ToJsonString().ShouldBe("""["get","list","watch"]""");
    }

    [Fact]
    public async Task Cluster_ThatIsNoTwin_Is404AndOneThatDoesNotAnswerIs503()
    {
        await using var server = await TwinServer.StartAsync();
        const string Other = "/subscriptions/s/resourcegroups/g/providers/microsoft.containerservice/managedclusters/d";
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/kubernetes{Other.ToUpperInvariant()}/api/v1/nodes");
        request.Headers.Authorization = new("Bearer", server.Token(cluster: Other));
        using var missing = await server.Client.SendAsync(request);
        server.Problem = new ConnectionException("the cluster is stopped");
        var (status, stopped) = await server.SendAsync("GET", "/api/v1/nodes");

        missing.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await missing.Content.ReadAsStringAsync()).ShouldContain($"there is no simulated cluster '{Other}'");
        (status, (string?)stopped["reason"], (string?)stopped["message"]).ShouldBe((HttpStatusCode.ServiceUnavailable, "ServiceUnavailable", "the cluster is stopped"));
    }

    [Theory]
    [InlineData("/kubernetes")]
    [InlineData("/kubernetes/")]
    [InlineData("/kubernetes/subscriptions/s/api/v1/nodes")]
    [InlineData("/KUBERNETES//x/../y")]
    public async Task Path_BelowTheClusters_NeverReachesWhatIsBehind(string path)
    {
        await using var server = await TwinServer.StartAsync();

        (await (await server.Client.GetAsync(path)).Content.ReadAsStringAsync()).ShouldNotBe("beyond");
        (await (await server.Client.GetAsync("/kubernetesx")).Content.ReadAsStringAsync()).ShouldBe("beyond");
    }

    [Fact]
    public async Task Requests_TooMany_Are429()
    {
        await using var server = await TwinServer.StartAsync(new ServingOptions { RequestsPerSecond = 1, RefusedPerSecond = 1 });
        var statuses = new List<HttpStatusCode>();
        for (var i = 0; i < 200 && !statuses.Contains(HttpStatusCode.TooManyRequests); i++)
        {
            statuses.Add((await server.SendAsync("GET", "/api/v1/nodes")).Status);
        }

        statuses[0].ShouldBe(HttpStatusCode.OK);
        statuses.ShouldContain(HttpStatusCode.TooManyRequests);
        (await server.SendAsync("GET", "/api/v1/nodes", token: server.Tokens.Make(new TwinCaller(TwinServer.Cluster, "bob", ClusterRole.Admin)))).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Exception_NobodyExpected_Is500WithoutItsText()
    {
        await using var server = await TwinServer.StartAsync();
        server.Problem = new InvalidOperationException("secret");

        var (status, body) = await server.SendAsync("GET", "/api/v1/nodes");

        status.ShouldBe(HttpStatusCode.InternalServerError);
        body.ToJsonString().ShouldNotContain("secret");
    }
}
