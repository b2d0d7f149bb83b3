using System.Net;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Tests.Serving.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class WriteTests
{
    private const string Merge = "application/merge-patch+json";

    [Fact]
    public async Task Create_AnswersWhatWasMade()
    {
        await using var server = await TwinServer.StartAsync();

        var (status, made) = await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps?fieldValidation=Strict", """{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{"k":"v"}}""");
        var (again, refused) = await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps", """{"metadata":{"name":"a"}}""");

        (status, (string?)made["metadata"]!["namespace"], (string?)made["data"]!["k"]).ShouldBe((HttpStatusCode.Created, "shop", "v"));
        (again, (string?)refused["reason"], (string?)refused["details"]!["kind"]).ShouldBe((HttpStatusCode.Conflict, "AlreadyExists", "configmaps"));
    }

    [Fact]
    public async Task Create_FromYaml_MakesTheSame()
    {
        await using var server = await TwinServer.StartAsync();

        var (status, made) = await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata:\n  k: \"1\"\n  t: yes\n", "application/yaml");

        status.ShouldBe(HttpStatusCode.Created);
        made["data"]!.ToJsonString().ShouldBe("""{"k":"1","t":"yes"}""");
    }

    [Theory]
    [InlineData("""{"kind":"Pod","metadata":{"name":"a"}}""", "cannot be handled as a ConfigMap")]
    [InlineData("""{"apiVersion":"v2","metadata":{"name":"a"}}""", "the API version in the data (v2) does not match the expected API version (v1)")]
    [InlineData("""{"metadata":{"name":"a","namespace":"other"}}""", "the namespace of the provided object does not match the namespace sent on the request")]
    [InlineData("""{"metadata":{"name":"a"},"dta":{}}""", "strict decoding error: unknown field \"dta\"")]
    [InlineData("""{"metadata":{"name":"a","label":{}},"x":1}""", "unknown field \"metadata.label\", unknown field \"x\"")]
    [InlineData("[]", "not an object")]
    [InlineData("{", "unexpected end of JSON input")]
    [InlineData("""{"a":1,"a":2}""", "could not be read")]
    [InlineData("", "has no body")]
    public async Task Create_OfWhatIsNotThat_Is400(string body, string words)
    {
        await using var server = await TwinServer.StartAsync();

        var (status, refused) = await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps?fieldValidation=Strict", body);

        status.ShouldBe(HttpStatusCode.BadRequest);
        ((string)refused["message"]!).ShouldContain(words);
    }

    [Fact]
    public async Task Create_WithUnknownFields_WarnsUnlessToldOtherwise()
    {
        await using var server = await TwinServer.StartAsync();
        const string Body = """{"metadata":{"name":"a"},"dta":{}}""";
        using var usual = await server.Client.SendAsync(server.Request("POST", "/api/v1/namespaces/shop/configmaps", Body));
        using var silent = await server.Client.SendAsync(server.Request("POST", "/api/v1/namespaces/other/configmaps?fieldValidation=Ignore", Body));

        usual.Headers.GetValues("Warning").ShouldBe(["299 - \"unknown field \\\"dta\\\"\""]);
        silent.Headers.Contains("Warning").ShouldBeFalse();
        (usual.StatusCode, silent.StatusCode).ShouldBe((HttpStatusCode.Created, HttpStatusCode.Created));
    }

    [Fact]
    public async Task Body_LargerOrDeeperThanAllowed_IsRefused()
    {
        await using var server = await TwinServer.StartAsync(new ServingOptions { LargestBody = 100, DeepestBody = 5 });

        (await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps", new string('x', 101))).Status.ShouldBe(HttpStatusCode.RequestEntityTooLarge);
        (await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps", """{"a":{"b":{"c":{"d":{"e":{}}}}}}""")).Status.ShouldBe(HttpStatusCode.BadRequest);
        (await server.SendAsync("POST", "/api/v1/namespaces/shop/configmaps", "a: {b: {c: {d: {e: 1}}}}", "application/yaml")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Create_InAnotherForm_Is415WithWhatIsAccepted()
    {
        await using var server = await TwinServer.StartAsync();

        var (status, refused) = await server.SendAsync("POST", "/api/v1/namespaces", "<namespace/>", "application/xml");

        (status, (string?)refused["reason"]).ShouldBe((HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType"));
        ((string)refused["message"]!).ShouldContain("accepted media types include: application/json, application/yaml, application/vnd.kubernetes.protobuf");
    }

    [Theory]
    [InlineData(Merge, """{"spec":{"unschedulable":true}}""")]
    [InlineData("application/strategic-merge-patch+json", """{"spec":{"unschedulable":true}}""")]
    [InlineData("application/json-patch+json", """[{"op":"add","path":"/spec/unschedulable","value":true}]""")]
    [InlineData("application/apply-patch+yaml", "apiVersion: v1\nkind: Node\nmetadata: {name: a}\nspec: {unschedulable: true}")]
    public async Task Patch_OfEachForm_ChangesTheObject(string form, string patch)
    {
        await using var server = await WithNodeAsync();

        var (status, node) = await server.SendAsync("PATCH", "/api/v1/nodes/a?fieldManager=test", patch, form);

        status.ShouldBe(HttpStatusCode.OK);
        ((bool)node["spec"]!["unschedulable"]!).ShouldBeTrue();
        ((string?)node["metadata"]!["labels"]!["x"]).ShouldBe("y");
    }

    [Fact]
    public async Task Patch_WhileSomebodyElseWrites_IsTriedAgainOnWhatIsThereThen()
    {
        await using var server = await WithNodeAsync();
        var others = 2;
        server.Twin.BeforeReplace = () =>
        {
            if (others-- > 0)
            {
                server.Twin.Put(TwinServer.Nodes, Node($"{others}"));
            }
        };

        var (status, node) = await server.SendAsync("PATCH", "/api/v1/nodes/a", """{"metadata":{"labels":{"mine":"1"}}}""", Merge);

        status.ShouldBe(HttpStatusCode.OK);
        node["metadata"]!["labels"]!.ToJsonString().ShouldBe("""{"x":"0","mine":"1"}""");
    }

    [Fact]
    public async Task Patch_ForAVersion_IsNotTriedOnAnother()
    {
        await using var server = await WithNodeAsync();

        var (status, body) = await server.SendAsync("PATCH", "/api/v1/nodes/a", """{"metadata":{"resourceVersion":"5"}}""", Merge);

        (status, (string?)body["reason"]).ShouldBe((HttpStatusCode.Conflict, "Conflict"));
    }

    [Fact]
    public async Task Patch_ThatRenames_Is400()
    {
        await using var server = await WithNodeAsync();

        (await server.SendAsync("PATCH", "/api/v1/nodes/a", """{"metadata":{"name":"b"}}""", Merge)).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Apply_OfWhatIsNotThere_CreatesIt()
    {
        await using var server = await TwinServer.StartAsync();
        const string Body = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {k: v}";

        (await server.SendAsync("PATCH", "/api/v1/namespaces/shop/configmaps/a?fieldManager=me", Body, "application/apply-patch+yaml")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("PATCH", "/api/v1/namespaces/shop/configmaps/a", Body, "application/apply-patch+yaml")).Status.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task DryRun_ChangesNothing()
    {
        await using var server = await WithNodeAsync();
        var version = server.Twin.Version;

        (await server.SendAsync("PATCH", "/api/v1/nodes/a?dryRun=All", """{"metadata":{"labels":{"q":"r"}}}""", Merge)).Body["metadata"]!["labels"]!["q"]!.ToJsonString().ShouldBe("\"r\"");
        (await server.SendAsync("POST", "/api/v1/nodes?dryRun=All", """{"metadata":{"name":"b"}}""")).Status.ShouldBe(HttpStatusCode.Created);
        (await server.SendAsync("DELETE", "/api/v1/nodes/a", """{"dryRun":["All"]}""")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("POST", "/api/v1/nodes?dryRun=Some", """{"metadata":{"name":"b"}}""")).Status.ShouldBe(HttpStatusCode.BadRequest);

        server.Twin.Version.ShouldBe(version);
    }

    [Fact]
    public async Task Replace_WithoutAVersion_IsRefusedWhereOneIsNeeded()
    {
        await using var server = await WithNodeAsync();
        server.Twin.Put(TwinServer.Leases, JsonNode.Parse("""{"metadata":{"name":"l","namespace":"s"}}""")!.AsObject());

        var (lease, body) = await server.SendAsync("PUT", "/apis/coordination.k8s.io/v1/namespaces/s/leases/l", """{"metadata":{"name":"l"}}""");
        var (node, _) = await server.SendAsync("PUT", "/api/v1/nodes/a", """{"metadata":{"name":"a"}}""");

        (lease, node).ShouldBe((HttpStatusCode.UnprocessableEntity, HttpStatusCode.OK));
        ((string?)body["message"]).ShouldBe("leases.coordination.k8s.io \"l\" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update");
    }

    [Fact]
    public async Task Replace_UnderAnotherName_Is400()
    {
        await using var server = await WithNodeAsync();

        ((string?)(await server.SendAsync("PUT", "/api/v1/nodes/a", """{"metadata":{"name":"b"}}""")).Body["message"]).ShouldBe("the name of the object (b) does not match the name on the URL (a)");
    }

    [Fact]
    public async Task Scale_OfADeployment_IsReadAndWritten()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Deployments, JsonNode.Parse("""{"metadata":{"name":"web","namespace":"s"},"spec":{"replicas":2,"selector":{"matchLabels":{"app":"web"}}},"status":{"replicas":2}}""")!.AsObject());
        const string Path = "/apis/apps/v1/namespaces/s/deployments/web";

        var (_, read) = await server.SendAsync("GET", Path + "/scale");
        var (patched, scale) = await server.SendAsync("PATCH", Path + "/scale", """{"spec":{"replicas":5}}""", Merge);
        scale["spec"]!["replicas"] = 7;
        var (put, _) = await server.SendAsync("PUT", Path + "/scale", scale.ToJsonString());
        scale["metadata"]!["resourceVersion"] = "1";
        var (stale, _) = await server.SendAsync("PUT", Path + "/scale", scale.ToJsonString());

        (read["kind"]!.ToString(), (int)read["spec"]!["replicas"]!, (string?)read["status"]!["selector"]).ShouldBe(("Scale", 2, "app=web"));
        (patched, put, stale).ShouldBe((HttpStatusCode.OK, HttpStatusCode.OK, HttpStatusCode.Conflict));
        ((int)(await server.SendAsync("GET", Path)).Body["spec"]!["replicas"]!).ShouldBe(7);
    }

    [Fact]
    public async Task Delete_OfWhatGoesAtOnceAndOfWhatTakesItsTime_AnswerDifferently()
    {
        await using var server = await WithNodeAsync();
        server.Twin.Put(TwinServer.Pods, JsonNode.Parse("""{"kind":"Pod","metadata":{"name":"p","namespace":"s"}}""")!.AsObject());

        var (_, pod) = await server.SendAsync("DELETE", "/api/v1/namespaces/s/pods/p", """{"gracePeriodSeconds":5,"propagationPolicy":"Background","preconditions":{"uid":"u","resourceVersion":"1"}}""");
        var asked = server.Twin.LastAsked;
        var (_, node) = await server.SendAsync("DELETE", "/api/v1/nodes/a");

        ((string?)pod["kind"]).ShouldBe("Pod");
        asked.ShouldBe(new DeletionAsked("u", "1", 5, "Background"));
        ((string?)node["kind"], (string?)node["status"], (string?)node["details"]!["kind"]).ShouldBe(("Status", "Success", "nodes"));
    }

    [Fact]
    public async Task DeleteCollection_TakesWhatMatches()
    {
        await using var server = await WithNodeAsync();
        server.Twin.Put(TwinServer.Nodes, Node("z", "b"));

        var (status, list) = await server.SendAsync("DELETE", "/api/v1/nodes?labelSelector=x%3Dz");

        (status, list["items"]!.AsArray().Count).ShouldBe((HttpStatusCode.OK, 1));
        (await server.SendAsync("GET", "/api/v1/nodes/a")).Status.ShouldBe(HttpStatusCode.OK);
        (await server.SendAsync("DELETE", "/api/v1/namespaces")).Status.ShouldBe(HttpStatusCode.MethodNotAllowed);
    }

    [Fact]
    public async Task Eviction_IsPassedOnAsItWasAsked()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Pods, JsonNode.Parse("""{"metadata":{"name":"p","namespace":"s","uid":"u"}}""")!.AsObject());
        const string Path = "/api/v1/namespaces/s/pods/p/eviction";

        var (done, body) = await server.SendAsync("POST", Path, """{"kind":"Eviction","apiVersion":"policy/v1","metadata":{"name":"p"},"deleteOptions":{"gracePeriodSeconds":3,"dryRun":["All"],"preconditions":{"uid":"u"}}}""");
        server.Twin.EvictionRefusal = new TwinRefusal(429, "TooManyRequests", "later", RetryAfter: 10);
        using var refused = await server.Client.SendAsync(server.Request("POST", Path, """{"metadata":{"name":"p"}}"""));

        (done, (string?)body["status"]).ShouldBe((HttpStatusCode.Created, "Success"));
        server.Twin.LastAsked.ShouldBe(new DeletionAsked());
        ((int)refused.StatusCode, refused.Headers.RetryAfter!.Delta).ShouldBe((429, TimeSpan.FromSeconds(10)));
    }

    [Theory]
    [InlineData("GET", "/api/v1/namespaces/s/pods/p/log", 400, "no containers run in it")]
    [InlineData("POST", "/api/v1/namespaces/s/pods/p/exec", 400, "no containers run in it")]
    [InlineData("GET", "/api/v1/nodes/a/proxy", 404, "the server could not find the requested resource")]
    [InlineData("GET", "/api/v1/secrets", 404, "the server could not find the requested resource")]
    [InlineData("PATCH", "/api/v1/nodes", 405, "the server does not allow this method on the requested resource")]
    public async Task WhatIsNotServed_SaysSo(string method, string path, int status, string words)
    {
        await using var server = await WithNodeAsync();

        var (answered, body) = await server.SendAsync(method, path);

        ((int)answered).ShouldBe(status);
        ((string?)body["kind"]).ShouldBe("Status");
        ((string)body["message"]!).ShouldContain(words);
    }

    private static async Task<TwinServer> WithNodeAsync()
    {
        var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("y"));
        return server;
    }

    private static JsonObject Node(string label, string name = "a") => new()
    {
        ["apiVersion"] = "v1", ["kind"] = "Node", ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject { ["x"] = label } }, ["spec"] = new JsonObject(),
    };
}
