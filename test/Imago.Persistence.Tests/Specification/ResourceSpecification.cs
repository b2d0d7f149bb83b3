using System.Collections.Immutable;
using Imago.Application.Resources;
using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>Resources: their conditions, their versions, what is below them, lists.</summary>
public abstract class ResourceSpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    [Fact]
    public async Task Create_NewKey_IsStoredAsWrittenInFirstVersion()
    {
        var resource = ClusterResource(document: """{"n":1.50,"text":"ä 🦋 \u0000","unknown":[{}]}""");
        await CommittedAsync(Creating(resource));

        (await Store.FindAsync(Cluster, Cancellation)).ShouldBe(resource with { Version = 1, StatusVersion = 1 });
    }

    [Fact]
    public async Task Create_AfterClosingAndOpening_IsThere()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await ReopenAsync();

        (await Store.FindAsync(Cluster, Cancellation)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Create_KeyThatExists_IsAConflictThatNamesIt()
    {
        await CommittedAsync(Creating(ClusterResource()));

        (await CommitAsync(Creating(ClusterResource(document: "{}")))).ShouldBe(CommitOutcome.Lost(Cluster));
        (await Store.FindAsync(Cluster, Cancellation))!.Document.ShouldBe("""{"location":"westeurope"}""");
    }

    [Fact]
    public async Task Create_KeyNotInLowerCase_Throws() =>
        await Should.ThrowAsync<ArgumentException>(async () => await CommitAsync(Creating(ClusterResource(Cluster.ToUpperInvariant()))));

    [Fact]
    public async Task Document_ExpectedVersion_CountsOnAndLeavesTheStatusAlone()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await CommittedAsync(Stating(Cluster, """{"a":1}""", 1));
        await CommittedAsync(Documenting(Cluster, """{"b":2}""", 1));

        var found = (await Store.FindAsync(Cluster, Cancellation))!;
        (found.Document, found.Version, found.Status, found.StatusVersion).ShouldBe(("""{"b":2}""", 2L, """{"a":1}""", 2L));
        (found.CreatedAt, found.ChangedAt).ShouldBe((Start, Start + Duration.FromMinutes(1)));
    }

    [Fact]
    public async Task Document_OtherVersion_IsAConflict()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await CommittedAsync(Documenting(Cluster, "{}", 1));

        (await CommitAsync(Documenting(Cluster, """{"late":true}""", 1))).ShouldBe(CommitOutcome.Lost(Cluster));
        (await Store.FindAsync(Cluster, Cancellation))!.Document.ShouldBe("{}");
    }

    [Fact]
    public async Task Document_NoSuchResource_IsAConflict() => (await CommitAsync(Documenting(Cluster, "{}", 1))).ShouldBe(CommitOutcome.Lost(Cluster));

    [Fact]
    public async Task Status_OtherStatusVersion_IsAConflict()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await CommittedAsync(Stating(Cluster, """{"a":1}""", 1));

        (await CommitAsync(Stating(Cluster, """{"a":2}""", 1))).ShouldBe(CommitOutcome.Lost(Cluster));
    }

    [Fact]
    public async Task Status_DocumentWrittenMeanwhile_IsNoConflict()
    {
        await CommittedAsync(Creating(ClusterResource()));
        await CommittedAsync(Documenting(Cluster, "{}", 1));

        (await CommitAsync(Stating(Cluster, "{}", 1))).Committed.ShouldBeTrue();
    }

    [Fact]
    public async Task Batch_LastWriteConflicts_NothingIsWritten()
    {
        await CommittedAsync(Creating(ClusterResource()));
        var batch = Creating(Pool("np1"), Pool("np2"), ClusterResource()) with
        {
            Operations = [new OperationWrite(Operation(1))],
            Activities = [Activity(1)],
            Nudges = [(Cluster, Start)],
        };

        (await CommitAsync(batch)).ShouldBe(CommitOutcome.Lost(Cluster));
        (await Store.ClusterAsync(Cluster, Cancellation)).Select(r => r.Key).ShouldBe([Cluster]);
        (await Store.FindOperationAsync(Operation(1).Id, Cancellation)).ShouldBeNull();
        (await Store.WakesAsync([.. Enumerable.Range(0, 64)], null, 10, Cancellation)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Batch_SeveralWritesOfOneResource_AreWrittenInOrder()
    {
        var batch = Creating(ClusterResource()) with
        {
            Resources =
            [
                new ResourceWrite.Create(ClusterResource()) { Key = Cluster },
                new ResourceWrite.Document("{}", 1, Start) { Key = Cluster },
                new ResourceWrite.Document("""{"x":1}""", 2, Start) { Key = Cluster },
            ],
        };
        await CommittedAsync(batch);

        (await Store.FindAsync(Cluster, Cancellation))!.Version.ShouldBe(3);
    }

    [Fact]
    public async Task Delete_ExpectedVersion_RemovesItAndWhatIsBelow()
    {
        const string neighbour = Cluster + "0";
        await CommittedAsync(Creating(ClusterResource(), Pool("np1"), ClusterResource(neighbour), Pool("np1", neighbour)));
        await CommittedAsync(Deleting(Cluster, 1));

        (await Store.ClusterAsync(Cluster, Cancellation)).ShouldBeEmpty();
        (await Store.ClusterAsync(neighbour, Cancellation)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Delete_OtherVersion_IsAConflictAndRemovesNothing()
    {
        await CommittedAsync(Creating(ClusterResource(), Pool("np1")));

        (await CommitAsync(Deleting(Cluster, 2))).ShouldBe(CommitOutcome.Lost(Cluster));
        (await Store.ClusterAsync(Cluster, Cancellation)).Length.ShouldBe(2);
    }

    [Fact]
    public async Task Delete_AnyVersion_SucceedsAlsoWhenNothingIsStored()
    {
        await CommittedAsync(Deleting(Cluster, null));
        (await CommitAsync(Deleting(Cluster, 1))).Conflict.ShouldBe(Cluster);
    }

    [Fact]
    public async Task Cluster_WithPoolsAndOthers_ComesWithItsOwnOnly()
    {
        const string other = Group + "/providers/microsoft.containerservice/managedclusters/c10";
        await CommittedAsync(Creating(Pool("np2"), ClusterResource(), Pool("np1"), ClusterResource(other), Pool("np1", other)));

        (await Store.ClusterAsync(Cluster, Cancellation)).Select(r => r.Key)
            .ShouldBe([Cluster, $"{Cluster}/agentpools/np1", $"{Cluster}/agentpools/np2"]);
    }

    [Fact]
    public async Task List_TypeInAnyCaseUnderAGroup_IsThatGroupInOrderOfKeys()
    {
        var names = new[] { "c-1", "c_1", "c1", "c10", "c2", "ca" };
        var keys = names.Select(n => $"{Group}/providers/microsoft.containerservice/managedclusters/{n}").ToList();
        await CommittedAsync(Creating([.. keys.AsEnumerable().Reverse().Select(k => ClusterResource(k)), Pool("np1", keys[0])]));
        await CommittedAsync(Creating(ClusterResource($"{Group}2/providers/microsoft.containerservice/managedclusters/c1")));
        await CommittedAsync(Creating(ClusterResource($"{Group}%/providers/microsoft.containerservice/managedclusters/c1")));

        var page = await Store.ListAsync(new ResourceQuery { Type = "MICROSOFT.containerservice/ManagedClusters", Under = Group }, Cancellation);

        page.Items.Select(r => r.Key).ShouldBe(keys.Order(StringComparer.Ordinal));
        page.Next.ShouldBeNull();
    }

    [Fact]
    public async Task List_InPages_GivesEachOnceAlsoWhenSomeComeAndGo()
    {
        string Key(int i) => $"{Group}/providers/microsoft.containerservice/managedclusters/c{i:d3}";
        await CommittedAsync(Creating([.. Enumerable.Range(0, 10).Select(i => ClusterResource(Key(i * 2)))]));
        var query = new ResourceQuery { Type = ResourceTypes.ManagedCluster, Limit = 4 };

        var first = await Store.ListAsync(query, Cancellation);
        await CommittedAsync(Deleting(Key(6), null));
        await CommittedAsync(Creating(ClusterResource(Key(1)), ClusterResource(Key(9))));
        var second = await Store.ListAsync(query with { After = first.Next }, Cancellation);
        var third = await Store.ListAsync(query with { After = second.Next }, Cancellation);

        first.Items.Concat(second.Items).Concat(third.Items).Select(r => r.Key)
            .ShouldBe(new[] { 0, 2, 4, 6, 8, 9, 10, 12, 14, 16, 18 }.Select(Key));
        third.Next.ShouldBeNull();
    }

    [Fact]
    public async Task List_PageThatIsExactlyFull_SaysThatNothingFollows()
    {
        await CommittedAsync(Creating(ClusterResource(), Pool("np1"), Pool("np2")));

        var page = await Store.ListAsync(new ResourceQuery { Type = ResourceTypes.AgentPool, Limit = 2 }, Cancellation);
        (page.Items.Length, page.Next).ShouldBe((2, null));
    }

    [Fact]
    public async Task Write_FiftyWritersOfOneResource_LoseNoIncrement()
    {
        const int writers = 50;
        await CommittedAsync(Creating(ClusterResource(document: "0")));

        await Task.WhenAll(Enumerable.Range(0, writers).Select(_ => Task.Run(IncrementAsync)));

        var found = (await Store.FindAsync(Cluster, Cancellation))!;
        (found.Document, found.Version).ShouldBe(("50", writers + 1L));

        async Task IncrementAsync()
        {
            CommitOutcome outcome;
            do
            {
                var seen = (await Store.FindAsync(Cluster, Cancellation))!;
                outcome = await CommitAsync(Documenting(Cluster, $"{int.Parse(seen.Document) + 1}", seen.Version));
            }
            while (!outcome.Committed);
        }
    }

    [Fact]
    public async Task Create_ManyAtOnce_ExactlyOneWins()
    {
        for (var round = 0; round < 5; round++)
        {
            var key = $"{Cluster}-{round}";
            var outcomes = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
                await CommitAsync(Creating(ClusterResource(key, $"{i}")) with { Activities = [Activity((round * 100) + i)] }))));

            var winner = outcomes.Index().Single(o => o.Item.Committed).Index;
            outcomes.Where(o => !o.Committed).ShouldAllBe(o => o.Conflict == key);
            (await Store.FindAsync(key, Cancellation))!.Document.ShouldBe($"{winner}");
        }

        (await Store.ActivitiesAsync(new ActivityQuery { SubscriptionId = Activity(0).SubscriptionId }, Cancellation)).Items.Length.ShouldBe(5);
    }

    [Fact]
    public async Task Batches_InOppositeOrderOfKeys_AllEnd()
    {
        var keys = Enumerable.Range(0, 4).Select(i => $"{Cluster}-{i}").ToImmutableArray();
        await CommittedAsync(Creating([.. keys.Select(k => ClusterResource(k))]));

        // Each needs all rows, half of them in one order and half in the other: on a database that locks rows they meet in deadlocks.
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 12).Select(i => Task.Run(async () =>
        {
            var order = i % 2 == 0 ? keys : [.. keys.Reverse()];
            return await CommitAsync(new StoreBatch { Resources = [.. order.Select(k => new ResourceWrite.Status($"{i}", 1) { Key = k })] });
        })));

        outcomes.Count(o => o.Committed).ShouldBe(1);
        var statuses = (await Store.ListAsync(new ResourceQuery { Type = ResourceTypes.ManagedCluster }, Cancellation)).Items.Select(r => r.Status);
        statuses.Distinct(StringComparer.Ordinal).Count().ShouldBe(1);
    }
}
