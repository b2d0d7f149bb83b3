using Imago.Domain.Clusters;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Serving;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving;

public sealed class ShapingTests
{
    [Fact]
    public async Task Shape_NewCluster_NodesJoinOverTimeAndBecomeReady()
    {
        var server = new Server();
        var first = await server.ShapeAsync(Shapes.Three);
        first.Done.ShouldBeFalse();
        first.Ready["nodepool1"].ShouldBe(0);
        (await server.Host.LookAsync(Server.Key, Server.Cancellation)).ShouldBeNull();

        var view = (await server.SettledAsync(Shapes.Three)).View;

        (server.Clock.Now - Run.Start).ShouldBeGreaterThan(Duration.FromMinutes(2));
        view.Nodes.Count.ShouldBe(3);
        view.Nodes.Values.ShouldAllBe(n => n.Available && n.Pool == "nodepool1" && n.Image.Text == Blue.OldImage && n.Kubelet!.ToString() == "1.33.1");
        (await server.ShapeAsync(Shapes.Three)).Ready["nodepool1"].ShouldBe(3);
    }

    [Fact]
    public async Task Shape_NewCluster_NamesNodesAsAScaleSetDoes()
    {
        var view = (await new Server().SettledAsync(Shapes.Three)).View;

        view.Nodes.Keys.ShouldAllBe(n => n.StartsWith("aks-nodepool1-", StringComparison.Ordinal));
        view.Nodes.Keys.Select(n => n.Split('-')[3]).Order(StringComparer.Ordinal).ShouldBe(["vmss000000", "vmss000001", "vmss000002"]);
        view.Nodes.Keys.Select(n => n.Split('-')[2]).Distinct().Single().Length.ShouldBe(8);
        view.Nodes.Values.Select(n => n.Uid).Distinct().Count().ShouldBe(3);
        view.Nodes.Values.Select(n => Guid.Parse(n.Uid)).ShouldNotContain(Guid.Empty);
    }

    [Theory]
    [InlineData(SampleWorkloads.None, 2 + 2 + (2 * 3), 2)]
    [InlineData(SampleWorkloads.Sample, 2 + 2 + (2 * 3) + 8, 4)]
    [InlineData(SampleWorkloads.Shop, 2 + 2 + (2 * 3) + 18, 6)]
    public async Task Shape_NewCluster_RunsWhatIsAskedFor(SampleWorkloads workloads, int pods, int budgets)
    {
        var server = new Server(options: new ServedClusterOptions { Workloads = workloads });
        var view = (await server.SettledAsync(Shapes.Three)).View;

        view.Pods.Count.ShouldBe(pods);
        view.Pods.Values.ShouldAllBe(p => p.Pod.Ready);
        view.Budgets.Count.ShouldBe(budgets);
        view.Budgets.Values.ShouldAllBe(b => b.DisruptionsAllowed > 0);
    }

    [Fact]
    public async Task Shape_ClusterWithTag_RunsWhatTheTagSays()
    {
        var server = new Server();
        server.Store.Resources[Server.Key] = new()
        {
            Key = Server.Key,
            Id = "/subscriptions/s/resourceGroups/RG/providers/Microsoft.ContainerService/managedClusters/C",
            Type = "Microsoft.ContainerService/managedClusters",
            ParentKey = "/subscriptions/s/resourcegroups/rg",
            ClusterKey = Server.Key,
            Document = """{"location":"northeurope","tags":{"imago-workloads":"none"},"properties":{}}""",
            CreatedAt = Run.Start,
            ChangedAt = Run.Start,
        };

        (await server.SettledAsync(Shapes.Three)).View.Budgets.Count.ShouldBe(2);
    }

    [Fact]
    public async Task Shape_ZonesGiven_SpreadsOverThem()
    {
        var server = new Server();
        var view = (await server.SettledAsync(Shapes.Of(Shapes.Pool("np", 5, PoolMode.System, zones: ["1", "2", "3"])))).View;

        view.Nodes.Values.GroupBy(n => n.Zone).Select(g => (g.Key, g.Count())).Order().ShouldBe([("local-1", 2), ("local-2", 2), ("local-3", 1)]);
    }

    [Fact]
    public async Task Shape_MoreNodes_KeepsTheOthersAndNeverUsesANumberTwice()
    {
        var server = new Server();
        var before = (await server.SettledAsync(Shapes.Three)).View;
        await server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", 2, PoolMode.System)));
        var after = (await server.SettledAsync(Shapes.Of(Shapes.Pool("nodepool1", 4, PoolMode.System)))).View;

        after.Nodes.Keys.Select(n => n[^1]).ShouldBe(['0', '1', '3', '4'], ignoreOrder: true);
        after.Nodes.Values.Count(n => before.Nodes.TryGetValue(n.Name, out var was) && was.Uid == n.Uid).ShouldBe(2);
    }

    [Fact]
    public async Task Shape_FewerNodes_RemovesTheNewestAndMovesItsPods()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        var progress = await server.ShapeAsync(Shapes.Of(Shapes.Pool("nodepool1", 1, PoolMode.System)));
        progress.Done.ShouldBeFalse();
        (await server.LookAsync()).View.Nodes.Values.Count(n => n.Unschedulable).ShouldBe(2);

        var view = (await server.SettledAsync(Shapes.Of(Shapes.Pool("nodepool1", 1, PoolMode.System)))).View;

        view.Nodes.Values.Single().Name.ShouldEndWith("vmss000000");
        view.Pods.Count.ShouldBe(2 + 2 + 2 + 8);
        view.Pods.Values.ShouldAllBe(p => p.Pod.Ready);
    }

    [Fact]
    public async Task Shape_PoolGone_RemovesItsNodesOnly()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Of(Shapes.Pool("sys", 1, PoolMode.System), Shapes.Pool("np", 2)));
        var view = (await server.SettledAsync(Shapes.Of(Shapes.Pool("sys", 1, PoolMode.System)))).View;

        view.Nodes.Values.Select(n => n.Pool).ShouldBe(["sys"]);
        view.Pods.Values.ShouldAllBe(p => p.Pod.Ready);
    }

    [Fact]
    public async Task Shape_Stopped_TakesNodesDownAndBringsTheSameOnesBack()
    {
        var server = new Server();
        var before = (await server.SettledAsync(Shapes.Three)).View;
        var stopped = (await server.SettledAsync(Shapes.Three with { Running = false })).View;
        stopped.Nodes.Values.ShouldAllBe(n => !n.Ready);
        server.Clock.Now += Duration.FromDays(3);
        server.Kill();
        (await server.ShapeAsync(Shapes.Three with { Running = false })).Done.ShouldBeTrue();

        var after = (await server.SettledAsync(Shapes.Three)).View;

        after.Nodes.Values.Select(n => (n.Name, n.Uid, n.Ready)).ShouldBe(before.Nodes.Values.Select(n => (n.Name, n.Uid, true)), ignoreOrder: true);
        after.Pods.Keys.ShouldBe(before.Pods.Keys, ignoreOrder: true, "nobody who could have removed pods was running");
        after.Pods.Values.ShouldAllBe(p => p.Pod.Ready);
    }

    [Fact]
    public async Task Shape_TaintedAnew_KeepsNodesAndPods()
    {
        var server = new Server();
        var before = (await server.SettledAsync(Shapes.Of(Shapes.Pool("sys", 1, PoolMode.System), Shapes.Pool("np", 2)))).View;
        var tainted = Shapes.Of(Shapes.Pool("sys", 1, PoolMode.System), Shapes.Pool("np", 2, taints: ["team=a:NoSchedule"], labels: [("team", "a")]));
        var after = (await server.SettledAsync(tainted)).View;
        after.Nodes.Values.Select(n => n.Uid).ShouldBe(before.Nodes.Values.Select(n => n.Uid), ignoreOrder: true);
        after.Pods.Keys.ShouldBe(before.Pods.Keys, ignoreOrder: true);

        // A pod that is deleted there does not come back there.
        var pod = after.Pods.Values.Select(p => p.Pod).First(p => p.Owner!.Kind == "ReplicaSet" && after.Nodes[p.NodeName!].Pool == "np");
        await using (var cluster = await server.OpenAsync())
        {
            await cluster.Connection.DeletePodAsync(new(pod.Key, pod.Uid, pod.NodeName!), Server.Cancellation);
        }

        var later = (await server.SettledAsync(tainted)).View;
        var fresh = later.Pods.Values.Select(p => p.Pod).Single(p => !after.Pods.ContainsKey(p.Key));
        later.Nodes[fresh.NodeName!].Pool.ShouldBe("sys");
    }

    [Fact]
    public async Task Shape_SizeOfAMachine_DecidesWhatFits()
    {
        var server = new Server(options: new ServedClusterOptions { Workloads = SampleWorkloads.Shop });
        var view = (await server.SettledAsync(Shapes.Of(Shapes.Pool("np", 1, PoolMode.System, vmSize: "Standard_D2s_v5")))).View;

        view.Pods.Values.Count(p => p.Pod.Phase == PodPhase.Pending).ShouldBeGreaterThan(0, "two processors are not enough for the shop");
    }
}
