using Imago.Application.Storage;
using Imago.Persistence.Tests.Kit;
using NodaTime;
using static Imago.Persistence.Tests.Kit.Samples;

namespace Imago.Persistence.Tests.Specification;

/// <summary>Long-running operations.</summary>
public abstract class OperationSpecification(Func<ValueTask<TestDatabase>> create) : StoreSpecification(create)
{
    [Fact]
    public async Task Operation_EveryFieldGiven_IsStoredAsGiven()
    {
        var operation = Operation(1) with
        {
            Status = OperationStatus.Failed,
            EndedAt = Start + Duration.FromMinutes(3),
            PercentComplete = 40,
            Error = """{"code":"X","message":"y"}""",
            RolloutId = "r1",
            TargetOperationId = Operation(2).Id,
        };
        await CommittedAsync(Operating(operation, Operation(2) with { Pool = null }));
        await ReopenAsync();

        (await Store.FindOperationAsync(operation.Id, Cancellation)).ShouldBe(operation);
        (await Store.FindOperationAsync(Operation(2).Id, Cancellation)).ShouldBe(Operation(2) with { Pool = null });
        (await Store.FindOperationAsync(Operation(3).Id, Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Operation_IdThatExists_IsAConflictThatNamesIt()
    {
        await CommittedAsync(Operating(Operation(1)));

        (await CommitAsync(Operating(Operation(1) with { Caller = "else" }))).ShouldBe(CommitOutcome.Lost(Operation(1).Id));
    }

    [Fact]
    public async Task Operation_NextVersion_ReplacesTheOneBefore()
    {
        await CommittedAsync(Operating(Operation(1)));
        var ended = Operation(1) with { Status = OperationStatus.Succeeded, EndedAt = Start, Version = 2 };
        await CommittedAsync(Operating(ended));

        (await Store.FindOperationAsync(ended.Id, Cancellation)).ShouldBe(ended);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    public async Task Operation_VersionThatDoesNotFollow_IsAConflict(long version)
    {
        await CommittedAsync(Operating(Operation(1)));
        await CommittedAsync(Operating(Operation(1) with { Version = 2 }));

        (await CommitAsync(Operating(Operation(1) with { Version = version }))).ShouldBe(CommitOutcome.Lost(Operation(1).Id));
    }

    [Fact]
    public async Task OpenOperations_SomeEnded_AreTheOthersOldestFirstAndByArrival()
    {
        await CommittedAsync(Operating(
            Operation(5) with { StartedAt = Start + Duration.FromMinutes(1) },
            Operation(4),
            Operation(3) with { Status = OperationStatus.Canceling },
            Operation(2) with { Status = OperationStatus.Canceled },
            Operation(1, $"{Cluster}0")));
        await CommittedAsync(Operating(Operation(6)));
        await CommittedAsync(Operating(Operation(4) with { Status = OperationStatus.Succeeded, Version = 2 }));

        (await Store.OpenOperationsAsync(Cluster, Cancellation)).Select(o => o.Id)
            .ShouldBe(new[] { 3, 6, 5 }.Select(i => Operation(i).Id));
    }

    [Fact]
    public async Task Operation_ItsClusterDeleted_CanStillBePolled()
    {
        await CommittedAsync(Creating(ClusterResource()) with { Operations = [new OperationWrite(Operation(1))] });
        await CommittedAsync(Deleting(Cluster, null));

        (await Store.FindOperationAsync(Operation(1).Id, Cancellation)).ShouldNotBeNull();
    }
}
