using System.Net;
using System.Text.Json.Nodes;
using Imago.Application.Twins;
using Imago.Kubernetes.Serving;
using Imago.Kubernetes.Tests.Serving.Kit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Serving;

public sealed class WatchTests
{
    [Fact]
    public async Task Watch_FromAVersion_TellsWhatChangedSince()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        var from = server.Twin.Version;
        server.Twin.Put(TwinServer.Nodes, Node("b"));
        using var watch = await server.WatchAsync($"/api/v1/nodes?watch=true&resourceVersion={from}");

        (await watch.NextTextAsync()).ShouldBe("ADDED b");
        server.Twin.Put(TwinServer.Nodes, Node("a", "x=y"));
        (await watch.NextTextAsync()).ShouldBe("MODIFIED a");
        server.Twin.Remove(new ObjectPlace(TwinServer.Nodes, new("", "b")));
        var (type, gone) = (await watch.NextAsync())!.Value;
        (type, (string?)gone["metadata"]!["name"], (string?)gone["metadata"]!["resourceVersion"]).ShouldBe(("DELETED", "b", $"{server.Twin.Version}"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&resourceVersion=0")]
    public async Task Watch_FromNoVersion_BeginsWithWhatIsThere(string version)
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("b"));
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        using var watch = await server.WatchAsync($"/api/v1/nodes?watch=1{version}");

        (await watch.NextTextAsync()).ShouldBe("ADDED a");
        (await watch.NextTextAsync()).ShouldBe("ADDED b");
        server.Twin.Put(TwinServer.Nodes, Node("c"));
        (await watch.NextTextAsync()).ShouldBe("ADDED c");
    }

    [Fact]
    public async Task Watch_WithInitialEvents_MarksTheirEnd()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        using var watch = await server.WatchAsync("/api/v1/nodes?watch=true&allowWatchBookmarks=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan");

        (await watch.NextTextAsync()).ShouldBe("ADDED a");
        var (type, mark) = (await watch.NextAsync())!.Value;

        type.ShouldBe("BOOKMARK");
        ((string?)mark["kind"], (string?)mark["metadata"]!["resourceVersion"]).ShouldBe(("Node", $"{server.Twin.Version}"));
        mark["metadata"]!["annotations"]!.ToJsonString().ShouldBe("""{"k8s.io/initial-events-end":"true"}""");
    }

    [Fact]
    public async Task Watch_WithASelector_TellsOfObjectsThatBeginAndStopToMatch()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        using var watch = await server.WatchAsync("/api/v1/nodes?watch=true&labelSelector=team");

        server.Twin.Put(TwinServer.Nodes, Node("a", "team=x"));
        (await watch.NextTextAsync()).ShouldBe("ADDED a");
        server.Twin.Put(TwinServer.Nodes, Node("a", "team=y"));
        (await watch.NextTextAsync()).ShouldBe("MODIFIED a");
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        var (type, last) = (await watch.NextAsync())!.Value;
        type.ShouldBe("DELETED");
        ((string?)last["metadata"]!["labels"]!["team"]).ShouldBe("y");
        ((string?)last["metadata"]!["resourceVersion"]).ShouldBe($"{server.Twin.Version}");
    }

    [Fact]
    public async Task Watch_OfOneName_TellsOfThatOneOnly()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        server.Twin.Put(TwinServer.Nodes, Node("b"));
        using var watch = await server.WatchAsync("/api/v1/nodes?watch=true&fieldSelector=metadata.name%3Db");

        (await watch.NextTextAsync()).ShouldBe("ADDED b");
    }

    [Fact]
    public async Task Watch_FromAVersionThatIsForgotten_EndsWithAnError()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        server.Twin.ForgottenUpTo = server.Twin.Version;
        using var watch = await server.WatchAsync("/api/v1/nodes?watch=true&resourceVersion=5");

        var (type, status) = (await watch.NextAsync())!.Value;

        (type, (string?)status["reason"], (int)status["code"]!).ShouldBe(("ERROR", "Expired", 410));
        (await watch.NextTextAsync()).ShouldBe("END");
    }

    [Fact]
    public async Task Watch_FromAVersionInTheFuture_WaitsForIt()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        using var watch = await server.WatchAsync($"/api/v1/nodes?watch=true&resourceVersion={server.Twin.Version + 1}");

        server.Twin.Put(TwinServer.Nodes, Node("b"));
        server.Twin.Put(TwinServer.Nodes, Node("c"));

        (await watch.NextTextAsync()).ShouldBe("ADDED c");
    }

    [Fact]
    public async Task Watch_ThatWantsBookmarks_GetsOneEachMinuteAndOneAtTheEnd()
    {
        await using var server = await TwinServer.StartAsync();
        using var watch = await server.WatchAsync($"/api/v1/nodes?watch=true&allowWatchBookmarks=true&timeoutSeconds=90&resourceVersion={server.Twin.Version}");
        await UntilAsync(() => server.Clock.Waiting > 0);
        server.Clock.Advance(TimeSpan.FromSeconds(60));
        (await watch.NextTextAsync()).ShouldBe("BOOKMARK");
        await UntilAsync(() => server.Clock.Waiting > 0);
        server.Clock.Advance(TimeSpan.FromSeconds(30));
        (await watch.NextTextAsync()).ShouldBe("BOOKMARK");
        (await watch.NextTextAsync()).ShouldBe("END");
    }

    [Fact]
    public async Task Watch_OfATable_SaysItsColumnsOnce()
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        server.Twin.Put(TwinServer.Nodes, Node("b"));
        using var watch = await server.WatchAsync("/api/v1/nodes?watch=true", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");

        var (first, second) = ((await watch.NextAsync())!.Value.Object, (await watch.NextAsync())!.Value.Object);

        (first["columnDefinitions"] is JsonArray, second["columnDefinitions"] is JsonArray).ShouldBe((true, false));
        ((string?)second["rows"]![0]!["cells"]![0]).ShouldBe("b");
    }

    [Fact]
    public async Task Watch_WhenTheServerStops_Ends()
    {
        await using var server = await TwinServer.StartAsync();
        using var watch = await server.WatchAsync("/api/v1/nodes?watch=true");

        server.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();

        (await watch.NextTextAsync()).ShouldBe("END");
    }

    [Fact]
    public async Task Watches_MoreThanOneCallerMayHave_AreRefusedUntilOneEnds()
    {
        await using var server = await TwinServer.StartAsync(new ServingOptions { WatchesPerCaller = 1 });
        using (await server.WatchAsync("/api/v1/nodes?watch=true"))
        {
            var (status, body) = await server.SendAsync("GET", "/api/v1/nodes?watch=true");
            (status, (string?)body["reason"]).ShouldBe((HttpStatusCode.TooManyRequests, "TooManyRequests"));
        }

        await UntilAsync(async () =>
        {
            using var request = server.Request("GET", "/api/v1/nodes?watch=true&timeoutSeconds=1");
            using var answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    [Theory]
    [InlineData("/api/v1/nodes?watch=true")]
    [InlineData("/api/v1/nodes/a?watch=true")]
    public async Task Head_OfAWatch_IsAnsweredAndOver(string path)
    {
        await using var server = await TwinServer.StartAsync();
        server.Twin.Put(TwinServer.Nodes, Node("a"));
        using var request = server.Request("HEAD", path);

        using var answer = await server.Client.SendAsync(request);

        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        (await answer.Content.ReadAsByteArrayAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task Watcher_ThatDoesNotRead_IsFetchedNothingForAndCutOff()
    {
        await using var server = await TwinServer.StartAsync(new ServingOptions { WatchesPerCaller = 1 });
        using var watch = await server.WatchAsync($"/api/v1/nodes?watch=true&resourceVersion={server.Twin.Version}");
        var large = new string('x', 100_000);
        await UntilAsync(() => server.Twin.Told > 0);
        for (var i = 0; i < 20; i++)
        {
            server.Twin.Put(TwinServer.Nodes, Node($"n{i}", $"large={large}"));
        }

        // The first of them is more than the connection holds.
        await UntilAsync(() => server.Twin.Told > 1);
        var told = server.Twin.Told;
        for (var i = 0; i < 20; i++)
        {
            server.Twin.Put(TwinServer.Nodes, Node($"m{i}", $"large={large}"));
        }

        server.Twin.Told.ShouldBe(told);
        await UntilAsync(async () =>
        {
            server.Clock.Advance(new ServingOptions().SlowestReader);
            using var request = server.Request("GET", $"/api/v1/nodes?watch=true&resourceVersion={server.Twin.Version}");
            using var answer = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            return answer.StatusCode == HttpStatusCode.OK;
        });
    }

    private static Task UntilAsync(Func<bool> isSo) => UntilAsync(() => Task.FromResult(isSo()));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (!await isSo())
        {
            await timer.WaitForNextTickAsync(patience.Token);
        }
    }

    private static JsonObject Node(string name, params string[] labels) => new()
    {
        ["apiVersion"] = "v1",
        ["kind"] = "Node",
        ["metadata"] = new JsonObject { ["name"] = name, ["labels"] = new JsonObject(labels.Select(l => new KeyValuePair<string, JsonNode?>(l.Split('=')[0], l.Split('=')[1]))) },
    };
}
