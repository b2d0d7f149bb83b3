using Imago.Application.Engine;
using Imago.Application.Ports;
using Imago.Domain.Rollouts.Actions;
using Imago.Persistence;
using Imago.Persistence.Stores;
using Imago.Simulation.Serving;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Tests.Serving.Kit;
using Microsoft.Extensions.Logging.Abstractions;
using NodaTime;

namespace Imago.Simulation.Tests.Serving;

/// <summary>The same on a real database.</summary>
public sealed class SqliteTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("imago-test-");
    private readonly SetClock _clock = new(Run.Start);

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Cluster_ServerStartedAgainInTheMiddle_HasTheSameNodes()
    {
        HashSet<string> uids;
        await using (var store = await StoreAsync())
        {
            await PassAsync(store, Shapes.Three);
            _clock.Now += Duration.FromSeconds(155);
            await PassAsync(store, Shapes.Three);
            var picture = await Host(store).LookAsync(Server.Key, Server.Cancellation);
            uids = [.. picture.ShouldNotBeNull().View.Nodes.Values.Select(n => n.Uid)];
            uids.Count.ShouldBeInRange(1, 3);
        }

        _clock.Now += Duration.FromMinutes(10);
        await using var later = await StoreAsync();
        (await PassAsync(later, Shapes.Three)).Done.ShouldBeTrue();
        var view = (await Host(later).LookAsync(Server.Key, Server.Cancellation))!.View;
        view.Nodes.Count.ShouldBe(3);
        uids.IsSubsetOf(view.Nodes.Values.Select(n => n.Uid)).ShouldBeTrue();
        (await later.JournalAsync(Server.Key, Server.Cancellation))!.Value.Entries.ShouldBeEmpty("the world is at rest, and a picture took the journal's place");
    }

    [Fact]
    public async Task Call_AfterAnotherTookOver_IsRefusedByTheDatabase()
    {
        await using var store = await StoreAsync();
        await PassAsync(store, Shapes.Three);
        _clock.Now += Duration.FromMinutes(10);
        await using var cluster = await OpenAsync(store, "a");
        var node = (await cluster.Connection.ObserveAsync(Server.Cancellation)).Nodes.Values.First();
        _clock.Now += Duration.FromMinutes(2);
        await using var theirs = await OpenAsync(store, "b");

        await Should.ThrowAsync<ConnectionException>(async () => await cluster.Connection.UpdateNodeAsync(new(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true }), Server.Cancellation));
        (await theirs.Connection.UpdateNodeAsync(new(node.Name, node.ResourceVersion, new NodeUpdate { Unschedulable = true }), Server.Cancellation)).ShouldBe(PatchOutcome.Patched);
    }

    [Fact]
    public async Task Cluster_Forgotten_BeginsAnew()
    {
        await using var store = await StoreAsync();
        await PassAsync(store, Shapes.Three);
        _clock.Now += Duration.FromMinutes(10);
        await PassAsync(store, Shapes.Three);
        await Host(store).ForgetAsync(Server.Key, Server.Cancellation);
        (await Host(store).LookAsync(Server.Key, Server.Cancellation)).ShouldBeNull();

        (await PassAsync(store, Shapes.Three)).Done.ShouldBeFalse("new nodes are being made");
    }

    private ValueTask<RelationalStore> StoreAsync() =>
        StoreFactory.OpenAsync(new StoreOptions { DataFile = Path.Join(_folder.FullName, "imago.db") }, _clock, NullLoggerFactory.Instance, Server.Cancellation);

    private SimulatedClusterHost Host(RelationalStore store) => new(store, _clock, new ServedClusterOptions());

    private async Task<ShapeProgress> PassAsync(RelationalStore store, ClusterShape shape)
    {
        await using var cluster = await OpenAsync(store, "a");
        await cluster.AdvanceAsync(Server.Cancellation);
        return await cluster.ShapeAsync(shape, Server.Cancellation);
    }

    private async Task<IHostedCluster> OpenAsync(RelationalStore store, string holder)
    {
        var lease = await store.HoldLeaseAsync(Server.Key, holder, _clock.Now, Duration.FromMinutes(1), Server.Cancellation);
        return await Host(store).OpenAsync(Server.Key, lease.ShouldNotBeNull(), Server.Cancellation);
    }
}
