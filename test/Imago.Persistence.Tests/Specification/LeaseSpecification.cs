using Imago.Application.Engine;
using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>Leases, the fence on writes under them, and wakes.</summary>
public abstract class LeaseSpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    private static readonly Duration Length = Duration.FromSeconds(30);
    private static readonly int[] AllShards = [.. Enumerable.Range(0, Shards.Count)];

    [Fact]
    public async Task Lease_Free_IsTakenWithEpochOne() =>
        (await HoldAsync("a", Start)).ShouldBe(new StoredLease(Cluster, "a", 1, Start + Length));

    [Fact]
    public async Task Lease_SameHolder_IsRenewedWithTheSameEpoch()
    {
        await HoldAsync("a", Start);

        (await HoldAsync("a", Start + Duration.FromSeconds(10))).ShouldBe(new StoredLease(Cluster, "a", 1, Start + Duration.FromSeconds(40)));
    }

    [Fact]
    public async Task Lease_OfAnotherThatRuns_IsRefused()
    {
        await HoldAsync("a", Start);

        (await HoldAsync("b", Start + Length - Duration.FromTicks(1))).ShouldBeNull();
    }

    [Fact]
    public async Task Lease_OfAnotherAtItsEnd_IsTakenWithTheNextEpoch()
    {
        await HoldAsync("a", Start);

        (await HoldAsync("b", Start + Length))!.Epoch.ShouldBe(2);
        (await HoldAsync("a", Start + Length)).ShouldBeNull();
        (await HoldAsync("a", Start + Length + Length))!.Epoch.ShouldBe(3);
    }

    [Fact]
    public async Task Lease_ClusterDeletedAndMadeAgain_EpochGoesOn()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await HoldAsync("a", Start);
        await HoldAsync("b", Start + Length);
        await CommittedAsync(Deleting(Cluster, null));
        await CommittedAsync(Creating(ClusterResource()));
        await ReopenAsync();

        (await HoldAsync("a", Start + Length + Length))!.Epoch.ShouldBe(3);
    }

    [Fact]
    public async Task Lease_SeveralHoldersAtOnce_ExactlyOneGetsIt()
    {
        for (var round = 0; round < 5; round++)
        {
            var now = Start + (Length * round);
            var leases = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () => await HoldAsync($"holder-{round}-{i}", now))));

            leases.Where(l => l is not null).ShouldHaveSingleItem()!.Epoch.ShouldBe(round + 1);
        }
    }

    [Fact]
    public async Task Fence_CurrentEpoch_Writes()
    {
        await HoldAsync("a", Start);

        (await CommitAsync(Creating(ClusterResource()) with { Fence = (Cluster, 1) })).Committed.ShouldBeTrue();
    }

    [Fact]
    public async Task Fence_EpochThatPassed_RefusesTheWholeBatch()
    {
        await HoldAsync("a", Start);
        await HoldAsync("b", Start + Length);

        (await CommitAsync(Creating(ClusterResource()) with { Fence = (Cluster, 1) })).ShouldBe(CommitOutcome.Lost("fence"));
        (await Store.FindAsync(Cluster, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Fence_NoLease_Refuses() => (await CommitAsync(new StoreBatch { Fence = (Cluster, 1) })).Conflict.ShouldBe("fence");

    [Fact]
    public async Task Fence_TakenOverUnderLoad_NothingOfTheOldEpochIsWrittenAfterwards()
    {
        await CommittedAsync(Creating(ClusterResource(document: "1")));
        await HoldAsync("a", Start);
        var written = 0;
        var writing = Task.Run(async () =>
        {
            while ((await CommitAsync(new StoreBatch
            {
                Fence = (Cluster, 1),
                Resources = [new ResourceWrite.Status($"{written}", written + 1) { Key = Cluster }],
            })).Committed)
            {
                Interlocked.Increment(ref written);
            }
        }, Cancellation);
        while (Volatile.Read(ref written) < 20)
        {
            await Task.Yield();
        }

        (await HoldAsync("b", Start + Length))!.Epoch.ShouldBe(2);
        var then = (await Store.FindAsync(Cluster, Cancellation))!.StatusVersion;
        await writing;

        (await Store.FindAsync(Cluster, Cancellation))!.StatusVersion.ShouldBe(then);
    }

    [Fact]
    public async Task Nudge_NoWakeYet_PlansOneInTheClustersShard()
    {
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start)] });

        (await WakesAsync()).ShouldBe([new ClusterWake(Cluster, Shards.Of(Cluster), Start, 1)]);
    }

    [Fact]
    public async Task Nudge_LaterThanTheWake_LeavesItAndCountsOn()
    {
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start)] });
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start + Length)] });

        (await WakesAsync()).ShouldBe([new ClusterWake(Cluster, Shards.Of(Cluster), Start, 2)]);
    }

    [Fact]
    public async Task Nudge_EarlierThanTheWakeOrNonePlanned_BringsItForward()
    {
        await PlanAsync(Start + Length, 0);
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start)] });
        (await WakesAsync()).Single().At.ShouldBe(Start);

        await PlanAsync(null, 1);
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start + Length)] });
        (await WakesAsync()).ShouldBe([new ClusterWake(Cluster, Shards.Of(Cluster), Start + Length, 2)]);
    }

    [Fact]
    public async Task PlanWake_NobodyNudged_IsNotedAndKeepsTheGeneration()
    {
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start)] });

        (await PlanAsync(Start + Length, 1)).ShouldBeTrue();
        (await WakesAsync()).Single().ShouldBe(new ClusterWake(Cluster, Shards.Of(Cluster), Start + Length, 1));
    }

    [Fact]
    public async Task PlanWake_NudgedMeanwhile_IsRefused()
    {
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start)] });
        await CommittedAsync(new StoreBatch { Nudges = [(Cluster, Start)] });

        (await PlanAsync(Start + Length, 1)).ShouldBeFalse();
        (await WakesAsync()).Single().At.ShouldBe(Start);
    }

    [Fact]
    public async Task Wakes_OfSomeShards_AreTheDueOnesEarliestFirst()
    {
        var keys = Enumerable.Range(0, 40).Select(i => $"{Cluster}-{i}").ToList();
        await CommittedAsync(new StoreBatch { Nudges = [.. keys.Select((k, i) => (k, Start + Duration.FromMinutes(40 - i)))] });
        int[] shards = [.. AllShards.Where(s => s % 2 == 0)];

        var due = await Store.WakesAsync(shards, Start + Duration.FromMinutes(20), 100, Cancellation);
        var some = await Store.WakesAsync(shards, null, 3, Cancellation);

        var expected = keys.Index().Reverse().Where(k => shards.Contains(Shards.Of(k.Item))).ToList();
        due.Select(w => w.ClusterKey).ShouldBe(expected.Where(k => k.Index >= 20).Select(k => k.Item));
        some.Select(w => w.ClusterKey).ShouldBe(expected.Take(3).Select(k => k.Item));
    }

    [Fact]
    public async Task Wakes_ClusterDeleted_IsNotWokenAndItsGenerationGoesOn()
    {
        await CommittedAsync(Creating(ClusterResource()) with { Nudges = [(Cluster, Start)] });
        await CommittedAsync(Deleting(Cluster, 1));
        (await WakesAsync()).ShouldBeEmpty();

        await CommittedAsync(Creating(ClusterResource()) with { Nudges = [(Cluster, Start)] });
        (await WakesAsync()).Single().Generation.ShouldBe(2);
    }

    private ValueTask<StoredLease?> HoldAsync(string holder, Instant now) => Store.HoldLeaseAsync(Cluster, holder, now, Length, Cancellation);

    private ValueTask<bool> PlanAsync(Instant? at, long generation) =>
        Store.PlanWakeAsync(new ClusterWake(Cluster, Shards.Of(Cluster), at, generation), Cancellation);

    private async ValueTask<IEnumerable<ClusterWake>> WakesAsync() => await Store.WakesAsync(AllShards, null, 100, Cancellation);
}
