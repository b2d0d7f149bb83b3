using Imago.Domain.Clusters;
using Imago.Kubernetes.Configuration;
using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Transport;

public sealed class KubernetesClientTests : IAsyncLifetime
{
    private static readonly ObjectKey NodeA = new("", "a");
    private static readonly ObjectKey Pod = new("shop", "web");
    private ScriptedApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await ScriptedApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Find_Missing_IsNull()
    {
        using var client = _api.Client();

        (await client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None)).ShouldBeNull();
    }

    [Fact]
    public async Task Find_ClientIsPutAway_IsAConnectionThatFailed()
    {
        var (used, unused) = (_api.Client(), _api.Client());
        await used.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None);
        used.Dispose();
        unused.Dispose();

        await Should.ThrowAsync<KubernetesException>(() => used.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None));
        await Should.ThrowAsync<KubernetesException>(() => unused.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None));
    }

    [Fact]
    public async Task Version_ProxyWantsAPassword_GetsThatOfItsAddress()
    {
        _api.On(
            "GET",
            "/version",
            async c =>
            {
                c.Response.Headers.ProxyAuthenticate = "Basic realm=\"p\"";
                await Replies.Json("{}", 407)(c);
            },
            Replies.Json("""{"major":"1","gitVersion":"v1.36.2"}"""));
        using var client = Through(_api, new Uri("http://cluster.example"));

        (await client.VersionAsync(CancellationToken.None)).GitVersion.ShouldBe("v1.36.2");
        _api.Seen[1].Headers["Proxy-Authorization"].ShouldBe($"Basic {Convert.ToBase64String("me:pr0xy word"u8)}");
    }

    [Fact]
    public async Task Version_ProxyRefuses_ItsPasswordIsNotShown()
    {
        using var client = Through(_api, new Uri("https://cluster.example"));

        var failure = await Should.ThrowAsync<KubernetesException>(() => client.VersionAsync(CancellationToken.None));

        failure.ToString().ShouldNotContain("pr0xy");
    }

    [Fact]
    public async Task Find_BusyServer_IsAskedAgainAfterTheTimeItSays()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Status(429, "TooManyRequests", "busy", retryAfter: 0), Replies.Status(503, "ServiceUnavailable", "starting", retryAfter: 0), Replies.Json(Documents.Node("a", 7)));
        using var client = _api.Client();

        (await client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None))!.Metadata.ResourceVersion.ShouldBe("7");
        _api.Seen.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Find_ServerStaysBusy_GivesUpAndSaysHowLongToWait()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Status(429, "TooManyRequests", "busy", retryAfter: 0));
        using var client = _api.Client(o => o with { Repeats = 2 });

        var refused = await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None));

        (refused.Code, refused.RetryAfter).ShouldBe((429, TimeSpan.Zero));
        _api.Seen.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Find_ServerAsksForTooLong_IsNotWaitedFor()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Status(503, "ServiceUnavailable", "maintenance", retryAfter: 3600));
        using var client = _api.Client();

        (await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None))).RetryAfter.ShouldBe(TimeSpan.FromHours(1));
        _api.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Find_Forbidden_NamesRequestAndUser()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Status(403, "Forbidden", "nodes is forbidden"));
        using var client = _api.Client();

        var refused = await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None));

        refused.IsForbidden.ShouldBeTrue();
        refused.Message.ShouldBe($"Cluster {_api.Address} (context test): GET /api/v1/nodes/a was answered with 403: nodes is forbidden. Grant the permission, or use another user.");
    }

    [Fact]
    public async Task Find_NoAnswerInTime_SaysSo()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Nothing(_api.Stopping));
        using var client = _api.Client(o => o with { RequestTimeout = TimeSpan.FromMilliseconds(200) });

        var failed = await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None));

        failed.Code.ShouldBe(0);
        failed.Message.ShouldContain("was not answered within 0.2 s");
    }

    [Fact]
    public async Task Find_Cancelled_IsCancellationAndNoError()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Nothing(_api.Stopping));
        using var client = _api.Client();
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, cancelled.Token));
    }

    [Fact]
    public async Task Find_NobodyListens_NamesTheAddress()
    {
        using var client = _api.Client();
        await _api.DisposeAsync();

        (await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None))).Message.ShouldContain($"nobody answers at {_api.Address.Authority}");
    }

    [Theory]
    [InlineData("<html>a proxy's page</html>")]
    [InlineData("""{"metadata":{"name":"a","labels":[1]}}""")]
    [InlineData("null")]
    public async Task Find_NonsenseAnswer_IsAnErrorOfTheConnection(string body)
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Json(body));
        using var client = _api.Client();

        (await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None))).Message.ShouldContain("not what was asked for");
    }

    [Fact]
    public async Task Find_AnswerTooLong_IsRefused()
    {
        _api.On("GET", "/api/v1/nodes/a", Replies.Json($$$"""{"metadata":{"name":"{{{new string('x', 3 << 20)}}}"}}"""));
        using var client = _api.Client(o => o with { LongestAnswer = 2 << 20 });

        (await Should.ThrowAsync<KubernetesException>(() => client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None))).Message.ShouldContain("longer than 2 MiB");
    }

    [Fact]
    public async Task Request_TokenExpired_IsRenewedOnce()
    {
        var credential = new CountingCredential();
        _api.On("GET", "/api/v1/nodes/a", async context => await (context.Request.Headers.Authorization == "Bearer token2" ? Replies.Json(Documents.Node("a", 1)) : Replies.Status(401, "Unauthorized", "Unauthorized"))(context));
        using var client = _api.Client(credential: credential);

        (await client.FindAsync(ResourceTypes.Nodes, NodeA, CancellationToken.None)).ShouldNotBeNull();
        _api.Seen.Select(s => s.Headers["Authorization"]).ShouldBe(["Bearer token1", "Bearer token2"]);
    }

    [Fact]
    public async Task Request_NobodyIsBelieved_EndsAfterTwo()
    {
        _api.On("POST", "/api/v1/namespaces/shop/configmaps", Replies.Status(401, "Unauthorized", "Unauthorized"));
        using var client = _api.Client(credential: new CountingCredential());

        (await Should.ThrowAsync<KubernetesException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, new ConfigMap { Metadata = new() { Name = "a", Namespace = "shop" } }, CancellationToken.None)))
            .IsUnauthorized.ShouldBeTrue();
        _api.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task List_Pages_AreFollowed()
    {
        _api.On(
            "GET",
            "/api/v1/nodes",
            Replies.Json(Documents.NodeList(5, "next+/=", Documents.Node("a", 1), Documents.Node("b", 2))),
            Replies.Json(Documents.NodeList(5, null, Documents.Node("c", 3))));
        using var client = _api.Client();

        (await NamesAsync(client)).ShouldBe(["a", "b", "c"]);
        _api.Seen.Select(s => s.Query).ShouldBe(["?limit=500", "?limit=500&continue=next%2B%2F%3D"]);
    }

    [Fact]
    public async Task List_ContinueTokenExpired_GoesOnWithTheNewerOneOnce()
    {
        _api.On(
            "GET",
            "/api/v1/nodes",
            Replies.Json(Documents.NodeList(5, "old", Documents.Node("a", 1))),
            Replies.Status(410, "Expired", "The provided continue parameter is too old", metadata: """{"continue":"newer"}"""),
            Replies.Json(Documents.NodeList(9, null, Documents.Node("c", 8))));
        using var client = _api.Client();

        (await NamesAsync(client)).ShouldBe(["a", "c"]);
        _api.Seen[^1].Query.ShouldBe("?limit=500&continue=newer");
    }

    [Fact]
    public async Task List_ContinueTokenExpiredForEver_Fails()
    {
        _api.On(
            "GET",
            "/api/v1/nodes",
            Replies.Json(Documents.NodeList(5, "old", Documents.Node("a", 1))),
            Replies.Status(410, "Expired", "too old", metadata: """{"continue":"newer"}"""));
        using var client = _api.Client();

        (await Should.ThrowAsync<KubernetesException>(() => NamesAsync(client))).IsGone.ShouldBeTrue();
        _api.Seen.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Patch_Conflicts_AreValues()
    {
        _api.On("PATCH", "/api/v1/nodes/a", Replies.Status(409, "Conflict", "the object has been modified"), Replies.Status(404, "NotFound", "gone"), Replies.Json(Documents.Node("a", 9)));
        using var client = _api.Client();

        var patch = """{"metadata":{"resourceVersion":"1"}}"""u8.ToArray();
        (await client.PatchAsync(ResourceTypes.Nodes, NodeA, PatchKind.Merge, patch, CancellationToken.None)).Conflict.ShouldBeTrue();
        (await client.PatchAsync(ResourceTypes.Nodes, NodeA, PatchKind.Merge, patch, CancellationToken.None)).NotFound.ShouldBeTrue();
        (await client.PatchAsync(ResourceTypes.Nodes, NodeA, PatchKind.Merge, patch, CancellationToken.None)).OrThrow().Metadata.ResourceVersion.ShouldBe("9");
    }

    [Theory]
    [InlineData(404, "", EvictionResult.NotFound)]
    [InlineData(409, "", EvictionResult.WrongUid)]
    [InlineData(429, """{"causes":[{"reason":"DisruptionBudget","message":"The disruption budget web needs 4 healthy pods and has 4 currently"}]}""", EvictionResult.Refused)]
    [InlineData(500, "", EvictionResult.SeveralBudgets)]
    public async Task Evict_Refused_IsAValueAndNeverRepeated(int code, string details, EvictionResult expected)
    {
        _api.On("POST", "/api/v1/namespaces/shop/pods/web/eviction", Replies.Status(code, "X", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.", retryAfter: 0, details: details.Length == 0 ? "{}" : details));
        using var client = _api.Client();

        var answer = await client.EvictAsync(Pod, "uid", null, CancellationToken.None);

        answer.Result.ShouldBe(expected);
        answer.ByBudget.ShouldBe(code == 429);
        _api.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Create_BusyServer_IsNotRepeated()
    {
        _api.On("POST", "/api/v1/namespaces/shop/configmaps", Replies.Status(429, "TooManyRequests", "busy", retryAfter: 0));
        using var client = _api.Client();

        (await Should.ThrowAsync<KubernetesException>(() => client.CreateAsync(ResourceTypes.ConfigMaps, new ConfigMap { Metadata = new() { Name = "a", Namespace = "shop" } }, CancellationToken.None))).Code.ShouldBe(429);
        _api.Seen.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Request_Observer_IsToldVerbResourceCodeAndBytes()
    {
        _api.On("GET", "/apis/policy/v1/poddisruptionbudgets", Replies.Json("""{"metadata":{"resourceVersion":"1"},"items":null}"""));
        var observer = new Observer();
        using var client = _api.Client(o => o with { Observer = observer });

        (await client.ListPageAsync(ResourceTypes.Budgets, ListQuery.All, CancellationToken.None)).Items.ShouldBeNull();

        observer.Told.ShouldBe(["list poddisruptionbudgets.policy 200 0", "received 49"]);
    }

    [Fact]
    public async Task Raw_Refused_IsAnAnswer()
    {
        using var client = _api.Client();

        var answer = await client.GetRawAsync("/apis/nothing/v1", CancellationToken.None);

        answer.Code.ShouldBe(404);
        answer.ServerTime.ShouldNotBeNull();
    }

    private static async Task<List<string>> NamesAsync(KubernetesClient client)
    {
        List<string> names = [];
        await foreach (var node in client.ListAsync(ResourceTypes.Nodes, ListQuery.All, CancellationToken.None))
        {
            names.Add(node.Metadata.Name!);
        }

        return names;
    }

    private sealed class CountingCredential : Credential
    {
        private int _tokens = 1;

        public override ValueTask<Identity> GetAsync(CancellationToken cancellation) => ValueTask.FromResult(new Identity(new("Bearer", $"token{_tokens}"), null));

        public override bool Reject(Identity refused)
        {
            _tokens++;
            return true;
        }
    }

    private sealed class Observer : IRequestObserver
    {
        public List<string> Told { get; } = [];

        public void Answered(string verb, string resource, int code, long sent) => Told.Add($"{verb} {resource} {code} {sent}");

        public void Received(string verb, string resource, long bytes) => Told.Add($"received {bytes}");
    }

    private static KubernetesClient Through(ScriptedApi proxy, Uri server) => new(
        new ClusterAccess { Server = server, Proxy = new UriBuilder(proxy.Address) { UserName = "me", Password = "pr0xy%20word" }.Uri }, new KubernetesClientOptions { Time = new RealClock() });
}
