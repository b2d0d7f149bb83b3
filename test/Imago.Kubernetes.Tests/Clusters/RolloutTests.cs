using Imago.Application.Ports;
using Imago.Application.Reconciling;
using Imago.Domain.Channels;
using Imago.Domain.Clusters;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Actions;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Kubernetes.Tests.Clusters.Kit;
using Imago.Kubernetes.Tests.Records;
using NodaTime;
using Shouldly;
using Xunit;

namespace Imago.Kubernetes.Tests.Clusters;

/// <summary>The production reconciler rolls a pool over HTTP: to the end, whatever dies or fails on the way, with nothing of ours left behind.</summary>
public sealed class RolloutTests
{
    private const string New = "AKSUbuntu-2204gen2containerd-202611.20.0";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, 1)]
    [InlineData(1, 0)]
    [Trait("Rule", "UP-40")]
    [Trait("Rule", "UP-130")]
    [Trait("Rule", "UP-134")]
    [Trait("Rule", "UP-155")]
    [Trait("Rule", "UP-156")]
    public async Task Rollout_FourNodes_EndsUpgradedWithFewRequests(int surge, int unavailable)
    {
        await using var bench = await AttachedBench.StartAsync();
        await using var world = new MiniCluster(bench.Api, nodes: 4, replicas: 6);
        await using var cluster = await bench.OpenAsync();

        (await RollAsync(cluster.Connection, world, "a", surge, unavailable)).Phase.ShouldBe(RolloutPhase.Succeeded);

        ShouldBeTidy(bench, world, nodes: 4);
        world.FewestReady.ShouldBeGreaterThanOrEqualTo(5);
        var patches = bench.Api.Writes.Count(w => w.StartsWith("PATCH", StringComparison.Ordinal));
        patches.ShouldBeLessThanOrEqualTo(4 * 4);
        await cluster.DisposeAsync();
        await bench.Host.DisposeAsync();
        bench.Api.All("events").Select(e => e["message"]!.GetValue<string>()).ShouldContain("Successfully upgraded node: n1");
        bench.Api.All("events").Count(e => e["reason"]!.GetValue<string>() == "Surge").ShouldBe(surge);
        bench.Api.All("events").Count(e => e["reason"]!.GetValue<string>() == "Delete").ShouldBe(surge);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    [InlineData(8)]
    [InlineData(12)]
    [InlineData(17)]
    [InlineData(23)]
    [Trait("Rule", "UP-155")]
    public async Task Rollout_ServerDiesAfterSomeWrites_SuccessorWithAnEmptyDatabaseEndsIt(int writes)
    {
        await using var bench = await AttachedBench.StartAsync();
        await using var world = new MiniCluster(bench.Api, nodes: 3, replicas: 4);
        var cluster = await bench.OpenAsync();
        var done = 0;
        bench.Api.Fault = call => !call.StartsWith("GET", StringComparison.Ordinal) && !call.StartsWith("WATCH", StringComparison.Ordinal) && Interlocked.Increment(ref done) > writes ? 500 : null;
        await RollAsync(cluster.Connection, world, "first", 1, 0, until: () => done > writes);
        await cluster.DisposeAsync();
        bench.Api.Fault = _ => null;

        await using var other = new AttachedBench.Second(bench);
        await using var taken = await other.OpenAsync();
        var record = await RollAsync(taken.Connection, world, "second", 1, 0);

        record.Phase.ShouldBe(RolloutPhase.Succeeded);
        ShouldBeTidy(bench, world, nodes: 3);
        world.FewestReady.ShouldBeGreaterThanOrEqualTo(3);
        world.Operations.ShouldBe(3 + 2);
    }

    [Fact]
    public async Task Rollout_TwoServersAtOnce_OnlyOneWrites()
    {
        await using var bench = await AttachedBench.StartAsync();
        await using var world = new MiniCluster(bench.Api, nodes: 3, replicas: 4);
        await using var cluster = await bench.OpenAsync();
        await using var other = new AttachedBench.Second(bench);
        await using var rival = await other.OpenAsync();

        var both = await Task.WhenAll(RollAsync(cluster.Connection, world, "a", 1, 0), RollAsync(rival.Connection, world, "b", 1, 0));

        both.ShouldAllBe(r => r.Phase == RolloutPhase.Succeeded);
        both[0].Id.ShouldBe(both[1].Id);
        ShouldBeTidy(bench, world, nodes: 3);
        world.Operations.ShouldBe(3 + 2);
    }

    private static void ShouldBeTidy(AttachedBench bench, MiniCluster world, int nodes)
    {
        world.Images.ShouldBe(Enumerable.Repeat(New, nodes));
        foreach (var node in bench.Api.All("nodes"))
        {
            node["spec"]!["unschedulable"].ShouldBeNull();
            node["spec"]!["taints"].ShouldBeNull();
            node["metadata"]!["annotations"]!.AsObject().Select(a => a.Key).ShouldBe(["node.alpha.kubernetes.io/ttl"]);
        }
    }

    private static async Task<RolloutRecord> RollAsync(IClusterConnection connection, INodeProvider provider, string holder, int surge, int unavailable, Func<bool>? until = null)
    {
        var options = new ReconcilerOptions
        {
            Holder = holder,
            LeaseLength = Duration.FromSeconds(1),
            LeaseMargin = Duration.FromMilliseconds(250),
            RetryEviction = Duration.FromMilliseconds(20),
            FirstRetry = Duration.FromMilliseconds(20),
            LongestRetry = Duration.FromMilliseconds(100),
        };
        var reconciler = new ClusterReconciler(connection, provider, new WallClock(), options, new Silence());
        var spec = new ClusterSpec
        {
            Name = "c",
            Channel = NodeOsChannel.NodeImage,
            Pools =
            [
                new PoolSpec
                {
                    Name = "apps",
                    RequestedTarget = new RolloutTarget.Opaque(New),
                    Settings = new UpgradeSettings { MaxSurge = IntOrPercent.Of(surge), MaxUnavailable = IntOrPercent.Of(unavailable), Canary = Canary.None },
                },
            ],
        };
        for (var i = 0; i < 1000; i++)
        {
            await reconciler.ReconcileAsync(spec, ReleaseCatalog.Empty, Cancellation);
            if (until?.Invoke() == true)
            {
                return RecordStoreTests.Rollout();
            }

            try
            {
                if ((await connection.ReadRecordsAsync(Cancellation)).GetValueOrDefault("apps") is { Record: { Ended: true } record } && !record.NeedsCare(await connection.ObserveAsync(Cancellation)))
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

    internal sealed class Silence : IReconcileObserver
    {
        public void Decided(ClusterInput input, ClusterPlan plan)
        {
        }

        public void Decided(ClusterInput input, RolloutPlan plan)
        {
        }

        public void Acting(RolloutAction action)
        {
        }

        public void Refused(RolloutAction action, string answer)
        {
        }
    }
}
