using Imago.Application.Ports;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Kit;
using Imago.Simulation.Worlds;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>One writer per cluster: the lease gives epochs, and the store goes by them.</summary>
public sealed class RecordStoreTests
{
    private static readonly Duration Minute = Duration.FromMinutes(1);

    [Fact]
    public async Task Write_LeaseWentToAnotherThatHasNotWritten_IsRefused()
    {
        var cluster = Cluster(out var world);
        var first = await cluster.HoldLeaseAsync("first", Minute, CancellationToken.None);
        world.Time.Step(world.Time.Now + Minute);
        var second = await cluster.HoldLeaseAsync("second", Minute, CancellationToken.None);

        (await cluster.WriteRecordAsync(Record(first!.Epoch), null, CancellationToken.None)).Stored.ShouldBeNull();
        (await cluster.WriteRecordAsync(Record(second!.Epoch), null, CancellationToken.None)).Stored.ShouldNotBeNull();
    }

    [Fact]
    public async Task Write_AnotherVersionWasStoredMeanwhile_IsRefused()
    {
        var cluster = Cluster(out _);
        var stored = (await cluster.WriteRecordAsync(Record(1), null, CancellationToken.None)).Stored!;
        (await cluster.WriteRecordAsync(stored.Record with { Surge = 2 }, stored.Version, CancellationToken.None)).Stored.ShouldNotBeNull();

        (await cluster.WriteRecordAsync(stored.Record with { Surge = 3 }, stored.Version, CancellationToken.None)).Stored.ShouldBeNull();
    }

    [Fact]
    public async Task HoldLease_AnotherHoldsIt_IsRefusedUntilItEnds()
    {
        var cluster = Cluster(out var world);
        await cluster.HoldLeaseAsync("first", Minute, CancellationToken.None);

        (await cluster.HoldLeaseAsync("second", Minute, CancellationToken.None)).ShouldBeNull();
        (await cluster.HoldLeaseAsync("first", Minute, CancellationToken.None))!.Epoch.ShouldBe(1);
        world.Time.Step(world.Time.Now + Minute);
        (await cluster.HoldLeaseAsync("second", Minute, CancellationToken.None))!.Epoch.ShouldBe(2);
    }

    private static IClusterConnection Cluster(out SimulatedWorld world)
    {
        world = new SimulatedWorld(SmallCluster.OfNodes(1).Build(), new WorldSettings(), new Seed(1), Run.Start);
        return world.Connect();
    }

    private static RolloutRecord Record(long epoch) => new()
    {
        Id = "apps-1",
        Pool = "apps",
        Target = new RolloutTarget.Opaque("new"),
        StartedAt = Run.Start,
        Epoch = epoch,
        Settings = new UpgradeSettings(),
    };
}
