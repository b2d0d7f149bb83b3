using Imago.Kubernetes.Objects;
using Imago.Kubernetes.Tests.Kit;
using Imago.Kubernetes.Transport;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Transport;

public sealed class WatchTests : IAsyncLifetime
{
    private const string Nodes = "/api/v1/nodes";
    private ScriptedApi _api = null!;

    public async ValueTask InitializeAsync() => _api = await ScriptedApi.StartAsync();

    public ValueTask DisposeAsync() => _api.DisposeAsync();

    [Fact]
    public async Task Watch_Events_ComeInOrderWithTheirVersions()
    {
        _api.On("WATCH", Nodes, Replies.Watch([Documents.Event("ADDED", Documents.Node("a", 2)) + Documents.Event("MODIFIED", Documents.Node("a", 3)), Documents.Bookmark(9), Documents.Event("DELETED", Documents.Node("a", 10))]));

        (await ReadAsync()).ShouldBe(["Added a 2", "Modified a 3", "Bookmark  9", "Deleted a 10"]);
    }

    [Fact]
    public async Task Watch_EventsCutAnywhere_AreWhole()
    {
        var text = Documents.Event("ADDED", Documents.Node("größer", 2)) + "\r\n" + Documents.Event("MODIFIED", Documents.Node(new string('n', 40_000), 3));
        _api.On("WATCH", Nodes, Replies.Watch(text.Chunk(1013).Select(c => new string(c))));

        (await ReadAsync()).Select(e => e.Length).ShouldBe(["Added größer 2".Length, 40_000 + "Modified  3".Length]);
    }

    [Fact]
    public async Task Watch_ObjectBeforeType_IsRead()
    {
        _api.On("WATCH", Nodes, Replies.Watch([$$"""{"object":{{Documents.Node("a", 2)}},"more":[{}],"type":"ADDED"}""" + "\n"]));

        (await ReadAsync()).ShouldBe(["Added a 2"]);
    }

    [Fact]
    public async Task Watch_VersionTooOld_IsGone()
    {
        _api.On("WATCH", Nodes, Replies.Watch([Documents.Bookmark(3), Documents.Expired()]));
        List<string> told = [];

        var failed = await Should.ThrowAsync<KubernetesException>(() => ReadAsync(told));

        failed.IsGone.ShouldBeTrue();
        failed.Message.ShouldContain("too old resource version: 1 (9)");
        told.ShouldBe(["Bookmark  3"]);
    }

    [Fact]
    public async Task Watch_SaysNothingForLong_IsBroken()
    {
        var packets = System.Threading.Channels.Channel.CreateUnbounded<string>();
        packets.Writer.TryWrite(Documents.Bookmark(3));
        _api.On("WATCH", Nodes, Replies.Watch(packets.Reader, _api.Stopping));
        using var client = _api.Client(o => o with { WatchSilence = TimeSpan.FromMilliseconds(300) });
        List<string> told = [];

        var failed = await Should.ThrowAsync<KubernetesException>(async () =>
        {
            await foreach (var happened in client.WatchAsync(ResourceTypes.Nodes, new WatchQuery { ResourceVersion = "1" }, TestContext.Current.CancellationToken))
            {
                told.Add(happened.ResourceVersion);
            }
        });

        (failed.Code, told.ShouldHaveSingleItem()).ShouldBe((0, "3"));
    }

    [Fact]
    public async Task Watch_EndsInTheMiddleOfALine_IsBroken()
    {
        var line = Documents.Event("ADDED", Documents.Node("a", 2));
        _api.On("WATCH", Nodes, Replies.Watch([line, line[..30]]));
        List<string> told = [];

        (await Should.ThrowAsync<KubernetesException>(() => ReadAsync(told))).Code.ShouldBe(0);

        told.ShouldBe(["Added a 2"]);
    }

    [Fact]
    public async Task Watch_ConnectionBreaks_IsBroken()
    {
        _api.On("WATCH", Nodes, Replies.Watch([Documents.Event("ADDED", Documents.Node("a", 2))], broken: true));

        (await Should.ThrowAsync<KubernetesException>(() => ReadAsync())).Code.ShouldBe(0);
    }

    [Fact]
    public async Task Watch_SilentBeyondItsEnd_IsGivenUp()
    {
        _api.On("WATCH", Nodes, Replies.Watch(System.Threading.Channels.Channel.CreateUnbounded<string>().Reader, _api.Stopping));

        var failed = await Should.ThrowAsync<KubernetesException>(() => ReadAsync(change: o => o with { WatchLength = TimeSpan.FromMilliseconds(100), WatchGrace = TimeSpan.FromMilliseconds(200), Jitter = () => 0 }));

        failed.Message.ShouldContain("was not answered within 0.3 s");
    }

    [Fact]
    public async Task Watch_LineTooLong_IsRefused()
    {
        _api.On("WATCH", Nodes, Replies.Watch([Documents.Event("ADDED", Documents.Node(new string('n', 3 << 20), 2))]));

        (await Should.ThrowAsync<KubernetesException>(() => ReadAsync(change: o => o with { LongestAnswer = 1 << 20 }))).Message.ShouldContain("a line is longer than 1 MiB");
    }

    [Fact]
    public async Task Watch_Cancelled_EndsAtOnce()
    {
        _api.On("WATCH", Nodes, Replies.Watch(System.Threading.Channels.Channel.CreateUnbounded<string>().Reader, _api.Stopping));
        using var cancelled = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));

        await Should.ThrowAsync<OperationCanceledException>(() => ReadAsync(cancellation: cancelled.Token));
    }

    [Fact]
    public async Task Watch_Request_AsksForBookmarksAndAnEnd()
    {
        _api.On("WATCH", Nodes, Replies.Watch([]));

        await ReadAsync(change: o => o with { Jitter = () => 0.5 });

        _api.Seen.Single().PathAndQuery.ShouldBe("/api/v1/nodes?watch=true&allowWatchBookmarks=true&resourceVersion=1&timeoutSeconds=450");
    }

    private async Task<List<string>> ReadAsync(List<string>? told = null, Func<KubernetesClientOptions, KubernetesClientOptions>? change = null, CancellationToken cancellation = default)
    {
        told ??= [];
        using var client = _api.Client(change);
        await foreach (var happened in client.WatchAsync(ResourceTypes.Nodes, new WatchQuery { ResourceVersion = "1" }, cancellation))
        {
            told.Add($"{happened.Type} {happened.Object.Metadata.Name} {happened.ResourceVersion}");
        }

        return told;
    }
}
