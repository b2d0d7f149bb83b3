using System.Text.Json.Nodes;
using Imago.Application.NodeOs;
using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.NodeOs;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Records;
using NodaTime;
using Shouldly;
using Xunit;
using TestObjects = Imago.Kubernetes.Tests.Clusters.Kit.Objects;

namespace Imago.Kubernetes.Tests.Clusters;

/// <summary>The production reconciler rolls a pool of machines over HTTP, whose agents answer orders on their own nodes.</summary>
public sealed class InPlaceRolloutTests
{
    private const string New = "ImagoDebian-12-202611.20.0";

    private static readonly PatchLevel Level = PatchLevel.OfDate(new LocalDate(2026, 11, 20));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [Trait("Rule", "UP-31")]
    [Trait("Rule", "UP-151")]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "NM-34")]
    public async Task Rollout_NodeImage_DrainsCanaryFirstThenTheOthersAndKeepsEveryMachine(int unavailable)
    {
        await using var bench = (await AttachedBench.StartAsync()).InPlace();
        await using var world = new MiniCluster(bench.Api, nodes: 4, replicas: 6);
        await using var agents = new TestAgents(bench.Api);
        agents.NeedReboot.Add(Level);
        var before = Uids(bench);
        await using var cluster = await bench.OpenAsync();

        (await RollAsync(cluster, "a", unavailable)).Phase.ShouldBe(RolloutPhase.Succeeded);

        ShouldBeDone(bench, world, nodes: 4);
        Uids(bench).ShouldBe(before, "machines stay");
        var drained = agents.Begun.Where(b => b.Mode == OrderMode.Drained).ToList();
        drained.Select(b => b.Node).ShouldBe(["n1", "n2", "n3", "n4"], ignoreOrder: true);
        drained.ShouldAllBe(b => b.Cordoned);
        ShouldHaveOrderedOnce(agents);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(14)]
    [InlineData(20)]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-11")]
    public async Task Rollout_ServerDiesAfterSomeWrites_SuccessorWithAnEmptyDatabaseEndsItAndOrdersNothingTwice(int writes)
    {
        await using var bench = (await AttachedBench.StartAsync()).InPlace();
        await using var world = new MiniCluster(bench.Api, nodes: 3, replicas: 4);
        await using var agents = new TestAgents(bench.Api);
        agents.NeedReboot.Add(Level);
        var cluster = await bench.OpenAsync();
        var done = 0;
        bench.Api.Fault = call => !call.StartsWith("GET", StringComparison.Ordinal) && !call.StartsWith("WATCH", StringComparison.Ordinal) && Interlocked.Increment(ref done) > writes ? 500 : null;
        await RollAsync(cluster, "first", 1, until: () => done > writes);
        await cluster.DisposeAsync();
        bench.Api.Fault = _ => null;

        await using var other = new AttachedBench.Second(bench);
        await using var taken = await other.OpenAsync();
        (await RollAsync(taken, "second", 1)).Phase.ShouldBe(RolloutPhase.Succeeded);

        ShouldBeDone(bench, world, nodes: 3);
        ShouldHaveOrderedOnce(agents);
        agents.Begun.Where(b => b.Mode == OrderMode.Drained).Select(b => b.Node).ShouldBe(["n1", "n2", "n3"], ignoreOrder: true);
    }

    [Fact]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "NM-18")]
    public async Task Forget_AfterARollout_TakesOrdersLevelsAndUpdatersOffEveryNode()
    {
        await using var bench = (await AttachedBench.StartAsync()).InPlace();
        await using var world = new MiniCluster(bench.Api, nodes: 2, replicas: 2);
        await using var agents = new TestAgents(bench.Api);
        var cluster = await bench.OpenAsync();
        await RollAsync(cluster, "a", 1);
        await cluster.DisposeAsync();
        bench.Api.All("nodes").ShouldAllBe(n => TestAgents.Annotation(n, NodeAnnotations.Order) != null);

        await bench.Host.ForgetAsync(AttachedBench.Key, Cancellation);

        string[] ofAgents = [NodeAnnotations.AgentReport, NodeAnnotations.LivePatchingCurrent, "node.alpha.kubernetes.io/ttl"];
        foreach (var node in bench.Api.All("nodes"))
        {
            node["metadata"]!["annotations"]!.AsObject().Select(a => a.Key).ShouldBe(ofAgents, ignoreOrder: true);
            node["spec"]!["unschedulable"].ShouldBeNull();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    [Trait("Rule", "CH-30")]
    [Trait("Rule", "CH-31")]
    [Trait("Rule", "CH-33")]
    [Trait("Rule", "CH-34")]
    [Trait("Rule", "IM-13")]
    public async Task Rollout_SecurityPatch_IsLiveWhereNoRebootFollowsAndDrainedWhereOneDoes(bool reboot)
    {
        await using var bench = (await AttachedBench.StartAsync()).InPlace();
        await using var world = new MiniCluster(bench.Api, nodes: 3, replicas: 4);
        await using var agents = new TestAgents(bench.Api);
        if (reboot)
        {
            agents.NeedReboot.Add(Level);
        }

        await StageAsync(bench);
        await using var cluster = await bench.OpenAsync();

        (await RollAsync(cluster, "a", 1, target: new RolloutTarget.Patch(Level, LivePatching: true))).Phase.ShouldBe(RolloutPhase.Succeeded);

        agents.Begun.Where(b => b.Mode == OrderMode.Drained).ShouldAllBe(b => b.Cordoned);
        agents.Begun.Where(b => b.Mode == OrderMode.Drained).Select(b => b.Node).ShouldBe(reboot ? ["n1", "n2", "n3"] : [], ignoreOrder: true);
        agents.Begun.Where(b => b.Mode == OrderMode.Live).ShouldAllBe(b => !b.Cordoned);
        world.Images.ShouldAllBe(i => i == (reboot ? $"{TestAgents.First}-2026.11.20" : TestAgents.First));
        bench.Api.All("nodes").ShouldAllBe(n => TestAgents.Annotation(n, NodeAnnotations.LivePatchingCurrent) == "20261120T000000Z" && TestAgents.Annotation(n, NodeAnnotations.LivePatchingGolden) == "20261120T000000Z");
        ShouldHaveOrderedOnce(agents);
    }

    [Fact]
    [Trait("Rule", "CH-37")]
    public async Task Newcomer_WithTheTaint_IsPatchedWithoutAWindowAndThenTakesWork()
    {
        await using var bench = (await AttachedBench.StartAsync()).InPlace();
        await using var world = new MiniCluster(bench.Api, nodes: 2, replicas: 2);
        await using var agents = new TestAgents(bench.Api);
        await using var cluster = await bench.OpenAsync();
        var target = new RolloutTarget.Patch(Level, LivePatching: true);
        await RollAsync(cluster, "a", 1, target: target);
        bench.Api.Put("nodes", null, "n9", TestObjects.Node(change: n => n["spec"]!["taints"] = new JsonArray(new JsonObject { ["key"] = NodeLabels.NotPatchedTaint, ["effect"] = "NoSchedule" })));

        await RollAsync(cluster, "a", 1, target: target, done: () => bench.Api.Find("nodes", null, "n9")!["spec"]!["taints"] is null);

        agents.Begun.Where(b => b.Node == "n9").Select(b => (b.Mode, b.Cordoned)).ShouldContain((OrderMode.Drained, false));
        TestAgents.Annotation(bench.Api.Find("nodes", null, "n9")!, NodeAnnotations.LivePatchingCurrent).ShouldBe("20261120T000000Z");
        ShouldHaveOrderedOnce(agents);
    }

    // As it is done before a window opens: what the agents plan decides between live and drained.
    private static async Task StageAsync(AttachedBench bench)
    {
        foreach (var name in bench.Api.All("nodes").Select(n => n["metadata"]!["name"]!.GetValue<string>()))
        {
            bench.Api.Change("nodes", null, name, n =>
            {
                n["metadata"]!["annotations"]![NodeAnnotations.Order] = OrderText.Write(new NodeOrder { Id = $"staged/{name}", Mode = OrderMode.Stage, Level = Level });
                return true;
            });
        }

        for (var i = 0; i < 1000 && !bench.Api.All("nodes").All(n => TestAgents.ReportOf(n)?.Phase == AgentPhase.Staged); i++)
        {
            await Task.Delay(5, Cancellation);
        }

        bench.Api.All("nodes").ShouldAllBe(n => TestAgents.ReportOf(n)!.Planned != null);
    }

    // Each id stands on one node with one text, and never again once another one has taken its place.
    private static void ShouldHaveOrderedOnce(TestAgents agents)
    {
        var orders = agents.OrdersEver.Select(t => OrderText.Read(t, out _)!).ToList();
        orders.ShouldNotBeEmpty();
        orders.Select(o => o.Id).ShouldBeUnique();
        agents.Begun.Select(b => b.Id).ShouldBeUnique();
    }

    private static void ShouldBeDone(AttachedBench bench, MiniCluster world, int nodes)
    {
        world.Images.ShouldBe(Enumerable.Repeat(New, nodes));
        foreach (var node in bench.Api.All("nodes"))
        {
            node["spec"]!["unschedulable"].ShouldBeNull();
            node["spec"]!["taints"].ShouldBeNull();
            TestAgents.ReportOf(node)!.Phase.ShouldBe(AgentPhase.Applied);
        }
    }

    private static IReadOnlyList<string> Uids(AttachedBench bench) => [.. bench.Api.All("nodes").Select(n => n["metadata"]!["uid"]!.GetValue<string>())];

    private static async Task<RolloutRecord> RollAsync(Application.Engine.IHostedCluster cluster, string holder, int unavailable, Func<bool>? until = null, RolloutTarget? target = null, Func<bool>? done = null)
    {
        var connection = cluster.Connection;
        var options = new ReconcilerOptions
        {
            Holder = holder,
            LeaseLength = Duration.FromSeconds(1),
            LeaseMargin = Duration.FromMilliseconds(250),
            RetryEviction = Duration.FromMilliseconds(20),
            FirstRetry = Duration.FromMilliseconds(20),
            LongestRetry = Duration.FromMilliseconds(100),
        };
        var reconciler = new ClusterReconciler(connection, cluster.Provider, new WallClock(), options, new RolloutTests.Silence());
        var spec = new ClusterSpec
        {
            Name = "c",
            Channel = target is null ? NodeOsChannel.NodeImage : NodeOsChannel.SecurityPatch,
            Attached = true,
            Pools =
            [
                new PoolSpec
                {
                    Name = "apps",
                    RequestedTarget = target ?? new RolloutTarget.Opaque(New),
                    Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(0), MaxUnavailable = IntOrPercent.Of(unavailable), Canary = Canary.FirstNode, CanarySoak = Duration.FromMilliseconds(100) },
                    Provider = (await cluster.Provider.LimitsAsync(Cancellation))!.For("apps"),
                },
            ],
        };
        for (var i = 0; i < 2000; i++)
        {
            try
            {
                await reconciler.ReconcileAsync(spec, ReleaseCatalog.Empty, Cancellation);
                if (until?.Invoke() == true)
                {
                    return RecordStoreTests.Rollout();
                }

                if ((await connection.ReadRecordsAsync(Cancellation)).GetValueOrDefault("apps") is { Record: { Ended: true } record } && !record.NeedsCare(await connection.ObserveAsync(Cancellation)) && done?.Invoke() != false)
                {
                    return record;
                }
            }
            catch (ConnectionException)
            {
                // The next try.
            }

            await Task.Delay(5, Cancellation);
        }

        throw new InvalidOperationException($"The rollout did not end: {(await connection.ReadRecordsAsync(Cancellation)).GetValueOrDefault("apps")?.Record}");
    }
}
