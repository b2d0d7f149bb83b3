using System.Globalization;
using Imago.Application.Ports;
using Imago.Application.Storage;
using Imago.Domain.Rollouts.Actions;
using Imago.Simulation.Serving;
using Imago.Simulation.Serving.Journal;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Serving;

public sealed class JournalTests
{
    [Fact]
    public async Task Cluster_AtRest_IsNotInMemory()
    {
        var server = new Server();
        await server.ShapeAsync(Shapes.Three);
        server.Host.InMemory.ShouldBe(1, "its nodes are being made");
        await server.SettleAsync(Shapes.Three);

        server.Host.InMemory.ShouldBe(0);
        server.Store.Entries(Server.Key).ShouldBeEmpty();
        server.Store.Snapshot(Server.Key)!.Content.Length.ShouldBeLessThan(20 * 1024);
        await using var cluster = await server.OpenAsync();
        cluster.NextHappening.ShouldBeNull();
        (await cluster.AdvanceAsync(Server.Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task Cluster_OpenedAndAskedOnly_WritesNothing()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        var commits = server.Store.Commits;

        await using (var cluster = await server.OpenAsync())
        {
            await cluster.AdvanceAsync(Server.Cancellation);
            await cluster.ShapeAsync(Shapes.Three, Server.Cancellation);
            var view = await cluster.Connection.ObserveAsync(Server.Cancellation);
            var node = view.Nodes.Values.First();
            await cluster.Connection.UpdateNodeAsync(new(node.Name, "0", new NodeUpdate { Unschedulable = true }), Server.Cancellation);
            await cluster.Provider.FindAsync("op", Server.Cancellation);
        }

        server.Store.Commits.ShouldBe(commits);
    }

    [Fact]
    public async Task Call_BeforeItIsAcknowledged_IsStored()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        await using var cluster = await server.OpenAsync();
        var node = (await cluster.Connection.ObserveAsync(Server.Cancellation)).Nodes.Values.First();

        (await cluster.Connection.UpdateNodeAsync(new(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true }), Server.Cancellation)).ShouldBe(PatchOutcome.Patched);
        server.Kill();

        (await server.LookAsync()).View.Nodes[node.Name].Unschedulable.ShouldBeTrue();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Call_WhoseWriteEndsUnknown_IsWhatTheStoreSays(bool tookEffect)
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        await using var cluster = await server.OpenAsync();
        var node = (await cluster.Connection.ObserveAsync(Server.Cancellation)).Nodes.Values.First();
        var action = new RolloutAction.UpdateNode(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true });

        server.Store.Trouble = after => after == tookEffect ? new StoreUnavailableException("gone") : null;
        await Should.ThrowAsync<ConnectionException>(async () => await cluster.Connection.UpdateNodeAsync(action, Server.Cancellation));
        server.Store.Trouble = null;
        await Should.ThrowAsync<ConnectionException>(async () => await cluster.Connection.ObserveAsync(Server.Cancellation), "the world that tried is thrown away");

        await using var again = await server.OpenAsync();
        (await again.Connection.ObserveAsync(Server.Cancellation)).Nodes[node.Name].Unschedulable.ShouldBe(tookEffect);
    }

    [Fact]
    public async Task Calls_AfterAnotherTookOver_AreRefusedEachInItsWay()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        await using var cluster = await server.OpenAsync();
        await using var second = await server.OpenAsync();
        var node = (await cluster.Connection.ObserveAsync(Server.Cancellation)).Nodes.Values.First();
        server.Clock.Now += Duration.FromMinutes(2);
        var other = new Server(server.Store, holder: "b", clock: server.Clock);
        await using var theirs = await other.OpenAsync();

        var asked = await cluster.Provider.BeginAsync(new ProviderRequest("op", ProviderVerb.Delete, "nodepool1", node.Name, null, null, 1), Server.Cancellation);
        asked.State.ShouldBe(OperationState.Failed);
        asked.Code.ShouldBe(ProviderCodes.StaleEpoch);
        await Should.ThrowAsync<ConnectionException>(async () => await second.Connection.UpdateNodeAsync(new(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true }), Server.Cancellation));
        (await second.Connection.HoldLeaseAsync("a", Duration.FromSeconds(60), Server.Cancellation)).ShouldBeNull();
        (await theirs.Provider.FindAsync("op", Server.Cancellation)).ShouldBeNull();
        (await theirs.Connection.ObserveAsync(Server.Cancellation)).Nodes[node.Name].Unschedulable.ShouldBeFalse();
    }

    [Fact]
    public async Task Record_AfterAnotherTookOver_IsLost()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        await using var cluster = await server.OpenAsync();
        server.Clock.Now += Duration.FromMinutes(2);
        await using var theirs = await new Server(server.Store, holder: "b", clock: server.Clock).OpenAsync();

        (await cluster.Connection.WriteRecordAsync(Records.Begun("nodepool1", epoch: 1), null, Server.Cancellation)).Stored.ShouldBeNull();
        (await theirs.Connection.WriteRecordAsync(Records.Begun("nodepool1", epoch: 2), null, Server.Cancellation)).Stored.ShouldNotBeNull();
    }

    [Fact]
    public async Task Look_WhileAnotherProcessWorks_SeesWhatIsStored()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        await using var cluster = await server.OpenAsync();
        await cluster.Connection.WriteRecordAsync(Records.Begun("nodepool1", epoch: 1), null, Server.Cancellation);

        var picture = await new Server(server.Store, holder: "b", clock: server.Clock).LookAsync();

        picture.At.ShouldBe(server.Clock.Now);
        picture.Records["nodepool1"].Version.ShouldBe("1");
        picture.View.Nodes.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Cluster_Forgotten_IsGoneAndComesBackAsAnother()
    {
        var server = new Server();
        var before = (await server.SettledAsync(Shapes.Three)).View;
        await server.Host.ForgetAsync(Server.Key, Server.Cancellation);
        (await server.Host.LookAsync(Server.Key, Server.Cancellation)).ShouldBeNull();
        server.Kill();
        (await server.Host.LookAsync(Server.Key, Server.Cancellation)).ShouldBeNull();

        var after = (await server.SettledAsync(Shapes.Three)).View;

        after.Nodes.Keys.ShouldBe(before.Nodes.Keys, ignoreOrder: true);
        after.Nodes.Values.Select(n => n.Uid).Intersect(before.Nodes.Values.Select(n => n.Uid)).ShouldBeEmpty();
    }

    [Fact]
    public async Task TimeScale_Changed_DoesNotChangeThePast()
    {
        var server = new Server();
        await server.ShapeAsync(Shapes.Three);
        var planned = (await server.OpenAsync()).NextHappening;
        server.Clock.Now += Duration.FromSeconds(30);
        server.Options = new ServedClusterOptions { TimeScale = 60 };
        server.Kill();

        await using (var cluster = await server.OpenAsync())
        {
            cluster.NextHappening.ShouldBe(planned, "what was begun keeps its time");
        }

        await server.SettleAsync(Shapes.Three);
        var from = server.Clock.Now;
        await server.SettleAsync(Shapes.Of(Shapes.Pool("nodepool1", 4, Domain.Rollouts.Settings.PoolMode.System)));
        (server.Clock.Now - from).ShouldBeLessThan(Duration.FromSeconds(15));
    }

    [Fact]
    public async Task Clock_SetBack_StopsTheWorldUntilItIsThereAgain()
    {
        var server = new Server();
        await server.SettleAsync(Shapes.Three);
        await using var cluster = await server.OpenAsync();
        var view = await cluster.Connection.ObserveAsync(Server.Cancellation);
        server.Clock.Now -= Duration.FromSeconds(20);
        var node = view.Nodes.Values.First();

        (await cluster.Connection.UpdateNodeAsync(new(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true }), Server.Cancellation)).ShouldBe(PatchOutcome.Patched);
        server.Kill();
        (await server.LookAsync()).View.Nodes[node.Name].Unschedulable.ShouldBeTrue();
    }

    [Fact]
    public void RecordPatch_AnyTwoRecords_MakesTheSecondOfTheFirst()
    {
        var first = Records.Begun("np", epoch: 3);
        var second = first with
        {
            Active = first.Active.Remove("node-1"),
            Settled = first.Settled.SetItem("node-1", Records.Upgraded),
            SurgeNamed = 7,
            EndedAt = Run.Start,
            CapacityFaults = [new("AllocationFailed", "no room", null, Run.Start)],
        };
        foreach (var (before, after) in new[] { (null, first), (first, second), (second, first) })
        {
            var patch = RecordPatch.Between(before, after);
            Application.History.RecordText.Write(RecordPatch.Apply(before, patch)).ShouldBe(Application.History.RecordText.Write(after));
        }

        RecordPatch.Between(first, first with { SurgeNamed = 9 }).GetRawText().ShouldBe("""{"surgeNamed":9}""");
    }

    [Fact]
    public async Task Options_TimeScale_DividesEveryDuration()
    {
        var slow = new Server(options: new ServedClusterOptions { Workloads = SampleWorkloads.Shop });
        await slow.SettleAsync(Shapes.Three);
        var fast = new Server(options: new ServedClusterOptions { Workloads = SampleWorkloads.Shop, TimeScale = 100 });
        await fast.SettleAsync(Shapes.Three);

        // The shop's cart takes six minutes to start: what workloads say of themselves counts as well.
        (slow.Clock.Now - Run.Start).ShouldBeGreaterThan(Duration.FromMinutes(6));
        var ratio = (slow.Clock.Now - Run.Start) / (fast.Clock.Now - Run.Start);
        ratio.ShouldBeInRange(80, 120, string.Create(CultureInfo.InvariantCulture, $"{ratio}"));
    }
}
