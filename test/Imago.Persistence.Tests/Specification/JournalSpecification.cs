using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>Journals of simulated clusters and the pictures that replace their beginnings.</summary>
public abstract class JournalSpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    [Fact]
    public async Task Journal_NothingWritten_IsNull()
    {
        (await Store.JournalAsync(Cluster, Cancellation)).ShouldBeNull();
        (await Store.JournalNumberAsync(Cluster, Cancellation)).ShouldBe(0);
    }

    [Fact]
    public async Task Journal_EntriesOfTwoClusters_ComeInOrderEachOnItsOwn()
    {
        await CommittedAsync(new StoreBatch { Journal = [Entry(1), Entry(2), Entry(1, $"{Cluster}0")] });
        await CommittedAsync(new StoreBatch { Journal = [Entry(3)] });
        await ReopenAsync();

        await ShouldHoldAsync(null, 1, 2, 3);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Journal_NumberThatDoesNotFollow_RefusesTheBatch(long number)
    {
        await CommittedAsync(new StoreBatch { Journal = [Entry(1), Entry(2)] });

        (await CommitAsync(Creating(ClusterResource()) with { Journal = [Entry(number)] })).ShouldBe(CommitOutcome.Lost(Cluster));
        await ShouldHoldAsync(null, 1, 2);
        (await Store.FindAsync(Cluster, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Snapshot_UpToAnEntry_ReplacesThoseBeforeAndTheJournalGoesOn()
    {
        await CommittedAsync(new StoreBatch { Journal = [Entry(1), Entry(2), Entry(3)] });
        await CommittedAsync(new StoreBatch { Snapshots = [new(Cluster, 2, new byte[] { 1, 0, 255 })] });
        await ShouldHoldAsync(2, 3);

        await CommittedAsync(new StoreBatch { Journal = [Entry(4)], Snapshots = [new(Cluster, 4, new byte[] { 2 })] });
        await ShouldHoldAsync(4);
        await CommittedAsync(new StoreBatch { Journal = [Entry(5)] });
        await ReopenAsync();

        await ShouldHoldAsync(4, 5);
        (await Store.JournalAsync(Cluster, Cancellation))!.Value.Snapshot!.Content.ToArray().ShouldBe([2]);
    }

    [Fact]
    public async Task Snapshot_OlderThanTheStoredOne_ChangesNothing()
    {
        await CommittedAsync(new StoreBatch { Journal = [Entry(1), Entry(2)], Snapshots = [new(Cluster, 2, new byte[] { 2 })] });
        await CommittedAsync(new StoreBatch { Snapshots = [new(Cluster, 1, new byte[] { 1 })] });

        await ShouldHoldAsync(2);
        (await Store.JournalAsync(Cluster, Cancellation))!.Value.Snapshot!.Content.ToArray().ShouldBe([2]);
    }

    [Fact]
    public async Task Delete_OfTheCluster_TakesItsJournalAndItBeginsAnew()
    {
        await CommittedAsync(Creating(ClusterResource()) with { Journal = [Entry(1), Entry(2)], Snapshots = [new(Cluster, 1, new byte[] { 1 })] });
        await CommittedAsync(Deleting(Cluster, 1));
        (await Store.JournalAsync(Cluster, Cancellation)).ShouldBeNull();

        await CommittedAsync(Creating(ClusterResource()) with { Journal = [Entry(1)] });
        await ShouldHoldAsync(null, 1);
    }

    [Fact]
    public async Task Journal_ReadWhileItIsWrittenAndPictured_NeverHasAGap()
    {
        const int last = 120;
        var writing = Task.Run(
            async () =>
            {
                for (var i = 1; i <= last; i++)
                {
                    await CommittedAsync(new StoreBatch { Journal = [Entry(i)], Snapshots = i % 7 == 0 ? [new(Cluster, i - 3, new byte[] { 1 })] : [] });
                }
            },
            Cancellation);

        var seen = 0L;
        while (seen < last && !writing.IsFaulted)
        {
            if (await Store.JournalAsync(Cluster, Cancellation) is var (snapshot, entries))
            {
                var numbers = entries.Select(e => e.Number).ToList();
                var from = snapshot?.UpToNumber ?? 0;
                numbers.ShouldBe(Enumerable.Range(1, numbers.Count).Select(i => from + i));
                (from + numbers.Count).ShouldBeGreaterThanOrEqualTo(seen);
                seen = from + numbers.Count;
            }
        }

        await writing;
    }

    private static JournalEntry Entry(long number, string cluster = Cluster) => new(cluster, number, $$"""{"call":{{number}}}""");

    private async ValueTask ShouldHoldAsync(long? upTo, params long[] numbers)
    {
        var (snapshot, entries) = (await Store.JournalAsync(Cluster, Cancellation)).ShouldNotBeNull();
        (snapshot?.UpToNumber).ShouldBe(upTo);
        entries.ShouldBe(numbers.Select(n => Entry(n)));
        (await Store.JournalNumberAsync(Cluster, Cancellation)).ShouldBe(numbers.LastOrDefault(upTo ?? 0));
    }
}
