using System.Net;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Tests.Serving.Kit;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class ListTests
{
    [Theory]
    [InlineData("labelSelector=app%3Dweb", "a/web-1 a/web-2")]
    [InlineData("labelSelector=app!%3Dweb", "a/db-1 b/job-1 b/none-1")]
    [InlineData("labelSelector=app+in+(web,db)", "a/db-1 a/web-1 a/web-2")]
    [InlineData("labelSelector=app+notin+(web,db)", "b/job-1 b/none-1")]
    [InlineData("labelSelector=app,!canary", "a/db-1 a/web-1 b/job-1")]
    [InlineData("labelSelector=!app", "b/none-1")]
    [InlineData("labelSelector=weight>2", "a/web-2")]
    [InlineData("fieldSelector=spec.nodeName%3Dn1", "a/web-1 b/job-1")]
    [InlineData("fieldSelector=spec.nodeName%3Dn1,status.phase!%3DSucceeded", "a/web-1")]
    [InlineData("fieldSelector=metadata.namespace!%3Da", "b/job-1 b/none-1")]
    [InlineData("fieldSelector=metadata.name%3Dweb-2", "a/web-2")]
    public async Task List_WithASelector_HoldsWhatMatches(string query, string expected)
    {
        await using var server = await FilledAsync();

        var (status, list) = await server.SendAsync("GET", $"/api/v1/pods?{query}");

        status.ShouldBe(HttpStatusCode.OK);
        Keys(list).ShouldBe(expected);
    }

    [Theory]
    [InlineData("fieldSelector=spec.containers%3Dx", "field label not supported: spec.containers")]
    [InlineData("labelSelector=a+within+(b)", "found 'within', expected: in, notin, =, ==, !=, gt, lt")]
    [InlineData("limit=-1", "strconv.ParseUint: parsing \"-1\": invalid syntax")]
    [InlineData("resourceVersion=abc", "strconv.ParseUint: parsing \"abc\": invalid syntax")]
    public async Task List_AskedInAWayThatIsNotServed_Is400(string query, string words)
    {
        await using var server = await FilledAsync();

        var (status, body) = await server.SendAsync("GET", $"/api/v1/pods?{query}");

        status.ShouldBe(HttpStatusCode.BadRequest);
        ((string)body["message"]!).ShouldContain(words);
        ((string?)body["reason"]).ShouldBe("BadRequest");
    }

    [Fact]
    public async Task Pages_OfOneList_ShowOneVersionWhateverHappensMeanwhile()
    {
        await using var server = await FilledAsync();
        var (_, first) = await server.SendAsync("GET", "/api/v1/pods?limit=2");
        server.Twin.Remove(new ObjectPlace(TwinServer.Pods, new("a", "web-2")));
        server.Twin.Put(TwinServer.Pods, Pod("a", "zz"));

        var (_, second) = await server.SendAsync("GET", $"/api/v1/pods?limit=2&continue={first["metadata"]!["continue"]}");
        var (_, third) = await server.SendAsync("GET", $"/api/v1/pods?limit=2&continue={second["metadata"]!["continue"]}");

        (Keys(first), Keys(second), Keys(third)).ShouldBe(("a/db-1 a/web-1", "a/web-2 b/job-1", "b/none-1"));
        ((int)first["metadata"]!["remainingItemCount"]!, (int)second["metadata"]!["remainingItemCount"]!).ShouldBe((3, 1));
        third["metadata"]!["continue"].ShouldBeNull();
        ((string?)third["metadata"]!["resourceVersion"]).ShouldBe((string?)first["metadata"]!["resourceVersion"]);
    }

    [Fact]
    public async Task Page_OfAListThatIsNotKeptAnyMore_Is410()
    {
        await using var server = await FilledAsync();
        var (_, first) = await server.SendAsync("GET", "/api/v1/pods?limit=2");
        server.Twin.Put(TwinServer.Pods, Pod("a", "zz"));
        server.Clock.Advance(TimeSpan.FromMinutes(6));

        var (status, body) = await server.SendAsync("GET", $"/api/v1/pods?limit=2&continue={first["metadata"]!["continue"]}");

        status.ShouldBe(HttpStatusCode.Gone);
        ((string?)body["reason"]).ShouldBe("Expired");
    }

    [Fact]
    public async Task Lists_MoreThanAreKept_LeaveTheOldestOut()
    {
        await using var server = await TwinServer.StartAsync(new ServingOptions { KeptLists = 1 });
        server.Twin.Put(TwinServer.Pods, Pod("a", "1"));
        server.Twin.Put(TwinServer.Pods, Pod("a", "2"));
        var (_, old) = await server.SendAsync("GET", "/api/v1/pods?limit=1");
        server.Clock.Advance(TimeSpan.FromSeconds(1));
        server.Twin.Put(TwinServer.Pods, Pod("a", "3"));
        var (_, newer) = await server.SendAsync("GET", "/api/v1/pods?limit=1");

        (await server.SendAsync("GET", $"/api/v1/pods?continue={old["metadata"]!["continue"]}")).Status.ShouldBe(HttpStatusCode.Gone);
        (await server.SendAsync("GET", $"/api/v1/pods?continue={newer["metadata"]!["continue"]}")).Status.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task List_WithASelector_DoesNotSayHowManyAreLeft()
    {
        await using var server = await FilledAsync();

        var (_, list) = await server.SendAsync("GET", "/api/v1/pods?limit=1&labelSelector=app");

        list["metadata"]!["continue"].ShouldNotBeNull();
        list["metadata"]!["remainingItemCount"].ShouldBeNull();
    }

    [Fact]
    public async Task List_OfAVersionInTheFuture_SaysSo()
    {
        await using var server = await FilledAsync();

        var (status, body) = await server.SendAsync("GET", "/api/v1/pods?resourceVersion=99999&resourceVersionMatch=NotOlderThan");

        status.ShouldBe(HttpStatusCode.GatewayTimeout);
        ((string?)body["message"]).ShouldBe($"Too large resource version: 99999, current: {server.Twin.Version}");
        ((string?)body["details"]!["causes"]![0]!["reason"]).ShouldBe("ResourceVersionTooLarge");
    }

    [Theory]
    [InlineData("resourceVersionMatch=Exact")]
    [InlineData("resourceVersion=1&resourceVersionMatch=Newest")]
    [InlineData("sendInitialEvents=true")]
    public async Task List_WithOptionsThatDoNotGoTogether_Is422(string query)
    {
        await using var server = await FilledAsync();

        var (status, body) = await server.SendAsync("GET", $"/api/v1/pods?{query}");

        status.ShouldBe(HttpStatusCode.UnprocessableEntity);
        ((string?)body["message"]).ShouldStartWith("ListOptions.meta.k8s.io \"\" is invalid: ");
    }

    [Fact]
    public async Task List_OfOneNamespace_LeavesTheOthersOut()
    {
        await using var server = await FilledAsync();

        Keys((await server.SendAsync("GET", "/api/v1/namespaces/b/pods")).Body).ShouldBe("b/job-1 b/none-1");
    }

    [Theory]
    [InlineData("None", false, false)]
    [InlineData("Metadata", true, false)]
    [InlineData("Object", true, true)]
    public async Task Table_WithOrWithoutObjects_HoldsWhatWasAskedFor(string include, bool hasObject, bool hasSpec)
    {
        await using var server = await FilledAsync();

        var (_, table) = await server.SendAsync("GET", $"/api/v1/namespaces/a/pods/db-1?includeObject={include}", accept: "application/json;as=Table;g=meta.k8s.io;v=v1");

        var row = table["rows"]![0]!;
        (row["object"] is not null, row["object"]?["spec"] is not null).ShouldBe((hasObject, hasSpec));
        ((string?)row["cells"]![0]).ShouldBe("db-1");
    }

    private static async Task<TwinServer> FilledAsync()
    {
        var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Pods, Pod("a", "web-1", "n1", "app=web", "weight=1"));
        server.Twin.Put(TwinServer.Pods, Pod("a", "web-2", "n2", "app=web", "canary=yes", "weight=3"));
        server.Twin.Put(TwinServer.Pods, Pod("a", "db-1", "n2", "app=db"));
        server.Twin.Put(TwinServer.Pods, Pod("b", "job-1", "n1", "app=job"));
        server.Twin.Put(TwinServer.Pods, Pod("b", "none-1"));
        var job = Pod("b", "job-1", "n1", "app=job");
        job["status"]!["phase"] = "Succeeded";
        server.Twin.Put(TwinServer.Pods, job);
        return server;
    }

    private static JsonObject Pod(string space, string name, string node = "", params string[] labels) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Pod",
        ["metadata"] = new JsonObject { ["namespace"] = space, ["name"] = name, ["labels"] = new JsonObject(labels.Select(l => new KeyValuePair<string, JsonNode?>(l.Split('=')[0], l.Split('=')[1]))) },
        ["spec"] = new JsonObject { ["nodeName"] = node },
        ["status"] = new JsonObject { ["phase"] = "Running" },
    };

    private static string Keys(JsonObject list) => string.Join(' ', list["items"]!.AsArray().Select(i => $"{i!["metadata"]!["namespace"]}/{i["metadata"]!["name"]}"));
}
