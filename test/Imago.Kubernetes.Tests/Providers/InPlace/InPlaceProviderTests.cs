using Imago.Application.NodeOs;
using Imago.Application.Ports;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Images.Archives;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts.Actions;
using Imago.Kubernetes.Tests.Clusters.Kit;
using NodaTime;
using Shouldly;
using Xunit;
using TestObjects = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Providers.InPlace;

/// <summary>Orders on nodes as operations of a provider, over HTTP.</summary>
public sealed class InPlaceProviderTests
{
    private const string Image = "ImagoDebian-12-202611.20.0";

    private static readonly PatchLevel Level = PatchLevel.OfDate(new LocalDate(2026, 11, 20));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    [Trait("Rule", "NM-30")]
    [Trait("Rule", "CH-34")]
    public async Task Begin_Reimage_IsAnOrderOnTheNode()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);

        var operation = await cluster.Provider.BeginAsync(Request() with { Image = $"{Image}-2026.11.20", Level = Level }, Cancellation);

        operation.State.ShouldBe(OperationState.Running);
        var order = OrderOn(bench, "n1")!;
        (order.Id, order.Mode, order.Content, order.Level, order.Image, order.Epoch).ShouldBe(("op-1", OrderMode.Drained, OrderContent.Security, Level, $"{Image}-2026.11.20", 1));
        TestAgents.Annotation(bench.Api.Find("nodes", null, "n1")!, NodeAnnotations.LivePatchingGolden).ShouldBe("20261120T000000Z");
        (await cluster.Provider.FindAsync("op-1", Cancellation))!.State.ShouldBe(OperationState.Running);
        (await cluster.Provider.FindAsync("op-2", Cancellation)).ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "UP-11")]
    public async Task Begin_SameIdAgain_WritesNothing()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);
        await cluster.Provider.BeginAsync(Request(), Cancellation);
        var (text, writes) = (Text(bench, "n1"), bench.Api.Writes.Count);

        await cluster.Provider.BeginAsync(Request(), Cancellation);
        await cluster.Provider.BeginAsync(Request() with { Epoch = 9 }, Cancellation);

        (Text(bench, "n1"), bench.Api.Writes.Count).ShouldBe((text, writes));
    }

    [Fact]
    [Trait("Rule", "NM-48")]
    public async Task Begin_ArchiveWasSignedAgain_WritesTheSameOrderWithTheEditionOfNow()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);
        await cluster.Provider.BeginAsync(Request() with { Archive = EditionOf("aa") }, Cancellation);
        var before = OrderOn(bench, "n1")!;

        var operation = await cluster.Provider.BeginAsync(Request() with { Archive = EditionOf("bb"), Epoch = 2 }, Cancellation);

        operation.State.ShouldBe(OperationState.Running);
        OrderOn(bench, "n1").ShouldBe(before with { Archive = EditionOf("bb"), Epoch = 2 });
    }

    [Fact]
    [Trait("Rule", "UP-11")]
    public async Task Begin_OrderOfAHigherEpochStands_IsStaleAndNotKept()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);
        await cluster.Provider.BeginAsync(Request("op-9") with { Epoch = 5 }, Cancellation);

        var stale = await cluster.Provider.BeginAsync(Request("op-1") with { Epoch = 4 }, Cancellation);

        (stale.State, stale.Code).ShouldBe((OperationState.Failed, ProviderCodes.StaleEpoch));
        OrderOn(bench, "n1")!.Id.ShouldBe("op-9");
        (await cluster.Provider.FindAsync("op-1", Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData("""{"id":"op-0","mode":"drained","content":"everything","level":"20261101T000000Z","epoch":1}""")]
    [InlineData("""{"id":"op-0","mode":"sideways"}""")]
    [Trait("Rule", "NM-30")]
    public async Task Begin_AnotherOrderOrAnUnreadableOneStands_IsReplaced(string standing)
    {
        await using var bench = await StartAsync(standing);
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);

        (await cluster.Provider.BeginAsync(Request(), Cancellation)).State.ShouldBe(OperationState.Running);

        OrderOn(bench, "n1")!.Id.ShouldBe("op-1");
        (await cluster.Provider.FindAsync("op-0", Cancellation)).ShouldBeNull();
    }

    [Theory]
    [InlineData(ProviderVerb.Create, ProviderCodes.NotInPlace)]
    [InlineData(ProviderVerb.Delete, ProviderCodes.NotInPlace)]
    [Trait("Rule", "UP-31")]
    public async Task Begin_MachineToMakeOrDelete_FailsAndIsFoundFailed(ProviderVerb verb, string code)
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();

        var refused = await cluster.Provider.BeginAsync(Request() with { Verb = verb }, Cancellation);

        (refused.State, refused.Code).ShouldBe((OperationState.Failed, code));
        (await cluster.Provider.FindAsync("op-1", Cancellation)).ShouldBe(refused);
        OrderOn(bench, "n1").ShouldBeNull();
    }

    [Theory]
    [InlineData("n7", Image, ProviderCodes.NodeNotFound)]
    [InlineData("n1", "golden-image", ProviderCodes.NothingToOrder)]
    public async Task Begin_NothingThatCouldBeOrdered_Fails(string node, string image, string code)
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);

        var refused = await cluster.Provider.BeginAsync(Request() with { Node = node, Image = image }, Cancellation);

        (refused.State, refused.Code).ShouldBe((OperationState.Failed, code));
        (await cluster.Provider.FindAsync("op-1", Cancellation)).ShouldBe(refused);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    public async Task Begin_NodeChangesMeanwhile_OrdersOnWhatIsThereNow()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);
        var raced = 0;
        bench.Api.Delay = call =>
        {
            // Somebody else is faster than the first patch, and their watch is slower than its answer.
            if (call == "PATCH nodes/n1" && raced++ == 0)
            {
                bench.Api.Change("nodes", null, "n1", n =>
                {
                    n["metadata"]!["annotations"]!["theirs"] = "1";
                    return true;
                });
            }

            return Task.CompletedTask;
        };

        (await cluster.Provider.BeginAsync(Request(), Cancellation)).State.ShouldBe(OperationState.Running);

        raced.ShouldBeGreaterThan(1);
        OrderOn(bench, "n1")!.Id.ShouldBe("op-1");
        TestAgents.Annotation(bench.Api.Find("nodes", null, "n1")!, "theirs").ShouldBe("1");
    }

    [Fact]
    [Trait("Rule", "UP-80")]
    public async Task Begin_LeaseIsLost_OrdersNothing()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);
        bench.Api.Change("leases", "imago-system", "imago", l =>
        {
            l["spec"]!["holderIdentity"] = "another";
            return true;
        });
        await Should.ThrowAsync<ConnectionException>(async () =>
        {
            for (var i = 0; i < 500; i++)
            {
                await cluster.Provider.BeginAsync(Request("op-0") with { Node = "n2" }, Cancellation);
                await Task.Delay(10, Cancellation);
            }
        });

        await Should.ThrowAsync<ConnectionException>(() => cluster.Provider.BeginAsync(Request(), Cancellation).AsTask());

        OrderOn(bench, "n1").ShouldBeNull();
    }

    [Fact]
    [Trait("Rule", "NM-34")]
    public async Task Find_AgentReports_OperationFollows()
    {
        await using var bench = await StartAsync();
        await using var cluster = await bench.OpenAsync();
        await HoldAsync(cluster.Connection);
        await cluster.Provider.BeginAsync(Request(), Cancellation);

        await ReportAsync(AgentPhase.Applying, null, OperationState.Running);
        await ReportAsync(AgentPhase.Refused, "LevelLower", OperationState.Failed);
        await ReportAsync(AgentPhase.Applied, null, OperationState.Succeeded);

        // Another server, which knows nothing, finds the same.
        await using var second = new AttachedBench.Second(bench);
        await using var other = await second.OpenAsync();
        (await other.Provider.FindAsync("op-1", Cancellation))!.State.ShouldBe(OperationState.Succeeded);

        async Task ReportAsync(AgentPhase phase, string? reason, OperationState expected)
        {
            bench.Api.Change("nodes", null, "n1", n =>
            {
                n["metadata"]!["annotations"]![NodeAnnotations.AgentReport] = ReportText.Write(new AgentReport { OrderId = "op-1", Phase = phase, Reason = reason, Message = reason, At = Now() });
                return true;
            });
            await AttachedBench.SeesAsync(cluster.Connection, v => v.Nodes["n1"].Agent?.Phase == phase);
            var found = (await cluster.Provider.FindAsync("op-1", Cancellation))!;
            (found.State, found.Code).ShouldBe((expected, expected == OperationState.Failed ? reason : null));
        }
    }

    private static async Task<AttachedBench> StartAsync(string? standing = null)
    {
        var bench = (await AttachedBench.StartAsync()).InPlace();
        foreach (var name in new[] { "n1", "n2" })
        {
            bench.Api.Put("nodes", null, name, TestObjects.Node(image: TestAgents.First, change: n =>
            {
                if (standing is not null && name == "n1")
                {
                    n["metadata"]!["annotations"]![NodeAnnotations.Order] = standing;
                }
            }));
        }

        return bench;
    }

    private static async Task HoldAsync(IClusterConnection connection) => (await connection.HoldLeaseAsync("test", Duration.FromMinutes(1), Cancellation)).ShouldNotBeNull();

    private static ProviderRequest Request(string id = "op-1") => new(id, ProviderVerb.Reimage, "apps", "n1", Image, null, 1);

    private static string? Text(AttachedBench bench, string node) => TestAgents.Annotation(bench.Api.Find("nodes", null, node)!, NodeAnnotations.Order);

    private static NodeOrder? OrderOn(AttachedBench bench, string node) => OrderText.Read(Text(bench, node), out _);

    private static Instant Now() => Instant.FromDateTimeOffset(new WallClock().GetUtcNow());

    private static ArchiveState EditionOf(string hash) =>
        new([new SuiteState(ArchivePocket.Security, "http://mirror.example/debian-security", "bookworm-security", ["main"], Level.Moment, hash)]);
}
