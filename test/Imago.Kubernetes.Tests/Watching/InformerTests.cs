using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Imago.Kubernetes.Watching;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Watching;

public sealed class InformerTests : IAsyncLifetime
{
    private readonly ListeningSink _sink = new();
    private readonly CancellationTokenSource _ending = new();
    private ScriptedApi _api = null!;
    private SpokenCluster _cluster = null!;
    private KubernetesClient _client = null!;
    private Informer<KubernetesNode> _informer = null!;
    private Task _running = Task.CompletedTask;

    public async ValueTask InitializeAsync()
    {
        _api = await ScriptedApi.StartAsync();
        _cluster = new SpokenCluster(_api);
        _client = _api.Client();
        _informer = Make();
    }

    public async ValueTask DisposeAsync()
    {
        await _ending.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(10));
        _client.Dispose();
        await _api.DisposeAsync();
        _ending.Dispose();
    }

    [Fact]
    public async Task Run_ListAndChanges_AreToldInOrder()
    {
        _cluster.Set("a");
        _cluster.Set("b");
        await StartAsync();

        _cluster.Set("a");
        _cluster.Remove("b");
        _cluster.Set("c");
        await AgreesAsync();

        _sink.Told.ShouldBe(["seen a", "seen b", "synced", "seen a", "gone b", "seen c"]);
        (_informer.State.Synced, _informer.State.Connected, _informer.State.Trouble, _informer.Count).ShouldBe((true, true, null, 2));
        _informer.State.LastHeardAt.ShouldNotBeNull();
        _cluster.Lists.ShouldBe(1);
    }

    [Fact]
    public async Task Run_WatchEnds_GoesOnFromTheLastVersion()
    {
        _cluster.Set("a");
        await StartAsync();
        _cluster.Set("b");
        await AgreesAsync();

        _cluster.EndWatches();
        _cluster.Set("c");
        await AgreesAsync();

        (_cluster.Lists, _sink.Told.Count(t => t == "seen b")).ShouldBe((1, 1));
    }

    [Fact]
    public async Task Run_WatchBreaksInTheMiddleOfALine_LosesAndRepeatsNothing()
    {
        await StartAsync();

        _cluster.EndWatches("""{"type":"ADDED","object":{"kind":"No""");
        _cluster.Set("a");
        await AgreesAsync();

        _sink.Told.ShouldBe(["synced", "seen a"]);
    }

    [Fact]
    public async Task Run_BookmarkThenEnd_GoesOnFromTheBookmark()
    {
        await StartAsync();
        _cluster.Bookmark();
        await Eventually.IsTrueAsync(() => _cluster.Watches == 1, "the watch is open");
        _cluster.EndWatches();
        await Eventually.IsTrueAsync(() => _cluster.Watches == 2, "it is opened again");

        _api.Seen[^1].Query.ShouldContain("resourceVersion=110");
    }

    [Fact]
    public async Task Run_VersionForgotten_ListsAgainAndTellsOnlyDifferences()
    {
        _cluster.Set("kept");
        _cluster.Set("changed");
        _cluster.Set("lost");
        await StartAsync();
        var before = _sink.Told.Count;

        // Ended first, so that the watch cannot tell what is then forgotten.
        _cluster.EndWatches();
        _cluster.Set("changed");
        _cluster.Remove("lost");
        _cluster.Set("new");
        _cluster.Forget();
        _cluster.EndWatches();
        await AgreesAsync();
        await Eventually.IsTrueAsync(() => _sink.Told[^1] == "synced" || _cluster.Lists == 1, "it lists to the end");

        _sink.Told.Skip(before).Where(t => t != "synced").ShouldBe(["seen changed", "seen new", "gone lost"], ignoreOrder: true);
    }

    [Fact]
    public async Task Run_GoneAsAnAnswer_ListsAgain()
    {
        _cluster.Set("a");
        await StartAsync();
        _api.On("WATCH", "/api/v1/nodes", Replies.Status(410, "Expired", "too old resource version"), Replies.Watch([]));
        _cluster.EndWatches();

        await Eventually.IsTrueAsync(() => _cluster.Lists == 2, "it lists again");
    }

    [Fact]
    public async Task Run_VersionThatTheServerNeverHad_ListsAgain()
    {
        await StartAsync();
        _api.On("WATCH", "/api/v1/nodes", Replies.Status(504, "Timeout", "Too large resource version: 100, current: 5", details: """{"causes":[{"reason":"ResourceVersionTooLarge","message":"Too large resource version"}]}"""), Replies.Watch([]));
        _cluster.EndWatches();

        await Eventually.IsTrueAsync(() => _cluster.Lists == 2, "it lists again");
    }

    [Fact]
    public async Task Run_ServerAway_SaysSoAndComesBack()
    {
        _cluster.Set("a");
        await StartAsync();

        var port = _api.Address.Port;
        await _api.DisposeAsync();
        await Eventually.IsTrueAsync(() => _informer.State is { Connected: false, Trouble: not null }, "it notices");
        _informer.State.Synced.ShouldBeTrue();

        _api = await ScriptedApi.StartAsync(port: port);
        _cluster = new SpokenCluster(_api);
        _cluster.Set("b");
        _cluster.Forget();
        await AgreesAsync();
        await Eventually.IsTrueAsync(() => _informer.State is { Connected: true, Trouble: null }, "it is well again");
    }

    [Fact]
    public async Task Run_NotAllowed_SaysWhyAndGoesOnTrying()
    {
        _api.On("GET", "/api/v1/nodes", Replies.Status(403, "Forbidden", "nodes is forbidden"));
        _running = _informer.RunAsync(_ending.Token);

        await Eventually.IsTrueAsync(() => _informer.State.Trouble?.Contains("nodes is forbidden", StringComparison.Ordinal) == true, "it says why");
        _api.On("GET", "/api/v1/nodes", Replies.Status(500, "InternalError", "etcd is away"), Replies.Json(Documents.NodeList(100, null, Documents.Node("a", 7))));
        await _informer.WaitSyncedAsync(CancellationToken.None);

        _sink.Told.ShouldBe(["seen a", "synced"]);
    }

    [Fact]
    public async Task Run_PagesOfAListExpire_BeginsAnew()
    {
        _api.On(
            "GET",
            "/api/v1/nodes",
            Replies.Json(Documents.NodeList(100, "old", Documents.Node("a", 1), Documents.Node("lost", 2))),
            Replies.Status(410, "Expired", "too old", metadata: """{"continue":"newer"}"""),
            Replies.Json(Documents.NodeList(101, "next", Documents.Node("a", 1))),
            Replies.Json(Documents.NodeList(101, null, Documents.Node("b", 3))));

        await StartAsync();

        _sink.Told.ShouldBe(["seen a", "seen lost", "seen b", "gone lost", "synced"]);
    }

    [Fact]
    public async Task Run_WatchesThatEndAtOnce_AreNotAskedInACircle()
    {
        _api.On("WATCH", "/api/v1/nodes", Replies.Watch([]));
        _informer = Make(new InformerOptions { FirstWait = TimeSpan.FromSeconds(20) });

        await StartAsync();
        await Eventually.IsTrueAsync(() => _api.Seen.Count == 2, "it watches");
        await Task.Delay(200);

        _api.Seen.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Run_SinkCannotTakeAnObject_SaysSoAndTellsItUntilItCan()
    {
        _cluster.Set("a");
        await StartAsync();
        _sink.Before = name => _ = name == "odd" ? throw new InvalidOperationException("the sink chokes on it") : 0;
        _cluster.Set("odd");
        await Eventually.IsTrueAsync(() => _informer.State is { Connected: false, Trouble: { } trouble } && trouble.Contains("the sink chokes on it", StringComparison.Ordinal), "it says what is wrong");

        _sink.Before = _ => { };
        _cluster.Set("b");
        await AgreesAsync();
    }

    [Fact]
    public async Task Run_Cancelled_EndsWithoutAnError()
    {
        await StartAsync();

        await _ending.CancelAsync();
        await _running.WaitAsync(TimeSpan.FromSeconds(5));

        _informer.State.Connected.ShouldBeFalse();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Run_FaultsOfEveryKind_AgreesInTheEnd(int seed)
    {
        var random = new Random(seed);
        _running = _informer.RunAsync(_ending.Token);
        for (var step = 0; step < 400; step++)
        {
            var name = $"n{random.Next(12)}";
            switch (random.Next(20))
            {
                case < 10:
                    _cluster.Set(name);
                    break;
                case < 15:
                    _cluster.Remove(name);
                    break;
                case 15:
                    _cluster.Bookmark();
                    break;
                case 16:
                    _cluster.EndWatches();
                    break;
                case 17:
                    _cluster.EndWatches("""{"type":"MODI""");
                    break;
                case 18:
                    _cluster.EndWatches(Documents.Event("ERROR", """{"kind":"Status","message":"etcdserver: leader changed","code":500}"""));
                    break;
                default:
                    _cluster.Forget();
                    _cluster.EndWatches();
                    break;
            }

            if (step % 20 == 0)
            {
                await Task.Delay(5);
            }
        }

        await AgreesAsync();
    }

    private Informer<KubernetesNode> Make(InformerOptions? options = null) =>
        new(_client, ResourceTypes.Nodes, _sink, options ?? new InformerOptions { FirstWait = TimeSpan.FromMilliseconds(5), LongestWait = TimeSpan.FromMilliseconds(100) });

    private async Task StartAsync()
    {
        _running = _informer.RunAsync(_ending.Token);
        await _informer.WaitSyncedAsync(CancellationToken.None).WaitAsync(TimeSpan.FromSeconds(10));
        await Eventually.IsTrueAsync(() => _api.Seen.Any(s => s.Query.Contains("watch", StringComparison.Ordinal)), "it watches");
    }

    private Task AgreesAsync() => Eventually.IsTrueAsync(() => _sink.Agrees(_cluster), "the informer knows what the cluster has");
}
