using Imago.Application.Ports;
using Imago.Domain.Images;
using Imago.Domain.Rollouts;
using Imago.Domain.Rollouts.Records;
using Imago.Domain.Rollouts.Settings;
using Imago.Simulation.Tests.Kit;
using NodaTime;

namespace Imago.Simulation.Tests.Worlds;

/// <summary>Rollout records and the lease, as they live in the cluster.</summary>
public sealed class RecordStoreTests
{
    private readonly TestWorld _world = new(SmallCluster.OfNodes(1).Build());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_ExpectedVersionIsNotTheStoredOne_Loses()
    {
        var (a, b) = (_world.World.Connect(), _world.World.Connect());
        var first = (await a.WriteRecordAsync(Record("apps"), null, Cancellation)).Stored!;

        (await b.WriteRecordAsync(Record("apps") with { Attempt = 2 }, null, Cancellation)).Stored.ShouldBeNull();
        var second = (await b.WriteRecordAsync(Record("apps") with { Attempt = 3 }, first.Version, Cancellation)).Stored!;
        (await a.WriteRecordAsync(Record("apps") with { Attempt = 4 }, first.Version, Cancellation)).Stored.ShouldBeNull();

        (await a.ReadRecordsAsync(Cancellation))["apps"].ShouldBe(second);
        second.Record.Attempt.ShouldBe(3);
    }

    [Fact]
    public async Task Write_LowerEpochThanAnyWriterBefore_Loses()
    {
        var client = _world.World.Connect();
        var stored = (await client.WriteRecordAsync(Record("apps", epoch: 2), null, Cancellation)).Stored!;

        (await client.WriteRecordAsync(Record("apps", epoch: 1), stored.Version, Cancellation)).Stored.ShouldBeNull();

        // Also for a pool that the later writer has not written about.
        (await client.WriteRecordAsync(Record("other", epoch: 1), null, Cancellation)).Stored.ShouldBeNull();
        (await client.WriteRecordAsync(Record("other", epoch: 2), null, Cancellation)).Stored.ShouldNotBeNull();
    }

    [Fact]
    public async Task Write_LeaseWentToAnotherThatHasNotWritten_Loses()
    {
        var client = _world.World.Connect();
        var first = (await client.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation))!;
        _world.For(60);
        var second = (await client.HoldLeaseAsync("b", Duration.FromSeconds(60), Cancellation))!;

        (await client.WriteRecordAsync(Record("apps", first.Epoch), null, Cancellation)).Stored.ShouldBeNull();
        (await client.WriteRecordAsync(Record("apps", second.Epoch), null, Cancellation)).Stored.ShouldNotBeNull();
    }

    [Fact]
    public async Task Lease_HeldByOne_IsNobodyElsesUntilItRunsOut()
    {
        var client = _world.World.Connect();
        (await client.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation)).ShouldBe(new ClusterLease("a", 1, Run.Start + Duration.FromSeconds(60)));

        _world.For(59.999);
        (await client.HoldLeaseAsync("b", Duration.FromSeconds(60), Cancellation)).ShouldBeNull();
        _world.For(0.001);

        // The end is exclusive, and the new holder has a higher epoch.
        (await client.HoldLeaseAsync("b", Duration.FromSeconds(60), Cancellation)).ShouldBe(new ClusterLease("b", 2, Run.Start + Duration.FromSeconds(120)));
        (await client.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation)).ShouldBeNull();
        _world.For(60);
        (await client.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation))!.Epoch.ShouldBe(3);
    }

    [Fact]
    public async Task Lease_Renewed_KeepsItsEpoch()
    {
        var client = _world.World.Connect();
        await client.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation);
        _world.For(30);

        (await client.HoldLeaseAsync("a", Duration.FromSeconds(60), Cancellation)).ShouldBe(new ClusterLease("a", 1, Run.Start + Duration.FromSeconds(90)));
        _world.For(59);
        (await client.HoldLeaseAsync("b", Duration.FromSeconds(60), Cancellation)).ShouldBeNull();
    }

    private static RolloutRecord Record(string pool, long epoch = 1) => new()
    {
        Id = $"{pool}-1",
        Pool = pool,
        Target = new RolloutTarget.Image(NodeImage.Parse(Blue.NewImage)),
        StartedAt = Run.Start,
        Settings = new UpgradeSettings(),
        Epoch = epoch,
    };
}
