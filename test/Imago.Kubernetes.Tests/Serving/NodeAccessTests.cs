using System.Net;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving.Access;
using Imago.Kubernetes.Tests.Serving.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

/// <summary>The token of one node.</summary>
public sealed class NodeAccessTests
{
    private const string Leases = "/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases";

    [Fact]
    public async Task Node_WithItsToken_RegistersReportsAndRenewsItsLease()
    {
        await using var server = await TwinServer.StartAsync();

        (await SendAsync(server, "POST", "/api/v1/nodes", """{"metadata":{"name":"own","labels":{"kubernetes.io/hostname":"own","team":"a"}},"spec":{"taints":[{"key":"imago.dev/not-patched","effect":"NoSchedule"}]}}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await SendAsync(server, "GET", "/api/v1/nodes/own")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "GET", "/api/v1/nodes?fieldSelector=metadata.name%3Down")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "PATCH", "/api/v1/nodes/own", """{"metadata":{"annotations":{"imago.dev/node-os-report":"{}"},"labels":{"kubernetes.azure.com/node-image-version":"x","node.kubernetes.io/instance-type":"y"}}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "PATCH", "/api/v1/nodes/own/status", """{"status":{"conditions":[{"type":"NodeOsPatched","status":"True"}]}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "PUT", "/api/v1/nodes/own/status", """{"metadata":{"name":"own","labels":{"kubernetes.io/hostname":"own","team":"a","kubernetes.azure.com/node-image-version":"x","node.kubernetes.io/instance-type":"y"}},"spec":{"taints":[{"key":"imago.dev/not-patched","effect":"NoSchedule"}]},"status":{}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "POST", Leases, """{"metadata":{"name":"own"},"spec":{"holderIdentity":"own"}}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await SendAsync(server, "PATCH", Leases + "/own", """{"spec":{"renewTime":"2026-11-26T00:00:00.000000Z"}}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "GET", Leases + "/own")).Status.ShouldBe(HttpStatusCode.OK);
        (await SendAsync(server, "POST", "/api/v1/namespaces/default/events", """{"metadata":{"name":"own.1"},"involvedObject":{"kind":"Node","name":"own"},"reason":"Patched"}""")).Status.ShouldBe(HttpStatusCode.Created);
        Put(server, TwinServer.Pods, "mine", "own");
        (await SendAsync(server, "GET", "/api/v1/namespaces/shop/pods/mine")).Status.ShouldBe(HttpStatusCode.OK);
        var (status, list) = await SendAsync(server, "GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Down");
        (status, list["items"]!.AsArray().Count).ShouldBe((HttpStatusCode.OK, 1));
    }

    [Theory]
    [InlineData("GET", "/api/v1/nodes")]
    [InlineData("GET", "/api/v1/nodes?watch=true")]
    [InlineData("GET", "/api/v1/nodes?fieldSelector=metadata.name%3Dother")]
    [InlineData("GET", "/api/v1/nodes?fieldSelector=metadata.name%21%3Down")]
    [InlineData("GET", "/api/v1/nodes/other")]
    [InlineData("GET", "/api/v1/nodes/other/status")]
    [InlineData("PATCH", "/api/v1/nodes/other", """{"metadata":{"annotations":{"a":"b"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/other/status", """{"status":{}}""")]
    [InlineData("PUT", "/api/v1/nodes/other", """{"metadata":{"name":"other"}}""")]
    [InlineData("PUT", "/api/v1/nodes/other/status", """{"metadata":{"name":"other"}}""")]
    [InlineData("POST", "/api/v1/nodes", """{"metadata":{"name":"another"}}""")]
    [InlineData("POST", "/api/v1/nodes", """{"metadata":{"generateName":"own"}}""")]
    [InlineData("POST", "/api/v1/nodes", """{"metadata":{"name":"own","labels":{"node-restriction.kubernetes.io/trusted":"yes"}}}""")]
    [InlineData("DELETE", "/api/v1/nodes/own")]
    [InlineData("DELETE", "/api/v1/nodes")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"spec":{"taints":[]}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"spec":{"taints":[{"key":"more","effect":"NoSchedule"}]}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own/status", """{"spec":{"taints":[]}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"metadata":{"labels":{"node-restriction.kubernetes.io/trusted":"yes"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"metadata":{"labels":{"node-role.kubernetes.io/control-plane":""}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"metadata":{"labels":{"cluster.k8s.io/x":"y"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own/status", """{"metadata":{"labels":{"kubernetes.io/role":"agent"}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"metadata":{"labels":{"node-role.kubernetes.io/worker":null}}}""")]
    [InlineData("PATCH", "/api/v1/nodes/own", """{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"p","uid":"u"}]}}""")]
    [InlineData("PUT", "/api/v1/nodes/own", """{"metadata":{"name":"own","labels":{"node-role.kubernetes.io/worker":""}},"spec":{}}""")]
    [InlineData("GET", Leases)]
    [InlineData("GET", Leases + "/other")]
    [InlineData("PATCH", Leases + "/other", """{"spec":{}}""")]
    [InlineData("POST", Leases, """{"metadata":{"name":"another"}}""")]
    [InlineData("DELETE", Leases + "/own")]
    [InlineData("POST", "/apis/coordination.k8s.io/v1/namespaces/default/leases", """{"metadata":{"name":"own"}}""")]
    [InlineData("GET", "/api/v1/pods")]
    [InlineData("GET", "/api/v1/namespaces/shop/pods")]
    [InlineData("GET", "/api/v1/pods?fieldSelector=spec.nodeName%3Dother")]
    [InlineData("GET", "/api/v1/namespaces/shop/pods/theirs")]
    [InlineData("GET", "/api/v1/namespaces/shop/pods/nowhere")]
    [InlineData("DELETE", "/api/v1/namespaces/shop/pods/mine")]
    [InlineData("POST", "/api/v1/namespaces/shop/pods/mine/eviction", "{}")]
    [InlineData("POST", "/api/v1/namespaces/shop/pods", """{"metadata":{"name":"x"}}""")]
    [InlineData("POST", "/api/v1/namespaces/default/events", """{"metadata":{"name":"e"},"involvedObject":{"kind":"Node","name":"other"}}""")]
    [InlineData("POST", "/api/v1/namespaces/default/events", """{"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"own"}}""")]
    [InlineData("GET", "/api/v1/events")]
    [InlineData("GET", "/api/v1/namespaces/kube-system/configmaps/a")]
    [InlineData("GET", "/api/v1/namespaces")]
    [InlineData("GET", "/apis/apps/v1/deployments")]
    [InlineData("GET", "/apis/policy/v1/poddisruptionbudgets")]
    public async Task Node_TouchesWhatIsNotItsOwn_IsForbiddenAndToldWhatIsAllowed(string method, string path, string? body = null)
    {
        await using var server = await TwinServer.StartAsync();
        Put(server, "own");
        Put(server, "other");
        Put(server, TwinServer.Pods, "mine", "own");
        Put(server, TwinServer.Pods, "theirs", "other");
        foreach (var name in new[] { "own", "other" })
        {
            server.Twin.Put(TwinServer.Leases, new JsonObject { ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "kube-node-lease" } });
        }

        var version = server.Twin.Version;
        var (status, answer) = await SendAsync(server, method, path, body);

        (status, (string?)answer["kind"], (string?)answer["reason"]).ShouldBe((HttpStatusCode.Forbidden, "Status", "Forbidden"));
        ((string)answer["message"]!).ShouldContain("the token of a node may create, get, list and watch, update and patch its own Node");
        server.Twin.Version.ShouldBe(version);
    }

    [Fact]
    public async Task Node_CordonsItself_AsKubernetesLetsIt()
    {
        await using var server = await TwinServer.StartAsync();
        Put(server, "own");

        (await SendAsync(server, "PATCH", "/api/v1/nodes/own", """{"spec":{"unschedulable":true}}""")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Replacement_WithoutAVersion_IsComparedWithWhatItReplaces()
    {
        await using var server = await TwinServer.StartAsync();
        Put(server, "own");

        // Somebody taints the node between the comparison and the write.
        server.Twin.BeforeReplace = () =>
        {
            server.Twin.BeforeReplace = null;
            Put(server, "own", "later");
        };
        var (status, _) = await SendAsync(server, "PUT", "/api/v1/nodes/own", """{"metadata":{"name":"own","labels":{"node-role.kubernetes.io/worker":""}},"spec":{"taints":[{"key":"first","effect":"NoSchedule"}]}}""");

        status.ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("get", "", "nodes", "", "own", true)]
    [InlineData("get", "", "nodes", "", "other", false)]
    [InlineData("patch", "", "nodes", "status", "own", true)]
    [InlineData("list", "", "nodes", "", "", false)]
    [InlineData("create", "", "nodes", "", "", true)]
    [InlineData("delete", "", "nodes", "", "own", false)]
    [InlineData("update", "coordination.k8s.io", "leases", "", "own", true)]
    [InlineData("update", "coordination.k8s.io", "leases", "", "other", false)]
    [InlineData("create", "", "events", "", "", true)]
    [InlineData("get", "", "pods", "", "mine", true)]
    [InlineData("get", "", "pods", "", "theirs", false)]
    [InlineData("list", "", "pods", "", "", false)]
    [InlineData("get", "", "secrets", "", "x", false)]
    [InlineData("*", "*", "*", "", "", false)]
    [InlineData("create", "authorization.k8s.io", "selfsubjectaccessreviews", "", "", true)]
    public async Task CanI_OfANode_SaysWhatTheServerWouldDo(string verb, string group, string resource, string part, string name, bool allowed)
    {
        await using var server = await TwinServer.StartAsync();
        Put(server, TwinServer.Pods, "mine", "own");
        Put(server, TwinServer.Pods, "theirs", "other");
        var space = resource is "leases" ? "kube-node-lease" : resource is "pods" ? "shop" : "";

        var (status, review) = await SendAsync(
            server, "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
            $$"""{"kind":"SelfSubjectAccessReview","spec":{"resourceAttributes":{"verb":"{{verb}}","group":"{{group}}","resource":"{{resource}}","subresource":"{{part}}","name":"{{name}}","namespace":"{{space}}"} } }""");

        (status, (bool)review["status"]!["allowed"]!).ShouldBe((HttpStatusCode.Created, allowed));
    }

    [Fact]
    public async Task WhoAmI_OfANode_IsTheKubeletOfThatNode()
    {
        await using var server = await TwinServer.StartAsync();

        var (_, review) = await SendAsync(server, "POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", """{"kind":"SelfSubjectReview"}""");
        var (_, rules) = await SendAsync(server, "POST", "/apis/authorization.k8s.io/v1/selfsubjectrulesreviews", """{"spec":{"namespace":"a"}}""");

        review["status"]!["userInfo"]!.ToJsonString().ShouldBe("""{"username":"system:node:own","groups":["system:nodes","system:authenticated"]}""");
        rules["status"]!["resourceRules"]![0]!["resourceNames"]!.ToJsonString().ShouldBe("""["own"]""");
        ((bool)rules["status"]!["incomplete"]!).ShouldBeTrue();
    }

    private static Task<(HttpStatusCode Status, JsonObject Body)> SendAsync(TwinServer server, string method, string path, string? body = null) => server.SendAsync(
        method, path, body, method is "PATCH" ? "application/merge-patch+json" : "application/json", token: server.Tokens.Make(TwinCaller.OfNode(TwinServer.Cluster, "own")));

    private static void Put(TwinServer server, string node, string taint = "first") => server.Twin.Put(TwinServer.Nodes, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject { ["name"] = node, ["labels"] = new JsonObject { ["node-role.kubernetes.io/worker"] = "" } },
        ["spec"] = new JsonObject { ["taints"] = new JsonArray(new JsonObject { ["key"] = taint, ["effect"] = "NoSchedule" }) },
    });

    private static void Put(TwinServer server, ObjectKind kind, string name, string node) => server.Twin.Put(kind, new JsonObject
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["name"] = name, ["namespace"] = "shop" },
        ["spec"] = new JsonObject { ["nodeName"] = node },
    });
}
